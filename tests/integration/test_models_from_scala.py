"""``spark.trackmllib.logModel`` from Scala: Python loads what the sidecar has logged."""

from __future__ import annotations

from pathlib import Path

import mlflow
from apps_built import apps
from logged import trees
from sparks import Spark

LOAD = """
import sys
import mlflow.spark
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
flat = spark.read.csv(sys.argv[1], header=True, inferSchema=True)
data = VectorAssembler(inputCols=["a", "b", "c"], outputCol="features").transform(flat)
for uri in sys.argv[2:]:
    model = mlflow.spark.load_model(uri)
    right = model.transform(data).where("prediction = label").count()
    print(f"{type(model.stages[0]).__name__}: {right}")
"""


def test_two_at_once_under_one_run(spark_install: Spark, place, data: Path) -> None:
    """Each has a folder of its own, as a pipeline that predicts what the driver's predicts."""
    uri, _, env = place("log-model")
    run = mlflow.MlflowClient(uri).create_run("0").info.run_id
    app = apps(spark_install)
    conf = {"spark.trackmllib.logModel": "true", "spark.trackmllib.runId": run}
    done = spark_install.submit("--class", "TwoModels", app, data, conf=conf, **env)
    assert done.code == 0, done.err[-3000:]
    (main,) = trees(uri, "Default")
    uuids = {child.tags["fit_uuid"] for child in main.children}
    found = [one.path for one in mlflow.MlflowClient(uri).list_artifacts(run) if one.is_dir]
    first, second = sorted(found)
    assert first == "model"
    assert second in {f"model_{uuid}" for uuid in uuids}
    command = [spark_install.python, "-c", LOAD, str(data)]
    loaded = spark_install.run([*command, *(f"runs:/{run}/{folder}" for folder in found)], **env)
    assert loaded.code == 0, loaded.err[-3000:]
    predicted = [line for line in done.out.splitlines() if "Model: " in line]
    assert len(predicted) == 2
    assert sorted(loaded.out.split("\n"))[1:] == sorted(predicted)
