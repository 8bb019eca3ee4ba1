"""Stock tunings to which something happens, in the order of the arguments.

Each is in an experiment of its own name; Faults.scala beside it has the same in Scala.
"""

import contextlib
import itertools
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from pyspark.ml import Estimator, Model
from pyspark.ml.evaluation import Evaluator
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import SparkSession
from pyspark.sql.functions import avg, lit


class Step(Estimator):
    """Its models' metric is ``size``; a trial begins with ``step``."""

    size = Param(Params._dummy(), "size", "its metric", TypeConverters.toInt)

    def __init__(self, step):
        super().__init__()
        self.step = step
        self.fitted = itertools.count(1)

    def _fit(self, dataset):
        self.step(next(self.fitted))
        dataset.count()
        return StepModel(self.getOrDefault("size"))


class StepModel(Model):
    """Adds its size to the data."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def _transform(self, dataset):
        return dataset.withColumn("size", lit(self.size))


class Average(Evaluator):
    """The size that the model has added."""

    def _evaluate(self, dataset):
        return dataset.agg(avg("size")).head()[0]


def tune(spark, step=lambda moment: None, trials=4, parallelism=1):
    estimator = Step(step)
    grid = ParamGridBuilder().addGrid(estimator.size, list(range(1, 1 + trials))).build()
    tuner = CrossValidator(
        estimator=estimator,
        evaluator=Average(),
        estimatorParamMaps=grid,
        numFolds=2,
        parallelism=parallelism,
    )
    return tuner.fit(spark.range(20)).avgMetrics


def at(moment, action):
    def step(trial):
        if trial == moment:
            action()

    return step


def elsewhere(action):
    """In another thread, while the trial waits."""

    def both():
        thread = threading.Thread(target=action, daemon=True)
        thread.start()
        thread.join(10)

    return both


def throw(text):
    raise ValueError(text)


def long(moment):
    print("fitting", flush=True)
    time.sleep(0.05)


begun = threading.Barrier(3)


def late(moment):
    begun.wait()
    if moment == 1:
        throw("the first")
    time.sleep(0.5)


def fill(disk):
    with Path(disk, "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    print(f"{disk} is full")


def with_full(spark, *disks):
    spark.conf.set("spark.trackmllib.journalDir", f"{disks[0]}/journals")
    try:
        return tune(spark, at(3, lambda: [fill(disk) for disk in disks]))
    finally:
        spark.conf.unset("spark.trackmllib.journalDir")
        for disk in disks:
            Path(disk, "filler").unlink()


def in_new_session(spark, name):
    session = spark.newSession()
    session.conf.set("spark.trackmllib.experimentName", name)
    return tune(session)


def at_server(spark, uri):
    spark.conf.set("spark.trackmllib.trackingUri", uri)
    return tune(spark)


HAPPENINGS = {
    **dict.fromkeys(("plain", "flooded", "again"), lambda spark, _: tune(spark)),
    "new-session": lambda spark, _: in_new_session(spark, "new-session"),
    "long": lambda spark, _: tune(spark, long, trials=40),
    "exit": lambda spark, _: tune(spark, at(3, elsewhere(lambda: os._exit(3)))),
    "throws": lambda spark, _: tune(spark, at(3, lambda: throw("the third"))),
    "late": lambda spark, _: tune(spark, late, trials=3, parallelism=3),
    "stopped": lambda spark, _: tune(spark, at(3, elsewhere(spark.stop))),
    "disk-full": with_full,
    "disks-full": lambda spark, disk: with_full(spark, disk, tempfile.gettempdir()),
}

for scenario in sys.argv[1:]:
    name, _, detail = scenario.partition("=")
    spark = SparkSession.builder.appName("faults").getOrCreate()
    spark.conf.set("spark.trackmllib.experimentName", name)
    began = time.monotonic()
    try:
        outcome = [float(metric) for metric in HAPPENINGS.get(name, at_server)(spark, detail)]
    except Exception as error:
        if name in ("throws", "late"):
            raise
        outcome = type(error).__name__
    print(f"{name}: {outcome}")
    print(f"seconds of {name}: {time.monotonic() - began}", flush=True)
