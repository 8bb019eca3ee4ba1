"""The same tuning under a run of one's own, which can hold whatever else belongs to it."""

import sys

import mlflow
from pyspark.ml.classification import DecisionTreeClassifier
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.functions import array_to_vector
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("digits").getOrCreate()

digits = spark.read.schema("digit STRING, fold INT, pixels ARRAY<DOUBLE>").json(sys.argv[1])
digits = digits.selectExpr("double(digit) AS label", "fold", "pixels")
digits = digits.select("label", "fold", array_to_vector("pixels").alias("features"))

tree = DecisionTreeClassifier(seed=42)
grid = ParamGridBuilder().addGrid(tree.maxDepth, [3, 6]).addGrid(tree.maxBins, [4, 8]).build()
cv = CrossValidator(
    estimator=tree,
    evaluator=MulticlassClassificationEvaluator(metricName="f1"),
    estimatorParamMaps=grid,
    numFolds=3,
    foldCol="fold",
)

with mlflow.start_run(run_name="digits by tree"):
    mlflow.log_param("data", "sklearn digits")
    model = cv.fit(digits)
    mlflow.log_metric("nodes", model.bestModel.numNodes)

spark.stop()
