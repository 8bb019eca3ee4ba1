"""A Python-only estimator and evaluator that need no Spark job: a trial takes a millisecond."""

from __future__ import annotations

import threading

from pyspark.ml import Estimator, Model
from pyspark.ml.evaluation import Evaluator
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable


class _Settings(Params):
    size = Param(Params._dummy(), "size", "", TypeConverters.toInt)
    rate = Param(Params._dummy(), "rate", "", TypeConverters.toFloat)
    other = Param(Params._dummy(), "other", "")
    password = Param(Params._dummy(), "password", "", TypeConverters.toString)


class Quick(Estimator, _Settings, DefaultParamsReadable, DefaultParamsWritable):
    """Its models carry their params; ``before_fit`` and ``in_transform`` may throw or wait."""

    def __init__(self, before_fit=None, in_transform=None):
        super().__init__()
        self._setDefault(size=1, rate=0.0)
        self.before_fit = before_fit
        self.in_transform = in_transform

    def _fit(self, dataset):
        if self.before_fit:
            self.before_fit(self, dataset)
        return self._copyValues(QuickModel(self.in_transform)).setParent(self)


class QuickModel(Model, _Settings, DefaultParamsReadable, DefaultParamsWritable):
    """Hands its own params on to the evaluator, beside the data."""

    def __init__(self, in_transform=None):
        super().__init__()
        self.in_transform = in_transform

    def setParent(self, parent):  # noqa: N802
        self._resetUid(parent.uid)
        return self

    def _transform(self, dataset):
        if self.in_transform:
            self.in_transform(self, dataset)
        scored = dataset.select("*")
        scored.model = self
        return scored


class Score(Evaluator):
    """Its metric is ``score(model)``; it has no ``getMetricName``."""

    def __init__(self, score=lambda model: float(model.getOrDefault("size")), larger=True):
        super().__init__()
        self._score = score
        self._larger = larger

    def _evaluate(self, dataset):
        return self._score(dataset.model)

    def isLargerBetter(self):  # noqa: N802
        return self._larger


class NamedScore(Score):
    """Its metric has a name."""

    def getMetricName(self):  # noqa: N802
        return "score"


def sizes(estimator, values=(1, 2, 3)):
    """A grid over ``size``."""
    return ParamGridBuilder().addGrid(estimator.size, list(values)).build()


def validator(values=(1, 2, 3), *, estimator=None, evaluator=None, kind=CrossValidator, **params):
    """A tuner over quick trials."""
    estimator = estimator or Quick()
    if "estimatorParamMaps" not in params:
        params["estimatorParamMaps"] = sizes(estimator, values)
    return kind(estimator=estimator, evaluator=evaluator or NamedScore(), **params)


def raising(error, size):
    """A step of an estimator or evaluator that throws ``error`` for one ``size``."""

    def step(stage, *_):
        if stage.getOrDefault("size") == size:
            raise error

    return step


def in_threads(count, work):
    """``work(0)`` to ``work(count - 1)``, each in a thread of its own; throws what one threw."""
    thrown = []

    def run(index):
        try:
            work(index)
        except BaseException as error:
            thrown.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
        assert not thread.is_alive()
    if thrown:
        raise thrown[0]
