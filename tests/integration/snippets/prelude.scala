import org.apache.spark.ml.Pipeline
import org.apache.spark.ml.classification.DecisionTreeClassifier
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator
import org.apache.spark.ml.feature.VectorAssembler
import org.apache.spark.ml.tuning.{CrossValidator, ParamGridBuilder}

val training = new VectorAssembler()
  .setInputCols(Array("a", "b", "c"))
  .setOutputCol("features")
  .transform(spark.read.option("header", "true").option("inferSchema", "true").csv("data.csv"))
val tree = new DecisionTreeClassifier().setSeed(7)
val pipeline = new Pipeline().setStages(Array(tree))
val evaluator = new MulticlassClassificationEvaluator().setMetricName("accuracy")
val grid = new ParamGridBuilder().addGrid(tree.maxDepth, Array(1, 3)).build()
