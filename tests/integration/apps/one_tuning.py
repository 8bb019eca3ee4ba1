"""One stock tuning in PySpark, which says what it got and what runs in its process."""

import os
import sys
import threading
from pathlib import Path

from pyspark.ml.classification import DecisionTreeClassifier
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("one-tuning").getOrCreate()
flat = spark.read.option("header", "true").option("inferSchema", "true").csv(sys.argv[1])
data = VectorAssembler(inputCols=["a", "b", "c"], outputCol="features").transform(flat)
tree = DecisionTreeClassifier(seed=7)
trials = int(sys.argv[2]) if len(sys.argv) > 2 else 2
grid = ParamGridBuilder().addGrid(tree.maxDepth, list(range(1, 1 + trials))).build()
cv = CrossValidator(
    estimator=tree,
    evaluator=MulticlassClassificationEvaluator(metricName="accuracy"),
    estimatorParamMaps=grid,
    numFolds=2,
    foldCol="inner",
)
print("metrics:", [float(metric) for metric in cv.fit(data).avgMetrics])
print("mlflow imported:", "mlflow" in sys.modules)
print("threads:", [t.name for t in threading.enumerate() if "trackmllib" in t.name])
mine = f"XDG_STATE_HOME={os.environ.get('XDG_STATE_HOME')}".encode()
sidecars = 0
for process in Path("/proc").glob("[0-9]*"):
    try:
        if mine in (process / "environ").read_bytes():
            sidecars += b"trackmllib.sidecar" in (process / "cmdline").read_bytes()
    except OSError:
        continue
print("sidecars:", sidecars)
spark.stop()
