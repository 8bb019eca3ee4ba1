"""What MLflow does not take as it comes: handled, nothing dropped silently."""

from __future__ import annotations

import math

import pytest
from found import statuses
from story import Story, consumed, to

from trackmllib.events import ParamName, from_line


def tuning(experiment, setting, **changes):
    """One trial of one setting."""
    grid = [ParamName(parent, name) for parent, name in setting]
    story = Story(to(experiment), folds=None, trials=1, grid=grid, **changes)
    assert consumed(story.begin(0, 0, setting).end(0).finish(0)) == [None]
    (run,) = experiment.children()
    return run


def test_values_are_written_as_mlflow_writes_python_values(experiment):
    """Whatever the language, one search finds both."""
    values = {
        "int": (5, "5"),
        "small": (1e-4, "0.0001"),
        "tiny": (1e-7, "1e-07"),
        "whole": (1.0, "1.0"),
        "bool": (True, "True"),
        "text": ("gini", "gini"),
        "list": ([1.0, 2.0], "[1.0, 2.0]"),
        "nested": ([[1.0, "NaN"], [3.0, 4.0]], "[[1.0, nan], [3.0, 4.0]]"),
        "none": (None, "None"),
        "nan": ("NaN", "nan"),
        "inf": ("-Infinity", "-inf"),
        "vector": ("[1.0,2.0]", "[1.0,2.0]"),
    }
    run = tuning(experiment, {("a", name): value for name, (value, _) in values.items()})
    params = run.data.params
    assert {name: params[name] for name in values} == {n: text for n, (_, text) in values.items()}


def test_order_of_a_name(experiment):
    """A trial is named in one order, whatever the order of the events."""
    run = tuning(experiment, {("a", "maxBins"): 8, ("a", "maxDepth"): 5})
    assert run.info.run_name == "maxDepth=5, maxBins=8"


def test_two_params_of_one_name(experiment):
    """Each has its stage before its name; a param that shares its name with none has not."""
    setting = {("lr_1", "maxIter"): 5, ("lr_2", "maxIter"): 6, ("lr_2", "regParam"): 0.5}
    run = tuning(experiment, setting)
    assert run.data.params["lr_1.maxIter"] == "5"
    assert run.data.params["lr_2.maxIter"] == "6"
    assert run.data.params["regParam"] == "0.5"
    assert "maxIter" not in run.data.params
    assert experiment.main().data.params["best_lr_2.maxIter"] == "6"


def test_empty_setting(experiment):
    """A tuner without a grid has one trial."""
    assert tuning(experiment, {}).info.run_name == "default params"


@pytest.mark.parametrize("length", [2999, 3000, 3001, 200_000])
def test_long_param(experiment, length, caplog):
    """What has more bytes than the limit is cut, and says so in itself and in a warning."""
    run = tuning(experiment, {("a", "text"): "ü" * length})
    value = run.data.params["text"]
    if length <= 3000:
        assert value == "ü" * length
        return
    assert 5998 <= len(value.encode()) <= 6000
    assert value.endswith(f"… ({length} characters)")
    assert any("the param text is longer" in text for text in caplog.messages)
    assert len(run.info.run_name.encode()) <= 250


def test_long_error(experiment):
    """An error over the limit of tags is cut."""
    story = Story(to(experiment), folds=None).begin(0).fail(0, error="x" * 9000)
    consumed(story.abort("y" * 9000))
    assert len(experiment.children()[0].data.tags["trackmllib.error"].encode()) == 5000
    assert experiment.main().info.status == "FAILED"


@pytest.mark.parametrize(
    "name",
    [
        "a:b",
        "a b",
        "über",
        "x" * 400,
        "ü" * 200,
        "../up",
        "/root",
        ".",
        "a//b",
        "",
        "a\nb",
        "<b>",
        "😀",
    ],
)
def test_names_that_mlflow_refuses(experiment, name):
    """A param of any name is logged, under a name that MLflow takes."""
    run = tuning(experiment, {("a", name): "here"})
    assert "here" in run.data.params.values()
    assert run.info.status == "FINISHED"


def test_names_that_fall_together(experiment):
    """Two names that MLflow would see as one are kept apart."""
    setting = {("a", "x:y"): 1, ("a", "x;y"): 2, ("a", "x_y"): 3}
    params = tuning(experiment, setting).data.params
    assert {"1", "2", "3"} <= set(params.values())


@pytest.mark.parametrize("name", ["my metric", "a:b", "f1@10%", "m" * 300])
def test_metric_names(experiment, name):
    """A metric of any name is logged, and with it its mean and deviation."""
    story = Story(to(experiment), trials=1, metric=name).run(0, 0.25, 0.75).finish(0)
    assert consumed(story) == [None]
    (run,) = experiment.children()
    assert sorted(run.data.metrics.values()) == [0.25, 0.25, 0.5, 0.5, 0.75]


@pytest.mark.parametrize("metric", [math.nan, math.inf, -math.inf, 1e308, -0.0])
def test_metrics_that_are_no_numbers(experiment, metric):
    """A metric that is no number is logged as MLflow has such; the run is FINISHED."""
    consumed(Story(to(experiment), trials=1).run(0, metric, 0.5).finish(0))
    (run,) = experiment.children()
    assert run.info.status == "FINISHED"
    assert {"f1", "avg_f1", "std_f1"} <= set(run.data.metrics)
    if math.isnan(metric):
        assert math.isnan(run.data.metrics["avg_f1"])
        assert math.isnan(experiment.main().data.metrics["best_f1"])


def test_more_than_100_params(experiment):
    """MLflow takes 100 params at a time."""
    run = tuning(experiment, {("a", f"p{index}"): index for index in range(250)})
    assert {f"p{index}" for index in range(250)} <= set(run.data.params)
    assert len(experiment.main().data.params) > 250


def test_more_than_1000_folds(experiment):
    """MLflow takes 1000 metrics at a time."""
    story = Story(to(experiment), folds=1200, trials=1)
    consumed(story.run(0, *[0.5] * 1200).finish(0))
    (run,) = experiment.children()
    assert run.data.metrics["avg_f1"] == 0.5


def test_hostile_text(experiment):
    """Control characters, NUL, markup and lone surrogates break nothing."""
    setting = {("a", "text"): "x\x00\x01\ud800\n<script>|# *`"}
    run = tuning(
        experiment,
        setting,
        application_name="\ud800\x00app",
        user="\udfff",
        metric="\ud800",
    )
    assert run.info.status == "FINISHED"
    assert run.data.params["text"].endswith("\n<script>|# *`")
    assert "\n" not in run.info.run_name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("params", {"numFolds": "two"}),
        ("params", {"numFolds": None}),
        ("params", {"numFolds": [1]}),
        ("params", {"x" * 300: {"a": 1}}),
        ("grid", []),
        ("trials", -1),
        ("metric", ""),
    ],
)
def test_events_that_do_not_fit_together(experiment, field, value):
    """An event that is of the format, and says what no driver would, does no harm."""
    story = Story(to(experiment), **{field: value}).run(0, 0.5, 0.5)
    assert consumed(story.finish(7)) == [None]
    assert experiment.main().info.status == "FINISHED"
    assert statuses(experiment.children())[0] != "RUNNING"


def test_golden_events_can_be_consumed(experiment):
    """Nothing in the golden file is more than the consumer can take."""
    from dataclasses import replace

    from test_events import LINES

    from trackmllib.consumer import Consumer

    consumer = Consumer(lambda tuning: None)
    for line in LINES:
        event = from_line(line)
        if hasattr(event, "destination"):
            event = replace(event, destination=to(experiment))
        consumer.accept(event)
    assert consumer.wait("3fa85f64571745629b3fc963f66afa60", 60) is None
