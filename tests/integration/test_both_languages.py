"""The same tunings from stock Scala and stock PySpark programs: what MLflow has is the same."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from logged import OF_ONE_FIT, Node, experiments, history, journals, trees

from conftest import Logged
from measured import RESOURCES

SCENARIOS = {
    "bare": 1,
    "parallel": 1,
    "pipeline": 1,
    "split": 1,
    "map": 1,
    "maps": 2,
    "stage": 1,
    "nested": 1,
    "values": 1,
    "same-name": 1,
    "pipelines": 1,
    "classifiers": 1,
    "failing": 1,
    "failing-parallel": 1,
    "threads": 4,
}
# Spark splits by other random numbers in Scala than in Python
OTHER_SPLITS = {"split"}
# what it took is another thing each time
TAKEN = {"fit_seconds", "evaluate_seconds"}


@pytest.fixture(params=["scala", "python"])
def tunings(
    request: pytest.FixtureRequest, scala_tunings: Logged, python_tunings: Logged
) -> Logged:
    """What either language has logged."""
    return {"scala": scala_tunings, "python": python_tunings}[request.param]


def comparable(values: dict[str, str]) -> dict[str, str]:
    """Values that two fits should share."""
    return {name: value for name, value in values.items() if name not in OF_ONE_FIT}


def test_every_scenario_is_logged(tunings: Logged) -> None:
    """Each experiment has as many main runs as there were fits, and no journal is left."""
    assert {name: len(trees(tunings.uri, name)) for name in SCENARIOS} == SCENARIOS
    assert experiments(tunings.uri) == sorted(SCENARIOS)
    assert journals(tunings.state) == []


def test_scala_log_has_the_tables(scala_tunings: Logged) -> None:
    """At INFO, for who reads the driver's log: the best setting, then the others."""
    log = scala_tunings.done.err
    assert "INFO trackmllib: CrossValidator(DecisionTreeClassifier)  FINISHED  2 of 2 trials" in log
    assert re.search(r"^Best: maxDepth=\d  avg_accuracy [\d.]+ ± [\d.]+$", log, re.MULTILINE)
    assert re.search(r"^trial +maxDepth +avg_accuracy ", log, re.MULTILINE)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_runs_are_the_same(scenario: str, scala_tunings: Logged, python_tunings: Logged) -> None:
    """Params, tags, metrics and status of main runs and each pair of child runs are the same."""
    scala = trees(scala_tunings.uri, scenario)
    python = trees(python_tunings.uri, scenario)
    for left, right in zip(scala, python, strict=True):
        for one, other in zip(left.walk(), right.walk(), strict=True):
            assert one.status == other.status
            if scenario not in OTHER_SPLITS:
                assert comparable(one.params) == comparable(other.params)
                assert comparable(tags(one)) == comparable(tags(other))
            assert one.metrics.keys() == other.metrics.keys()
            if scenario not in OTHER_SPLITS:
                assert figures(one) == pytest.approx(figures(other), abs=1e-9)
            for name in one.metrics.keys() - TAKEN - RESOURCES:
                steps = [step for step, _ in history(scala_tunings.uri, one.run.info.run_id, name)]
                others = history(python_tunings.uri, other.run.info.run_id, name)
                assert steps == [step for step, _ in others]


def figures(node: Node) -> dict[str, float]:
    """A run's metrics but for what it took, and the last trial's: Scala's is another."""
    taken = TAKEN | RESOURCES | {name for name in node.metrics if name.startswith("trial_")}
    return {name: value for name, value in node.metrics.items() if name not in taken}


def tags(node: Node) -> dict[str, str]:
    """A run's tags; of an error only that there is one, since each language words it its way."""
    found = {
        name: re.sub(
            r"\b([0-9a-f]{32}|[0-9a-f]{6})\b|experiments/\d+|_[0-9a-f]{6}\b", "id", unquote(value)
        )
        for name, value in node.tags.items()
        if name != "mlflow.runName"
    }
    found["name"] = node.name
    note = found.pop("mlflow.note.content", "")
    if "trackmllib.error" in found:
        found["trackmllib.error"] = "there"
    else:
        found["note"] = note
    return found


def test_the_model_is_as_the_run_says(tunings: Logged) -> None:
    """The metrics that the program printed from its model are those of the child runs."""
    printed = next(line for line in tunings.done.out.splitlines() if line.startswith("bare:"))
    of_model = [float(figure) for figure in re.findall(r"\d+\.\d+", printed)]
    children = trees(tunings.uri, "bare")[0].children
    logged = [child.metrics["avg_accuracy"] for child in children]
    assert sorted(logged) == pytest.approx(sorted(of_model), abs=1e-12)


def test_main_run(tunings: Logged) -> None:
    """The main run of a cross-validation has the params, tags and metrics of the contract."""
    main = trees(tunings.uri, "pipeline")[0]
    assert main.status == "FINISHED"
    assert {
        "mlModelClass": "CrossValidator",
        "estimator": "Pipeline",
        "evaluator": "MulticlassClassificationEvaluator",
        "estimatorParamMapsLength": "4",
        "numFolds": "3",
        "metricName": "accuracy",
        "seed": "7",
        "parallelism": "1",
        "foldCol": "fold",
    }.items() <= main.params.items()
    assert main.tags["runSource"] == "mllibAutoTracking"
    assert len(main.tags["fit_uuid"]) == 6
    best = max(child.metrics["avg_accuracy"] for child in main.children)
    assert main.metrics["best_accuracy"] == pytest.approx(best, abs=1e-12)


def test_child_runs(tunings: Logged) -> None:
    """Child runs have the setting, the figures over the folds, and each fold as a step."""
    main = trees(tunings.uri, "pipeline")[0]
    assert [child.name for child in main.children] == [
        "maxDepth=1, maxBins=4",
        "maxDepth=1, maxBins=8",
        "maxDepth=3, maxBins=4",
        "maxDepth=3, maxBins=8",
    ]
    for child in main.children:
        steps = history(tunings.uri, child.run.info.run_id, "accuracy")
        assert [step for step, _ in steps] == [0, 1, 2]
        mean = sum(value for _, value in steps) / 3
        deviation = (sum((value - mean) ** 2 for _, value in steps) / 3) ** 0.5
        assert child.metrics["avg_accuracy"] == pytest.approx(mean, abs=1e-12)
        assert child.metrics["std_accuracy"] == pytest.approx(deviation, abs=1e-9)
        assert child.metrics["fit_seconds"] > 0
        assert child.metrics["evaluate_seconds"] > 0
        info = child.run.info
        assert main.run.info.start_time <= info.start_time < info.end_time
        assert info.end_time <= main.run.info.end_time
    assert [child.tags.get("trackmllib.best") for child in main.children].count("true") == 1


def test_values_are_written_as_mlflow_writes_python_values(tunings: Logged) -> None:
    """Numbers, truth values, lists and stages from either language look like Python's."""
    params = {
        name: value
        for child in trees(tunings.uri, "values")[0].children
        for name, value in child.params.items()
        if name != "stages"
    }
    stages = {child.params["stages"] for child in trees(tunings.uri, "values")[0].children}
    assert params["regParam"] == "0.0001"
    assert params["fitIntercept"] == "False"
    assert params["impurity"] == "entropy"
    assert params["thresholds"] == "[0.2, 0.3, 0.5]"
    assert stages == {"['LogisticRegression']", "['DecisionTreeClassifier']"}


def test_stages_as_values(tunings: Logged) -> None:
    """Pipelines and classifiers are named by what tells them apart, and never by a uid."""
    found = {
        name: trees(tunings.uri, name)[0] for name in ("pipelines", "classifiers", "same-name")
    }
    scalers = "'MinMaxScaler', 'MinMaxScaler'"
    assert {child.params["stages"]: child.name for child in found["pipelines"].children} == {
        stages: f"tol=0.5, stages={stages}"
        for stages in (
            f"[{scalers}, 'LogisticRegression(elasticNetParam=0.0)']",
            f"[{scalers}, 'LogisticRegression(elasticNetParam=1.0)']",
            "['Pipeline']",
        )
    }
    params = {
        name: value for one in found["pipelines"].children for name, value in one.params.items()
    }
    assert {
        "stages.MinMaxScaler_2.max": "2.0",
        "stages.LogisticRegression.regParam": "0.0001",
        "stages.LogisticRegression.featuresCol": "MinMaxScaler__output",
        "stages.Pipeline.stages": "['DecisionTreeClassifier']",
        "stages.Pipeline.stages.DecisionTreeClassifier.maxDepth": "1",
    }.items() <= params.items()
    names = [
        "classifier=LogisticRegression(regParam=0.0)",
        "classifier=LogisticRegression(regParam=0.0001)",
        "classifier=LogisticRegression(regParam=0.5)",
        "fitIntercept=False",
    ]
    children = found["classifiers"].children
    assert [child.name for child in children] == names
    tried = [child.params.get("classifier.regParam") for child in children]
    assert tried == ["0.0", "0.0001", "0.5", None]
    assert {child.params.get("classifier.maxIter") for child in children[:3]} == {"1"}
    assert [child.name for child in found["same-name"].children] == [
        "MinMaxScaler_1.max=1.0, MinMaxScaler_2.max=3.0",
        "MinMaxScaler_1.max=2.0, MinMaxScaler_2.max=3.0",
    ]
    for main in found.values():
        for node in main.walk():
            told = {key: value for key, value in node.params.items() if key != "mlEstimatorUid"}
            assert not re.search(r"_[0-9a-f]{12}", f"{node.name} {told} {node.tags}")
    trials = [child.tags["trackmllib.trial"] for child in children]
    assert trials == ["2", "0", "1", "3"]  # the grid's order is the user's


def test_a_trial_that_fails(tunings: Logged) -> None:
    """Its child run is FAILED and says why, the others keep their fold; the main run is FAILED."""
    main = trees(tunings.uri, "failing")[0]
    assert main.status == "FAILED"
    names = ["family=auto", "family=binomial", "family=multinomial"]
    assert [child.name for child in main.children] == names
    assert [child.status for child in main.children] == ["KILLED", "FAILED", "KILLED"]
    failed = main.children[1]
    assert "binomial" in failed.tags["trackmllib.error"].lower()
    assert "accuracy" not in failed.metrics
    assert all("accuracy" in main.children[other].metrics for other in (0, 2))


def test_nested_tunings(tunings: Logged) -> None:
    """An inner tuning's main run is a child of its trial, and that of the refit of the main run."""
    main = trees(tunings.uri, "nested")[0]
    trials = [child for child in main.children if "trackmllib.trial" in child.tags]
    refits = [child for child in main.children if "trackmllib.trial" not in child.tags]
    assert len(trials) == 2
    assert len(refits) == 1
    for trial in trials:
        assert [inner.params["numFolds"] for inner in trial.children] == ["2"] * 3
        assert all(len(inner.children) == 2 for inner in trial.children)
    assert len(refits[0].children) == 2
