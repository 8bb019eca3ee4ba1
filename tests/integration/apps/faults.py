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
from multiprocessing.pool import ThreadPool
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


NAME = "<i>te|xt</i>\n"
setattr(Step, NAME, Param(Params._dummy(), NAME, "of no effect", TypeConverters.toString))


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
    return fit(spark, Step(step), range(1, 1 + trials), parallelism=parallelism)


def fit(spark, estimator, sizes, texts=(), **params):
    grid = ParamGridBuilder().addGrid(estimator.size, list(sizes))
    if texts:
        grid.addGrid(estimator.getParam(NAME), texts)
    tuner = CrossValidator(
        estimator=estimator,
        evaluator=Average(),
        estimatorParamMaps=grid.build(),
        numFolds=2,
        **params,
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


def together(count, work):
    """What ``work`` gives for each number, in threads that begin at the same time."""
    begin = threading.Barrier(count)

    def run(number):
        begin.wait()
        return work(number)

    with ThreadPool(count) as pool:
        return pool.map(run, range(count), chunksize=1)


class Fails(Step):
    """Every fifth tuning's second setting."""

    def _fit(self, dataset):
        if self.getOrDefault("size") % 10 == 4:
            throw("a four")
        return super()._fit(dataset)


def many(spark, count):
    """So many tunings of two settings at once; the second setting of every fifth fails."""

    def one(number):
        sizes = [2 * number + 1, 2 * number + 2]
        try:
            estimator = Fails(lambda moment: None)
            return fit(spark, estimator, sizes, parallelism=2, seed=number) == sizes
        except ValueError:
            return False

    return [sum(together(int(count), one))]


def shared(spark, run):
    """Two tunings of one active run."""

    def one(number):
        import mlflow

        with mlflow.start_run(run_id=run):
            estimator = Step(lambda moment: None)
            sizes = [2 * number + 1, 2 * number + 2]
            return fit(spark, estimator, sizes, parallelism=2, seed=number)

    return [metric for metrics in together(2, one) for metric in metrics]


def hostile(spark, _):
    """Texts that no log and no page may take for more than text."""
    estimator = Step(lambda moment: None)
    estimator._resetUid("<b>uid</b> | `\0")
    texts = [
        "\0\x01\x1b[31m\r\n\u2028",
        "a\ud800b\udc00",
        "x" * 10_000_000,
        "<script>alert(1)</script>",
        "**bold** | `code` ``` [link](http://x) ![i](http://x)\n# head",
    ]
    return fit(spark, estimator, [1], texts)


def warm_up(spark, _):
    """MLflow is imported by its end, however short the other fits wait."""
    given = spark.conf.get("spark.trackmllib.flushTimeout")
    spark.conf.set("spark.trackmllib.flushTimeout", "5m")
    try:
        return tune(spark)
    finally:
        spark.conf.set("spark.trackmllib.flushTimeout", given)


HAPPENINGS = {
    "warm-up": warm_up,
    "many": many,
    "shared": shared,
    "hostile": hostile,
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


def happen(scenario):
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


for each in sys.argv[1:]:
    happen(each)
