"""Tunes a decision tree on handwritten digits. Not a line of it is about tracking."""

import sys

from pyspark.ml import Pipeline
from pyspark.ml.classification import DecisionTreeClassifier
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import StringIndexer
from pyspark.ml.functions import array_to_vector
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("digits").getOrCreate()

digits = spark.read.schema("digit STRING, fold INT, pixels ARRAY<DOUBLE>").json(sys.argv[1])
digits = digits.select("digit", "fold", array_to_vector("pixels").alias("features"))

indexer = StringIndexer(inputCol="digit", outputCol="label", stringOrderType="alphabetAsc")
tree = DecisionTreeClassifier(seed=42)
grid = (
    ParamGridBuilder()
    .addGrid(tree.maxDepth, [2, 3, 4, 5, 6, 7, 8])
    .addGrid(tree.maxBins, [2, 4, 8])
    .build()
)

cv = CrossValidator(
    estimator=Pipeline(stages=[indexer, tree]),
    evaluator=MulticlassClassificationEvaluator(metricName="weightedPrecision"),
    estimatorParamMaps=grid,
    numFolds=3,
    foldCol="fold",
    seed=42,
    parallelism=2,
)
model = cv.fit(digits)

print(f"best weightedPrecision: {max(model.avgMetrics):.4f}")
spark.stop()
