"""The picture of a tuning: drawn for whatever the settings are, or left out."""

from __future__ import annotations

import io
import itertools
import math
import random
import subprocess
import sys

import pytest

from trackmllib.consumer import picture
from trackmllib.consumer.results import Results, Row
from trackmllib.consumer.scale import Scale

matplotlib = pytest.importorskip("matplotlib")


def product(**values):
    """The grid of these values."""
    return [
        dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values())
    ]


def results(settings, metric=None, name="f1", larger_better=True):
    """The results of a tuning over these settings."""
    chance = random.Random(7)
    measure = metric or (lambda setting: 0.8 + chance.random() / 10)
    rows = [
        Row(trial, str(setting), setting, measure(setting), 0.01, {}, 1.0, 0.1, "FINISHED")
        for trial, setting in enumerate(settings)
    ]
    params = list(dict.fromkeys(param for setting in settings for param in setting))
    return Results(
        "abc123", name, f"avg_{name}", larger_better, True, [0, 1], params, rows[0], rows
    )


def image(found):
    """The picture as matplotlib reads it: lines of red, green, blue, opacity."""
    from matplotlib.image import imread

    png = picture.of(found)
    assert png is not None
    return imread(io.BytesIO(png))


CASES = {
    "a numeric param": product(maxDepth=[1, 2, 5, 10]),
    "decades": product(regParam=[1e-4, 1e-3, 0.01, 0.1, 1.0]),
    "decades and 0": product(regParam=[0.0, 1e-3, 0.01, 0.1, 1.0]),
    "a param of texts": product(impurity=["gini", "entropy", "x" * 200]),
    "a heat map": product(maxDepth=[2, 5, 8], impurity=["gini", "entropy"]),
    "a line a value": product(maxIter=list(range(40)), elasticNet=[0.0, 0.5, 1.0]),
    "a random search": [{"a": i * 0.37 % 1, "b": 10 ** -(i * 0.61 % 5)} for i in range(100)],
    "three params": product(a=[1, 2, 3], b=["x", "y"], c=[True, False]),
    "30 params": [{f"p{i}": i * k % 3 for i in range(30)} for k in range(50)],
    "1000 trials": [{"a": i % 7, "b": i / 1000, "c": "xyz"[i % 3]} for i in range(1000)],
    "one setting many times": [{"a": 1}] * 5,
    "no params": [{}] * 3,
    "params that some trials lack": [{"a": 1}, {"a": 2, "b": 3}, {"b": None}],
    "values of different types": product(a=[1, "x", True, None, [1.0, 2.0], "NaN"]),
    "no TeX, no glyph": product(**{"$\\frac{": ["$x^{", "中文\n\x00", "\\alpha$"]}),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("metric", ["numbers", "all the same", "decades", "not all numbers"])
@pytest.mark.filterwarnings("error", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_drawn(case, metric):
    """Something is seen, on light ground, no wider than a page."""
    measure = {
        "numbers": None,
        "all the same": lambda setting: 0.5,
        "decades": lambda setting: 10.0 ** (len(str(setting)) % 5),
        "not all numbers": itertools.cycle([0.5, 0.7, math.nan, math.inf, 0.6, -0.1]).__next__,
    }[metric]
    if metric == "not all numbers":
        values = iter(measure, None)
        measure = lambda setting: next(values)  # noqa: E731
    drawn = image(results(CASES[case], measure, larger_better=metric == "numbers"))
    height, width, _ = drawn.shape
    assert width <= 800
    assert 250 < height < 1000
    assert drawn[0, 0].tolist() == [1, 1, 1, 1], "white, whatever the page"
    assert drawn.std() > 0.02


def test_nothing_to_compare():
    """One trial with a metric is no picture."""
    assert picture.of(results([{"a": 1}])) is None
    assert picture.of(results(product(a=[1, 2]), lambda setting: math.nan)) is None


def test_winner_is_marked():
    """There is gold where the best setting is."""
    from matplotlib.colors import to_rgb

    gold = to_rgb("#d4af37")
    for case in ("a numeric param", "a heat map", "a random search", "three params"):
        pixels = image(results(CASES[case]))[:, :, :3]
        assert (abs(pixels - gold).max(axis=2) < 0.02).sum() > 20


def test_the_users_matplotlib_is_not_touched(monkeypatch):
    """Neither their backend, nor their style, and that does not show in ours."""
    plain = picture.of(results(CASES["a heat map"]))
    for key, value in {
        "axes.facecolor": "black",
        "text.color": "white",
        "axes.labelcolor": "white",
        "font.family": ["no such font"],
        "font.size": 30,
        "text.usetex": True,
        "axes.grid": True,
        "figure.autolayout": True,
    }.items():
        monkeypatch.setitem(matplotlib.rcParams, key, value)
    before = dict(matplotlib.rcParams)
    assert picture.of(results(CASES["a heat map"])) == plain
    assert dict(matplotlib.rcParams) == before


def test_pyplot_is_not_imported():
    """It would choose a backend, which is the user's to choose."""
    code = (
        "import sys; from trackmllib.consumer import picture; assert picture._imported();"
        "assert 'matplotlib' in sys.modules; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_interpreter_that_ends_meanwhile():
    """It waits for what is being drawn, at whatever moment; else it would often die of it."""
    code = f"""
import sys, threading, time
sys.path[:0] = {sys.path!r}
from matplotlib import font_manager
from test_picture import CASES, results
from trackmllib.consumer import native, picture
found = results(CASES["a heat map"])
def draw():
    while True:
        with native.at_work:
            font_manager._get_font.cache_clear()
        picture.of(found)
threading.Thread(target=draw, daemon=True).start()
time.sleep(float(sys.argv[1]))
"""
    ends = [
        subprocess.Popen([sys.executable, "-c", code, str(seconds)])
        for seconds in (0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
    ]
    assert [end.wait(120) for end in ends] == [0] * len(ends)


def test_without_matplotlib(monkeypatch):
    """No picture, and no word."""
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    assert picture.of(results(CASES["a numeric param"])) is None


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, 3], "linear"),
        ([1e-4, 1e-3, 1e-2, 1e-1], "log"),
        ([0, 1e-3, 1e-2, 1e-1], "symlog"),
        ([-1, 1, 100], "linear"),
        ([1, 2, 4, 8, 1024], "log"),
        ([0.001, 0.3, 0.5, 0.7, 1.0], "linear"),
        (["a", "b"], "linear"),
    ],
)
def test_scales(values, kind):
    """Logarithmic where the values span decades evenly."""
    assert Scale("x", values, param=True).kind == kind
