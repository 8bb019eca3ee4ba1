"""The page of its own that each tuning has in MLflow's UI."""

from __future__ import annotations

import base64
import json
import logging
import zlib

import mlflow
import pytest
from story import BEGAN, Story, consumed, to

from trackmllib.consumer import view
from trackmllib.events import ParamName


def state(experiment, story):
    """The state of a tuning's view, as the UI reads it."""
    tag = written(experiment)[view.tag(view.key(story.id[:6], BEGAN))]
    assert len(tag) <= 5000, "what MLflow 2 takes"
    if tag.startswith("deflate;"):
        tag = zlib.decompress(base64.b64decode(tag.removeprefix("deflate;"))).decode()
    return json.loads(tag)


def written(experiment):
    """The views of an experiment."""
    tags = experiment.client.get_experiment(experiment.id).tags
    return {name: tag for name, tag in tags.items() if name.startswith("mlflow.sharedViewState.")}


def told(experiment, names, **changes):
    """A tuning over params of these names."""
    story = Story(to(experiment), grid=[ParamName("a", name) for name in names], **changes)
    assert consumed(story.finish(None)) == [None]
    return story


def test_view_of_a_cross_validation(experiment):
    """Its children, the best first; the charts show each param, two together, and the folds."""
    story = told(experiment, ["maxBins", "maxDepth"])
    found = state(experiment, story)
    assert found["searchFilter"] == (
        f"tags.`mlflow.parentRunId` = '{experiment.main().info.run_id}' "
        f"AND tags.fit_uuid = '{story.id[:6]}'"
    )
    assert (found["orderByKey"], found["orderByAsc"]) == ("metrics.`avg_f1`", False)
    assert [chart["type"] for chart in found["compareRunCharts"]] == [
        *("PARALLEL", "SCATTER", "SCATTER", "CONTOUR", "BAR", "LINE"),
    ]
    assert found["selectedColumns"][:2] == ["params.`maxDepth`", "params.`maxBins`"]


def test_view_of_a_split(experiment):
    """There are no folds; less may be better."""
    story = told(experiment, ["regParam"], folds=None, metric="rmse", larger_better=False)
    found = state(experiment, story)
    assert (found["orderByKey"], found["orderByAsc"]) == ("metrics.`rmse`", True)
    assert [chart["type"] for chart in found["compareRunCharts"]] == ["PARALLEL", "SCATTER", "BAR"]


def test_search_of_the_view_finds_the_children(experiment):
    """Of two tunings under one run each view has its own."""
    run_id = experiment.client.create_run(experiment.id).info.run_id
    stories = [
        Story(to(experiment, run_id=run_id)).run(0, 0.5, 0.6).run(1, 0.7, 0.8).finish(1)
        for _ in range(2)
    ]
    consumed(*stories)
    for story in stories:
        search = state(experiment, story)["searchFilter"]
        found = experiment.client.search_runs([experiment.id], search)
        assert {run.data.tags["fit_uuid"] for run in found} == {story.id[:6]}
        assert len(found) == 2


@pytest.mark.parametrize("count", [0, 1, 30, 300])
def test_many_params(experiment, count):
    """The tag stays small, and the view has the first of them."""
    names = [
        f"{index:03}" + "".join(chr(97 + index * k % 26) for k in range(200))
        for index in range(count)
    ]
    found = state(experiment, told(experiment, names))
    shown = [name for name in found["selectedColumns"] if name.startswith("params.")]
    assert min(count, 3) <= len(shown) <= 20
    assert sum(chart["type"] == "SCATTER" for chart in found["compareRunCharts"]) == len(shown)


def test_names_of_any_kind(experiment):
    """What MLflow calls a param or metric stands in backticks, which no name can leave."""
    names = ["a`b", "it's", 'say "x"', "größe", "a b/c", "{}[]$;"]
    story = Story(to(experiment), metric="f1`'\"@ü", grid=[ParamName("a", name) for name in names])
    setting = {("a", name): 1 for name in names}
    story.begin(0, 0, setting).end(0, 0).begin(0, 1, setting).end(0, 1).finish(0)
    consumed(story)
    (child,) = experiment.children()
    found = state(experiment, story)
    known = {f"params.`{name}`" for name in child.data.params}
    known |= {f"metrics.`{name}`" for name in child.data.metrics}
    assert set(found["selectedColumns"]) <= known
    assert found["orderByKey"] in known
    experiment.client.search_runs(
        [experiment.id], " AND ".join(f"{name} LIKE '1'" for name in known if "params" in name)
    )


def test_switched_off(experiment):
    """No tag; the description leads to the plain search."""
    consumed(Story(to(experiment, view=False)).run(0, 0.5, 0.6).finish(0))
    assert written(experiment) == {}
    note = experiment.main().data.tags["mlflow.note.content"]
    assert f"(#/experiments/{experiment.id}/runs?searchFilter=tags.fit_uuid" in note
    assert "viewStateShareKey" not in note


@pytest.mark.parametrize("deletes", [True, False])
def test_views_of_many_tunings(experiment, monkeypatch, deletes):
    """There are 40 of ours: the oldest goes, or no new one comes where MLflow deletes none."""
    theirs = "mlflow.sharedViewState.theirs"
    names = [theirs, *(view.tag(view.key(f"{nth:06x}", BEGAN - 1000 + nth)) for nth in range(40))]
    for name in names:
        experiment.client.set_experiment_tag(experiment.id, name, "{}")
    if not deletes:
        monkeypatch.delattr(mlflow.MlflowClient, "delete_experiment_tag")
    story = Story(to(experiment)).run(0, 0.5, 0.6).finish(0)
    assert consumed(story) == [None]
    new = view.tag(view.key(story.id[:6], BEGAN))
    kept = {theirs, *names[2:], new} if deletes else set(names)
    assert written(experiment).keys() == kept
    assert "searchFilter" in experiment.main().data.tags["mlflow.note.content"]


def test_server_that_refuses_experiment_tags(experiment, monkeypatch, caplog):
    """Nothing is said, and all else is there."""
    # a tag's name that every MLflow refuses
    monkeypatch.setattr(view, "tag", lambda key: "x" * 1000)
    caplog.set_level(logging.INFO)
    story = Story(to(experiment)).run(0, 0.5, 0.6).finish(0)
    assert consumed(story) == [None]
    assert written(experiment) == {}
    assert "view" not in caplog.text
    assert "searchFilter" in experiment.main().data.tags["mlflow.note.content"]
    assert experiment.main().info.status == "FINISHED"


def test_link():
    """To a server without its password, or relative to the UI."""
    shown = "viewStateShareKey=k&compareRunsMode=CHART&workflowType=machine_learning"
    end = f"#/experiments/7/runs?{shown}"
    assert view.link("http://ann:secret@host:1/mlflow/", "7", "k") == f"http://host:1/mlflow/{end}"
    assert view.link("sqlite:///x.db", "7", "k") == end
    assert view.link(None, "7", "k") == end
