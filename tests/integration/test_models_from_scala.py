"""``spark.trackmllib.logModel`` from Scala: Python loads what the sidecar has logged."""

from __future__ import annotations

from pathlib import Path

from logged import trees
from sparks import Spark

LOAD = """
import sys
import mlflow.spark
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
flat = spark.read.csv(sys.argv[2], header=True, inferSchema=True)
data = VectorAssembler(inputCols=["a", "b", "c"], outputCol="features").transform(flat)
model = mlflow.spark.load_model(f"runs:/{sys.argv[1]}/model")
print("right:", model.transform(data).where("prediction = label").count())
"""


def test_scala(spark_install: Spark, build, place, data: Path) -> None:
    """The best model of a bare estimator is there as a pipeline, and predicts."""
    uri, _, env = place("log-model")
    app = build(spark_install, "OneTuning.scala")
    conf = {"spark.trackmllib.logModel": "true"}
    done = spark_install.submit("--class", "OneTuning", app, data, conf=conf, **env)
    assert done.code == 0, done.err[-3000:]
    (main,) = trees(uri, "Default")
    command = [spark_install.python, "-c", LOAD, main.run.info.run_id, str(data)]
    loaded = spark_install.run(command, **env)
    assert loaded.code == 0, loaded.err[-3000:]
    assert int(loaded.out.split("right:")[1]) > 60
