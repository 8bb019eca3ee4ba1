"""The user's own tuners, which derive from Spark's."""

from __future__ import annotations

import pytest
from found import statuses
from pyspark.ml import Pipeline
from pyspark.ml.tuning import (
    CrossValidator,
    CrossValidatorModel,
    TrainValidationSplit,
    TrainValidationSplitModel,
)
from quick import Quick, validator


class Own(CrossValidator):
    """Fits in its own way altogether."""

    def _fit(self, dataset):
        best = self.getEstimator().fit(dataset, self.getEstimatorParamMaps()[1])
        return self._copyValues(CrossValidatorModel(best, [0.25, 0.75, 0.5], None, [0.1, 0.2, 0.3]))


class OwnSplit(TrainValidationSplit):
    """The same for one split."""

    def _fit(self, dataset):
        best = self.getEstimator().fit(dataset, self.getEstimatorParamMaps()[0])
        return self._copyValues(TrainValidationSplitModel(best, [0.75, 0.25, 0.5]))


class Whole(CrossValidator):
    """Overrides ``fit`` as a whole, and takes something else than a data frame."""

    def fit(self, sizes, params=None):
        best = self.getEstimator().fit(None, self.getEstimatorParamMaps()[sizes.index(max(sizes))])
        return self._copyValues(CrossValidatorModel(best, sizes, None, [0.0] * len(sizes)))


class Either(CrossValidator):
    """Decides in its ``_fit`` between a pass of its own and Spark's."""

    def _fit(self, dataset):
        if self.getNumFolds() == 2:
            return super()._fit(dataset)
        return Own._fit(self, dataset)


class Both(Either):
    """Overrides ``fit`` as well."""

    def fit(self, dataset, params=None):
        return super().fit(dataset, params)


class Broken(CrossValidator):
    """Never comes to a model."""

    def _fit(self, dataset):
        raise ValueError("own")


class Around(CrossValidator):
    """Does something before and after Spark's own."""

    def _fit(self, dataset):
        self.count = dataset.count()
        return super()._fit(dataset)


class Outer(CrossValidator):
    """Overrides ``fit`` itself."""

    def fit(self, dataset, params=None):
        return super().fit(dataset.limit(10), params)


def test_own_fit_is_logged_from_its_model(rows, experiment):
    """A tuner that overrides ``_fit`` altogether is logged when it is done."""
    tuner = validator(kind=Own)
    tuner.fit(rows, {tuner.seed: 5})
    main, children = experiment.main(), experiment.children()
    assert main.data.params["mlModelClass"] == "CrossValidator"
    assert main.data.params["mlEstimatorUid"] == tuner.uid
    assert main.data.params["seed"] == "5"
    assert main.data.params["best_size"] == "2"
    assert main.data.metrics["best_score"] == 0.75
    assert [run.data.metrics for run in children] == [
        {"avg_score": 0.25, "std_score": 0.1},
        {"avg_score": 0.75, "std_score": 0.2},
        {"avg_score": 0.5, "std_score": 0.3},
    ]
    assert statuses([main, *children]) == ["FINISHED"] * 4
    assert main.info.start_time <= children[0].info.start_time


def test_own_model_with_other_metrics(rows, experiment):
    """Metrics that are not those of the grid belong to no trial; the main run ends."""

    class Random(CrossValidator):
        def _fit(self, dataset):
            return self._copyValues(CrossValidatorModel(self.getEstimator().fit(dataset), [1.0]))

    validator(kind=Random).fit(rows)
    assert experiment.main().info.status == "FINISHED"
    assert experiment.children() == []


def test_own_split(rows, experiment):
    """The same for a split."""
    validator(kind=OwnSplit).fit(rows)
    assert [run.data.metrics for run in experiment.children()] == [
        {"score": 0.75},
        {"score": 0.25},
        {"score": 0.5},
    ]


def test_own_fit_that_fails(rows, experiment):
    """The user's exception, and a main run that says so."""
    with pytest.raises(ValueError, match="own"):
        validator(kind=Broken).fit(rows)
    assert experiment.main().info.status == "FAILED"
    assert experiment.main().data.tags["trackmllib.error"] == "ValueError: own"


@pytest.mark.parametrize("kind", [Around, Outer])
def test_around_sparks_own(rows, experiment, kind):
    """A tuner that calls Spark's ``_fit`` or ``fit`` is followed trial by trial, and once."""
    validator(kind=kind, numFolds=2).fit(rows)
    assert experiment.main().data.params["mlModelClass"] == "CrossValidator"
    children = experiment.children()
    assert statuses(children) == ["FINISHED"] * 3
    assert all("fit_seconds" in run.data.metrics for run in children)
    assert len(experiment.runs()) == 4


def test_whole_fit_is_logged_from_its_model(experiment, spark):
    """Though it never comes to a ``fit`` of Spark's, and its data has no session."""
    model = validator(kind=Whole).fit([0.25, 0.75, 0.5])
    assert model.bestModel.getOrDefault("size") == 2
    assert experiment.main().data.params["best_size"] == "2"
    figures = [run.data.metrics["avg_score"] for run in experiment.children()]
    assert figures == [0.25, 0.75, 0.5]


@pytest.mark.parametrize("kind", [Either, Both])
def test_own_pass_or_sparks(rows, experiment, kind):
    """Each is logged, once."""
    validator(kind=kind, numFolds=2).fit(rows)
    validator(kind=kind, numFolds=3).fit(dataset=rows)
    logged = sorted(experiment.mains(), key=lambda main: main.data.params["numFolds"])
    assert [main.data.params["numFolds"] for main in logged] == ["2", "3"]
    sparks, own = (experiment.children(main) for main in logged)
    assert [run.data.metrics["avg_score"] for run in sparks] == [1.0, 2.0, 3.0]
    assert [run.data.metrics["avg_score"] for run in own] == [0.25, 0.75, 0.5]


def test_own_pass_over_a_tuner(rows, experiment):
    """A pass of one's own over an estimator that is a tuner of Spark's: both are logged."""
    inner = validator((7,), numFolds=2)
    maps = [{inner.seed: seed} for seed in (1, 2, 3)]
    validator(kind=Own, estimator=inner, estimatorParamMaps=maps).fit(rows)
    logged = {main.data.params["estimator"] for main in experiment.mains()}
    assert logged == {"CrossValidator", "Quick"}


def test_around_with_several_maps(rows, experiment):
    """Also where several maps are given."""
    tuner = validator(kind=Own)
    tuner.fit(rows, [{tuner.seed: 1}, {tuner.seed: 2}])
    assert sorted(run.data.params["seed"] for run in experiment.mains()) == ["1", "2"]


def test_inside_a_stock_tuner(rows, experiment):
    """A tuner of the user's own in a trial of Spark's."""
    outer = validator(
        estimator=Pipeline(stages=[validator(kind=Around, collectSubModels=True), Quick()]),
        estimatorParamMaps=[{}],
        numFolds=2,
    )
    outer.fit(rows)
    refit, trial = experiment.children()
    assert len(experiment.children(trial)) == 2
    assert len(experiment.children(refit)) == 3
