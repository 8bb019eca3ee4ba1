"""What the docs' Python presumes: a session, data, and what is to be tuned."""

from pyspark.ml import Pipeline
from pyspark.ml.classification import DecisionTreeClassifier
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
flat = spark.read.csv("data.csv", header=True, inferSchema=True)
data = VectorAssembler(inputCols=["a", "b", "c"], outputCol="features").transform(flat)
training, test = data.randomSplit([0.8, 0.2], seed=7)
tree = DecisionTreeClassifier(seed=7)
pipeline = Pipeline(stages=[tree])
evaluator = MulticlassClassificationEvaluator(metricName="accuracy")
grid = ParamGridBuilder().addGrid(tree.maxDepth, [1, 3]).build()
cv = CrossValidator(estimator=pipeline, evaluator=evaluator, estimatorParamMaps=grid, numFolds=2)
