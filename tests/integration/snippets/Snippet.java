import org.apache.spark.ml.classification.DecisionTreeClassifier;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.trackmllib.TrackMLlib;

/** A snippet of the docs, with what it presumes. */
public final class Snippet {
  private Snippet() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    Dataset<Row> training =
        new VectorAssembler()
            .setInputCols(new String[] {"a", "b", "c"})
            .setOutputCol("features")
            .transform(
                spark.read().option("header", "true").option("inferSchema", "true").csv("data.csv"));
    DecisionTreeClassifier tree = new DecisionTreeClassifier().setSeed(7);
    CrossValidator cv =
        new CrossValidator()
            .setEstimator(tree)
            .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
            .setEstimatorParamMaps(
                new ParamGridBuilder().addGrid(tree.maxDepth(), new int[] {1, 3}).build())
            .setNumFolds(2);
    // the snippet
    System.out.println("ran");
    spark.stop();
  }
}
