"""What MLflow's own UI shows of a tuning, in a headless Chromium.

The screenshots are kept in ``.build/ui``.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import mlflow
import pytest
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from story import until
from windows import opened

from servers import Server
from trackmllib.consumer import view

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / ".build" / "ui"
OLDEST = "2.22.5"
EXPANDER = "[role=gridcell] button"
SCATTER = """
([x, y]) => [...document.querySelectorAll('.js-plotly-plot')].some(plot =>
  plot.querySelector('.xtitle')?.textContent === x
  && plot.querySelector('.ytitle')?.textContent === y
  && plot.querySelectorAll('.scatterlayer .point').length >= 5)
"""
HOSTILE = '<img src=x onerror="alert(1)"> [x](javascript:alert(2)) `'


@dataclass
class Tuned:
    """A tuning that the server has: its main run and its experiment."""

    uri: str
    run: mlflow.entities.Run
    children: list[mlflow.entities.Run]

    def page(self, path: str) -> str:
        """An address in the UI below the experiment."""
        return f"{self.uri}/#/experiments/{self.run.info.experiment_id}/{path}"

    def runs(self, search: str) -> str:
        """The page of the runs that a search finds."""
        found = quote(search, safe="")
        return self.page(f"runs?searchFilter={found}&workflowType=machine_learning")


@pytest.fixture(scope="module")
def oldest_mlflow(tmp_path_factory) -> Path:
    """An interpreter with the oldest MLflow that we support."""
    home = tmp_path_factory.mktemp("oldest")
    uv = str(ROOT / ".venv" / "bin" / "uv")
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(home)], check=True)
    python = home / "bin" / "python"
    install = [uv, "pip", "install", "-q", "--python", str(python), f"mlflow=={OLDEST}"]
    subprocess.run([*install, "sqlalchemy<2.1", "setuptools<80"], check=True)
    return python


@pytest.fixture(scope="module", params=[OLDEST, mlflow.__version__])
def uri(request, browser, tmp_path_factory) -> str:
    """A server of the oldest and of the newest MLflow."""
    python = request.getfixturevalue("oldest_mlflow") if request.param == OLDEST else sys.executable
    server = Server(tmp_path_factory.mktemp("server"), str(python))
    server.start()
    yield server.uri
    server.stop()


@contextmanager
def logged_to(spark, uri, experiment):
    """Where the tunings of a block go."""
    confs = {"trackingUri": uri, "experimentName": experiment}
    for key, value in confs.items():
        spark.conf.set(f"spark.trackmllib.{key}", value)
    try:
        yield
    finally:
        for key in confs:
            spark.conf.unset(f"spark.trackmllib.{key}")


def tuning(uri: str, experiment: str) -> Tuned:
    """The only tuning of an experiment."""
    client = mlflow.MlflowClient(uri)
    runs = client.search_runs([client.get_experiment_by_name(experiment).experiment_id])
    (main,) = (run for run in runs if "mlflow.parentRunId" not in run.data.tags)
    return Tuned(uri, main, [run for run in runs if run is not main])


@pytest.fixture(scope="module")
def tuned(spark, uri) -> Tuned:
    """A grid over two params, with names and values that must stay text."""
    from pyspark.ml.classification import DecisionTreeClassifier
    from pyspark.ml.evaluation import MulticlassClassificationEvaluator
    from pyspark.ml.functions import array_to_vector

    rows = spark.sql(
        "SELECT CAST(id % 3 AS DOUBLE) AS label, array(id % 3 + rand(1), rand(2)) xs "
        "FROM range(0, 150, 1, 1)"
    )
    data = rows.select("label", array_to_vector("xs").alias("features")).cache()
    tree = DecisionTreeClassifier(seed=1)
    grid = ParamGridBuilder().addGrid(tree.maxDepth, [1, 2, 4]).addGrid(tree.maxBins, [4, 8])
    experiment = f"ui {HOSTILE[:20]}"
    with logged_to(spark, uri, experiment):
        CrossValidator(
            estimator=tree,
            evaluator=MulticlassClassificationEvaluator(metricName="weightedPrecision"),
            estimatorParamMaps=[
                {**one, tree.probabilityCol: HOSTILE} if index == 0 else one
                for index, one in enumerate(grid.build())
            ],
            numFolds=2,
            seed=1,
        ).fit(data)
    return tuning(uri, experiment)


@pytest.fixture(scope="module")
def half_done(spark, uri) -> Tuned:
    """A tuning that runs: three of its trials are done, the fourth goes on until the tests end."""
    from quick import NamedScore, Quick, sizes

    go_on, reached = threading.Event(), threading.Event()

    def wait(estimator, dataset):
        if estimator.getOrDefault("size") == 4:
            reached.set()
            go_on.wait(600)

    def half() -> bool:
        with suppress(AttributeError, ValueError):  # no experiment, or no main run yet
            return len(tuning(uri, "half done").children) == 4
        return False

    estimator = Quick(before_fit=wait)
    tuner = TrainValidationSplit(
        estimator=estimator,
        evaluator=NamedScore(),
        estimatorParamMaps=sizes(estimator, [2, 3, 1, 4, 5]),
    )
    with logged_to(spark, uri, "half done"):
        fitting = threading.Thread(target=tuner.fit, args=(spark.range(20),))
        fitting.start()
        assert reached.wait(60)
        until(half)
        until(lambda: "best_score" in tuning(uri, "half done").run.data.metrics)
        yield tuning(uri, "half done")
        go_on.set()
        fitting.join(120)


@pytest.fixture(params=["light", "dark"])
def page(browser, request):
    """A page in each of the UI's colours; no script of a name or a value ever runs in it."""
    shown = opened(browser, 1500, 1000, request.param)
    dialogs = []
    shown.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield shown
    keep(shown, request)
    shown.close()
    assert dialogs == []


def keep(page, request, moment=""):
    """Keeps a screenshot of a test, of which there may be several moments to see."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.wait_for_timeout(1000)  # what is drawn is drawn anew when it has its size
    page.screenshot(path=SHOTS / f"{request.node.name}{moment}.png")


def names(page):
    """The names of the child runs that a page's table shows."""
    shown = page.get_by_text(re.compile(r"^maxDepth=\d, maxBins=\d$")).all_inner_texts()
    return sorted(set(shown))


def test_search_and_nesting(page, request, tuned):
    """The main run has its children below it, and a search for a value finds just its runs."""
    all_of_them = sorted(
        f"maxDepth={depth}, maxBins={bins}" for depth in (1, 2, 4) for bins in (4, 8)
    )
    page.goto(tuned.runs(f"tags.fit_uuid = '{tuned.run.data.tags['fit_uuid']}'"))
    page.get_by_text("7 matching runs").wait_for()
    assert names(page) == []
    page.locator(EXPANDER).first.click()
    page.get_by_text("maxDepth=4, maxBins=8").first.wait_for()
    assert names(page) == all_of_them[1:]  # the name of the first begins with its hostile value
    assert page.get_by_text(f"probabilityCol={HOSTILE}").first.is_visible()
    keep(page, request, "-nested")
    page.goto(tuned.runs('params.maxBins = "8"'))
    page.get_by_text("4 matching runs").wait_for()  # and the run that these three are nested in
    page.get_by_text("maxDepth=4, maxBins=8").first.wait_for()  # it is open still
    assert names(page) == [name for name in all_of_them if name.endswith("maxBins=8")]


def test_view(page, tuned):
    """The tuning's own page: a table of its settings, the best first, and charts of them."""
    key = view.key(tuned.run.data.tags["fit_uuid"], tuned.run.info.start_time)
    there = f"runs?viewStateShareKey={key}&workflowType=machine_learning"
    page.goto(tuned.page(there))
    page.get_by_text("6 matching runs").wait_for()
    best = tuned.run.data.tags["trackmllib.bestTrial"]
    page.get_by_text(best).first.wait_for()
    page.goto("about:blank")  # the same page with another fragment is no new page
    page.goto(tuned.page(f"{there}&compareRunsMode=CHART"))
    page.wait_for_function("document.querySelectorAll('.js-plotly-plot').length >= 4")
    for param in ("maxDepth", "maxBins"):
        page.wait_for_function(SCATTER, arg=[param, "avg_weightedPrecision"])


def test_while_it_runs(page, request, half_done):
    """Its page fills up: settings that are done, one that runs; the main run has its best yet."""
    key = view.key(half_done.run.data.tags["fit_uuid"], half_done.run.info.start_time)
    page.goto(half_done.page(f"runs?viewStateShareKey={key}&workflowType=machine_learning"))
    page.get_by_text("4 matching runs").wait_for()
    for size in (1, 2, 3, 4):
        page.get_by_text(f"size={size}", exact=True).first.wait_for()
    keep(page, request, "-view")
    page.goto(half_done.page(f"runs/{half_done.run.info.run_id}/model-metrics"))
    for metric in ("trial_score", "best_score"):
        page.get_by_text(metric).first.wait_for()
    page.wait_for_function("document.querySelectorAll('.js-plotly-plot').length >= 2")


def test_description(page, tuned):
    """It begins with the answer, and its picture is there; hostile values are text in it."""
    page.goto(tuned.page(f"runs/{tuned.run.info.run_id}"))
    page.get_by_text("Best:").first.wait_for()
    page.wait_for_function(
        "[...document.querySelectorAll('img')].some(one => one.src.includes('get-artifact') "
        "&& one.complete && one.naturalWidth > 100)"
    )
    for more in page.get_by_text("Show more").all():  # MLflow 3 shows the first lines at first
        more.click()


def test_results_table(page, tuned):
    """The artifact opens as a table."""
    name = f"tuning_results_{tuned.run.data.tags['fit_uuid']}.json"
    page.goto(tuned.page(f"runs/{tuned.run.info.run_id}/artifacts/{name}"))
    page.get_by_text("avg_weightedPrecision").first.wait_for()
    page.get_by_text("FINISHED").first.wait_for()
