"""The hook on PySpark's tuners: what a ``fit()`` leaves in MLflow."""

from __future__ import annotations

import functools
import inspect
import io
import threading

import pytest
from found import statuses
from pyspark import InheritableThread
from pyspark.ml import Pipeline, PipelineModel, tuning
from pyspark.ml.classification import DecisionTreeClassifier
from pyspark.ml.evaluation import Evaluator, MulticlassClassificationEvaluator
from pyspark.ml.param import Param, Params
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit
from quick import NamedScore, Quick, Score, in_threads, validator

from measured import RESOURCES
from trackmllib.patch import install, is_hooked


class Constant(Score):
    """Knows no model."""

    def _evaluate(self, dataset):
        return 0.5


def trees(kind, *, pipeline, **params):
    """A tuner over real trees."""
    tree = DecisionTreeClassifier(seed=7)
    grid = ParamGridBuilder().addGrid(tree.maxDepth, [1, 3]).addGrid(tree.maxBins, [8]).build()
    estimator = Pipeline(stages=[tree]) if pipeline else tree
    evaluator = MulticlassClassificationEvaluator(metricName="weightedPrecision")
    return kind(estimator=estimator, evaluator=evaluator, estimatorParamMaps=grid, seed=7, **params)


@pytest.mark.parametrize("parallelism", [1, 3])
@pytest.mark.parametrize("pipeline", [False, True])
def test_cross_validator(flowers, experiment, spark, pipeline, parallelism):
    """The main run, a child for each param map, each fold, the best; the model's own figures."""
    tuner = trees(CrossValidator, pipeline=pipeline, numFolds=2, parallelism=parallelism)
    model = tuner.fit(flowers)
    main, children = experiment.main(), experiment.children()
    estimator = tuner.getEstimator()
    best = model.avgMetrics.index(max(model.avgMetrics))
    assert main.data.params == {
        "mlModelClass": "CrossValidator",
        "mlEstimatorUid": tuner.uid,
        "estimator": "Pipeline" if pipeline else "DecisionTreeClassifier",
        "evaluator": "MulticlassClassificationEvaluator",
        "estimatorParamMapsLength": "2",
        "metricName": "weightedPrecision",
        "numFolds": "2",
        "seed": "7",
        "parallelism": str(parallelism),
        "best_maxDepth": children[best].data.params["maxDepth"],
        "best_maxBins": children[best].data.params["maxBins"],
    }
    assert main.data.metrics["best_weightedPrecision"] == pytest.approx(max(model.avgMetrics))
    assert experiment.steps(main, "trial_weightedPrecision") == pytest.approx(
        dict(enumerate(model.avgMetrics))
    )
    assert main.data.tags["trackmllib.language"] == "python"
    assert main.data.tags["runSource"] == "mllibAutoTracking"
    assert main.data.tags["spark.applicationId"] == spark.sparkContext.applicationId
    assert len(main.data.tags["fit_uuid"]) == 6
    assert statuses([main, *children]) == ["FINISHED"] * 3
    names = [run.info.run_name for run in children]
    assert names == ["maxDepth=1, maxBins=8", "maxDepth=3, maxBins=8"]
    for index, run in enumerate(children):
        assert run.data.params["mlEstimatorUid"] == estimator.uid
        assert run.data.params["mlModelClass"] == type(estimator).__name__
        assert run.data.metrics["avg_weightedPrecision"] == pytest.approx(
            model.avgMetrics[index], abs=1e-12
        )
        assert run.data.metrics["std_weightedPrecision"] == pytest.approx(
            model.stdMetrics[index], abs=1e-12
        )
        assert set(experiment.steps(run, "weightedPrecision")) == {0, 1}
        assert run.data.metrics["fit_seconds"] > 0
        assert run.data.metrics["evaluate_seconds"] > 0
        assert main.info.start_time <= run.info.start_time < run.info.end_time
        assert run.info.end_time <= main.info.end_time
        assert ("trackmllib.best" in run.data.tags) == (index == best)


@pytest.mark.parametrize("parallelism", [1, 3])
@pytest.mark.parametrize("pipeline", [False, True])
def test_train_validation_split(flowers, experiment, pipeline, parallelism):
    """The same for one split."""
    tuner = trees(TrainValidationSplit, pipeline=pipeline, trainRatio=0.7, parallelism=parallelism)
    model = tuner.fit(flowers)
    assert experiment.main().data.params["mlModelClass"] == "TrainValidationSplit"
    assert experiment.main().data.params["trainRatio"] == "0.7"
    assert "numFolds" not in experiment.main().data.params
    children = experiment.children()
    assert [run.data.metrics["weightedPrecision"] for run in children] == pytest.approx(
        model.validationMetrics, abs=1e-12
    )
    assert set(children[0].data.metrics) - RESOURCES == {
        "weightedPrecision",
        "fit_seconds",
        "evaluate_seconds",
    }


def test_fold_column(flowers, experiment):
    """``foldCol`` is logged where it is set."""
    trees(CrossValidator, pipeline=False, numFolds=2, foldCol="fold").fit(flowers)
    assert experiment.main().data.params["foldCol"] == "fold"


def test_smaller_is_better(rows, experiment):
    """The best trial is the one that Spark chose."""
    tuner = validator((3, 1, 2), evaluator=NamedScore(larger=False))
    assert tuner.fit(rows).bestModel.getOrDefault("size") == 1
    assert experiment.main().data.params["best_size"] == "1"
    assert [("trackmllib.best" in run.data.tags) for run in experiment.children()] == [
        False,
        True,
        False,
    ]


def test_python_only_stages_and_no_metric_name(rows, experiment):
    """An estimator and an evaluator of the user's own; a metric without a name is ``metric``."""
    validator(evaluator=Score()).fit(rows)
    main = experiment.main()
    assert main.data.params["estimator"] == "Quick"
    assert main.data.params["evaluator"] == "Score"
    assert main.data.params["metricName"] == "metric"
    assert [run.data.metrics["avg_metric"] for run in experiment.children()] == [1.0, 2.0, 3.0]


class Bare(Evaluator):
    """Has called no ``__init__`` and so has no uid; its metric's name is a param."""

    metricName = Param(Params._dummy(), "metricName", "")  # noqa: N815

    def __init__(self):
        pass

    def _evaluate(self, dataset):
        return float(dataset.model.getOrDefault("size"))

    def getOrDefault(self, param):  # noqa: N802
        return {"metricName": "reach"}[param]


class RudeError(BaseException):
    """Cannot even be shown."""

    __str__ = __repr__ = property(lambda self: 1 / 0)


class Rude(NamedScore):
    """Throws whenever it is asked for what tuning does not need."""

    def getMetricName(self):  # noqa: N802
        raise RudeError

    uid = property(lambda self: self.getMetricName(), lambda self, value: None)


@pytest.mark.parametrize(("kind", "name"), [(Bare, "reach"), (Rude, "metric")])
def test_evaluator_that_has_little(rows, experiment, caplog, monkeypatch, kind, name):
    """Spark tunes with it, and it is tracked; so it is where there is no standard error."""
    monkeypatch.setattr("sys.stderr", None)
    validator(evaluator=kind()).fit(rows)
    monkeypatch.setattr("sys.stderr", io.StringIO())
    validator(evaluator=kind()).fit(rows)
    mains = experiment.mains()
    assert [main.data.params["metricName"] for main in mains] == [name] * 2
    assert [len(experiment.children(main)) for main in mains] == [3, 3]
    assert caplog.messages == []


def test_own_fit_multiple(rows, experiment):
    """An estimator that makes its models in its own way, and in another order."""

    class Backwards(Quick):
        def fitMultiple(self, dataset, paramMaps):  # noqa: N802, N803
            models = [(index, self.copy(one).fit(dataset)) for index, one in enumerate(paramMaps)]
            return reversed(models)

    tuner = validator(estimator=Backwards(), numFolds=2)
    assert tuner.fit(rows).avgMetrics == [1.0, 2.0, 3.0]
    children = experiment.children()
    assert [run.data.params["size"] for run in children] == ["1", "2", "3"]
    assert [run.data.metrics["avg_score"] for run in children] == [1.0, 2.0, 3.0]


def test_param_map_as_argument(rows, experiment):
    """``fit(df, map)`` is one tuning, with what the map sets."""
    tuner = validator()
    tuner.fit(rows, {tuner.numFolds: 2, tuner.seed: 11})
    main = experiment.main()
    assert main.data.params["numFolds"] == "2"
    assert main.data.params["seed"] == "11"
    assert len(experiment.children()) == 3


@pytest.mark.parametrize("sequence", [list, tuple])
def test_param_maps_as_argument(rows, experiment, sequence):
    """``fit(df, [maps])`` is a tuning for each map."""
    tuner = validator()
    models = tuner.fit(rows, sequence([{tuner.numFolds: 2}, {tuner.numFolds: 3}]))
    assert [model.getNumFolds() for model in models] == [2, 3]
    assert sorted(run.data.params["numFolds"] for run in experiment.mains()) == ["2", "3"]
    assert all(len(experiment.children(main)) == 3 for main in experiment.mains())


def test_keyword_arguments(rows, experiment):
    """``fit(dataset=df)`` and ``fit(dataset=df, params=map)``."""
    tuner = validator()
    tuner.fit(dataset=rows)
    tuner.fit(dataset=rows, params={tuner.numFolds: 2})
    assert [run.data.params["numFolds"] for run in experiment.mains()] == ["3", "2"]


def test_tasks_by_keyword():
    """Spark's own function can be called as ever, wherever trackmllib is installed."""
    names = ["est", "train", "eva", "validation", "epm", "collectSubModel"]
    assert list(inspect.signature(tuning._parallelFitTasks).parameters) == names
    given = {"est": Quick(), "train": None, "eva": NamedScore(), "validation": None, "epm": []}
    assert tuning._parallelFitTasks(**given, collectSubModel=False) == []


def _named(stock):
    @functools.wraps(stock)
    def wrapped(est, train, eva, *args, **kwargs):
        assert isinstance(est, Quick)
        assert est.getOrDefault("size") == 1
        assert isinstance(eva.copy(), NamedScore)
        return stock(est=est, train=train, eva=eva, **dict(zip(REST, args, strict=True)), **kwargs)

    return wrapped


def _unnamed(stock):
    return functools.partial(_named(stock))


def _other(_):
    """Makes the models in a way of its own."""

    def tasks(est, train, eva, validation, epm, *_):
        def task(index):
            return index, eva.evaluate(est.fit(train, epm[index]).transform(validation)), None

        return [functools.partial(task, index) for index in range(len(epm))]

    return tasks


REST = ("validation", "epm", "collectSubModel")


@pytest.mark.parametrize("wrap", [_named, _unnamed, _other])
@pytest.mark.parametrize("before", [True, False])
def test_tasks_that_others_have_wrapped(rows, experiment, monkeypatch, wrap, before):
    """Before we came or afterwards: each trial is logged, once, and the doctor is content."""
    ours = tuning._parallelFitTasks
    monkeypatch.setattr(tuning, "_parallelFitTasks", wrap(ours.__wrapped__ if before else ours))
    install(tuning)
    install(tuning)
    assert is_hooked(tuning)
    assert validator(numFolds=2).fit(rows).avgMetrics == [1.0, 2.0, 3.0]
    assert [run.data.metrics["avg_score"] for run in experiment.children()] == [1.0, 2.0, 3.0]
    assert [len(experiment.steps(run, "score")) for run in experiment.children()] == [2, 2, 2]


def test_stage_of_a_pipeline(rows, experiment):
    """A tuner inside a pipeline is logged as one that is fitted by itself."""
    model = Pipeline(stages=[validator(), Quick()]).fit(rows)
    assert isinstance(model, PipelineModel)
    assert len(experiment.children()) == 3


def test_tuner_inside_a_tuner(rows, experiment):
    """An inner tuning's main run is a child of the trial it ran in; of the main run in refit."""
    inner = validator((1, 2), numFolds=2, collectSubModels=True)  # else stock cannot copy it
    outer = CrossValidator(
        estimator=Pipeline(stages=[inner, Quick()]),
        evaluator=NamedScore(),
        estimatorParamMaps=[{inner.seed: 1}, {inner.seed: 2}],
        numFolds=2,
        parallelism=2,
    )
    outer.fit(rows)
    main = experiment.main()
    assert main.data.params["mlEstimatorUid"] == outer.uid
    refit, *trials = experiment.children(main)
    assert refit.data.params["mlEstimatorUid"] == inner.uid
    assert [trial.data.tags["trackmllib.trial"] for trial in trials] == ["0", "1"]
    for index, trial in enumerate(trials):
        of_folds = experiment.children(trial)
        assert len(of_folds) == 2
        for one in of_folds:
            assert one.data.params["seed"] == str(index + 1)
            assert one.data.params["mlEstimatorUid"] == inner.uid
            assert statuses(experiment.children(one)) == ["FINISHED"] * 2
    assert len(experiment.children(refit)) == 2
    assert len(experiment.runs()) == 1 + 2 + 5 * 3
    assert set(statuses(experiment.runs())) == {"FINISHED"}


def test_tuning_in_a_thread_that_a_trial_starts(rows, experiment):
    """It is nested in the trial where the thread has its local properties, as PySpark offers."""

    def tune_in_thread(*_):
        if threading.current_thread() is threading.main_thread():
            return  # the refit is in no trial
        thread = InheritableThread(lambda: validator((7,), numFolds=2).fit(rows))
        thread.start()
        thread.join()

    validator((1, 2), estimator=Quick(before_fit=tune_in_thread), kind=TrainValidationSplit).fit(
        rows
    )
    trials = experiment.children()
    assert [trial.data.tags["trackmllib.trial"] for trial in trials] == ["0", "1"]
    for trial in trials:
        (inner,) = experiment.children(trial)
        assert statuses([inner, *experiment.children(inner)]) == ["FINISHED"] * 2


def test_four_threads(rows, experiment, journals):
    """Tunings that run at the same time are each logged with their own trials."""
    in_threads(4, lambda index: validator((10 * index, 10 * index + 1)).fit(rows))
    assert len(experiment.mains()) == 4
    found = set()
    for main in experiment.mains():
        sizes_of = [int(run.data.params["size"]) for run in experiment.children(main)]
        assert sizes_of[1] == sizes_of[0] + 1
        assert main.data.params["best_size"] == str(sizes_of[1])
        found.add(sizes_of[0])
    assert found == {0, 10, 20, 30}
    assert journals() == []


def test_grid_without_params(rows, experiment):
    """A grid of one empty map, as an empty ``ParamGridBuilder`` makes it."""
    validator(estimatorParamMaps=ParamGridBuilder().build()).fit(rows)
    (run,) = experiment.children()
    assert run.info.run_name == "default params"


def test_maps_with_different_params(rows, experiment):
    """Maps need not set the same params, and the same map may be there twice."""
    estimator = Quick()
    maps = [{estimator.size: 2}, {estimator.rate: 0.5}, {}, {estimator.size: 2}]
    validator(estimator=estimator, estimatorParamMaps=maps).fit(rows)
    assert [run.info.run_name for run in experiment.children()] == [
        "size=2",
        "rate=0.5",
        "default params",
        "size=2",
    ]


def test_params_of_two_stages_with_one_name(rows, experiment):
    """They are told apart by the place of their stage among those of its class."""
    first, second = Quick(), Quick()
    validator(
        estimator=Pipeline(stages=[first, second]),
        evaluator=Constant(),
        estimatorParamMaps=[{first.size: 1, second.size: 2, first.rate: 1}],
    ).fit(rows)
    (run,) = experiment.children()
    assert run.data.params["Quick_1.size"] == "1"
    assert run.data.params["Quick_2.size"] == "2"
    assert run.data.params["rate"] == "1.0"


def test_many_fits_leave_nothing_behind(rows, experiment, journals):
    """After a fit neither journals nor tunings are kept."""
    from trackmllib.hook.tracker import tracker

    for _ in range(3):
        validator((1,)).fit(rows)
    assert len(experiment.mains()) == 3
    assert journals() == []
    assert not tracker()._consumer.unfinished()
    assert tracker()._journals == {}
