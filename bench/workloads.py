"""What is tuned: nothing at all, something that takes 50 ms, and handwritten digits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyspark.ml import Estimator, Model
from pyspark.ml.classification import RandomForestClassifier
from pyspark.ml.evaluation import Evaluator, MulticlassClassificationEvaluator
from pyspark.ml.functions import array_to_vector
from pyspark.ml.param import Param, TypeConverters
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit
from pyspark.sql import DataFrame, SparkSession

last_metric = 0.0
"""When an evaluator gave its last metric, on the clock of ``time.perf_counter``."""


@dataclass
class Workload:
    """A tuning to be repeated; ``tuner`` makes it anew."""

    name: str
    trials: int
    tuner: Callable[[], Any]
    data: DataFrame


class _NullModel(Model):
    def _transform(self, dataset: DataFrame) -> DataFrame:
        return dataset


class _Null(Estimator):
    """Learns nothing, for a while."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__()
        self.size = Param(self, "size", "", TypeConverters.toInt)
        self._seconds = seconds

    def _fit(self, dataset: DataFrame) -> Model:
        if self._seconds:
            time.sleep(self._seconds)
        return _NullModel()


class _NullEvaluator(Evaluator):
    def getMetricName(self) -> str:  # noqa: N802
        return "score"

    def _evaluate(self, dataset: DataFrame) -> float:
        global last_metric
        last_metric = time.perf_counter()
        return 0.5


class _Timed(MulticlassClassificationEvaluator):
    def evaluate(self, *args: Any) -> float:
        global last_metric
        metric: float = super().evaluate(*args)
        last_metric = time.perf_counter()
        return metric


def null(spark: SparkSession, trials: int = 200) -> Workload:
    """A train-validation split of trials that take no time: nothing overlaps."""

    def tuner() -> TrainValidationSplit:
        return _over_sizes(TrainValidationSplit, _Null(), trials)

    return Workload("null", trials, tuner, _rows(spark))


def paced(spark: SparkSession) -> Workload:
    """60 param maps on 2 folds, 50 ms each."""

    def tuner() -> CrossValidator:
        return _over_sizes(CrossValidator, _Null(0.05), 60, numFolds=2)

    return Workload("paced", 60, tuner, _rows(spark))


def digits(spark: SparkSession) -> Workload:
    """A random forest on scikit-learn's digits: 20 param maps on 3 folds."""
    from sklearn.datasets import load_digits

    found = load_digits()
    rows = [(float(y), list(map(float, x))) for x, y in zip(found.data, found.target, strict=True)]
    data = spark.createDataFrame(rows, "label DOUBLE, pixels ARRAY<DOUBLE>")
    data = data.select("label", array_to_vector("pixels").alias("features")).repartition(2).cache()
    data.count()

    def tuner() -> CrossValidator:
        forest = RandomForestClassifier(seed=1)
        grid = ParamGridBuilder().addGrid(forest.maxDepth, [2, 3, 4, 5, 6])
        grid = grid.addGrid(forest.numTrees, [2, 4, 6, 8])
        return CrossValidator(
            estimator=forest,
            evaluator=_Timed(metricName="accuracy"),
            estimatorParamMaps=grid.build(),
            numFolds=3,
            seed=1,
            parallelism=2,
        )

    return Workload("digits", 20, tuner, data)


def _over_sizes(kind: Any, estimator: _Null, trials: int, **params: Any) -> Any:
    maps = [{estimator.size: size} for size in range(trials)]
    return kind(estimator=estimator, evaluator=_NullEvaluator(), estimatorParamMaps=maps, **params)


def _rows(spark: SparkSession) -> DataFrame:
    rows = spark.range(10).cache()
    rows.count()
    return rows
