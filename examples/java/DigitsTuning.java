import java.util.Arrays;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.trackmllib.TrackMLlib;

import static org.apache.spark.ml.functions.array_to_vector;
import static org.apache.spark.sql.functions.col;

/**
 * Tunes a forest on handwritten digits, under an MLflow run with a name of its own. Without {@code
 * withRun} it needs nothing of trackmllib to compile, and is logged just the same.
 *
 * <pre>
 * javac -cp "$SPARK_HOME/jars/*:$(trackmllib jar)" -d . DigitsTuning.java
 * </pre>
 */
public final class DigitsTuning {
  private DigitsTuning() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().appName("digits").getOrCreate();
    Dataset<Row> digits =
        spark
            .read()
            .schema("digit STRING, fold INT, pixels ARRAY<DOUBLE>")
            .json(args[0])
            .select(
                col("digit").cast("double").as("label"),
                col("fold"),
                array_to_vector(col("pixels")).as("features"));

    RandomForestClassifier forest = new RandomForestClassifier().setSeed(42);
    ParamMap[] grid =
        new ParamGridBuilder()
            .addGrid(forest.numTrees(), new int[] {5, 20})
            .addGrid(forest.maxDepth(), new int[] {4, 8})
            .build();
    CrossValidator cv =
        new CrossValidator()
            .setEstimator(forest)
            .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("f1"))
            .setEstimatorParamMaps(grid)
            .setNumFolds(3)
            .setFoldCol("fold")
            .setParallelism(2);

    CrossValidatorModel model = TrackMLlib.withRun("digits by forest", run -> cv.fit(digits));

    System.out.println("f1: " + Arrays.toString(model.avgMetrics()));
    spark.stop();
  }
}
