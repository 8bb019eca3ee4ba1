import org.apache.spark.ml.classification.DecisionTreeClassifier;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.trackmllib.TrackMLlib;

/** The Java shapes of the API: a lambda that is an expression, a block with and without a value. */
public final class JavaWithRun {
  private JavaWithRun() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().appName("java-with-run").getOrCreate();
    Dataset<Row> flat =
        spark.read().option("header", "true").option("inferSchema", "true").csv(args[0]);
    Dataset<Row> data =
        new VectorAssembler()
            .setInputCols(new String[] {"a", "b", "c"})
            .setOutputCol("features")
            .transform(flat);
    DecisionTreeClassifier tree = new DecisionTreeClassifier().setSeed(7);
    ParamMap[] grid = new ParamGridBuilder().addGrid(tree.maxDepth(), new int[] {1, 3}).build();
    CrossValidator cv =
        new CrossValidator()
            .setEstimator(tree)
            .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
            .setEstimatorParamMaps(grid)
            .setNumFolds(2)
            .setSeed(7);

    CrossValidatorModel model = TrackMLlib.withRun("expression", run -> cv.fit(data));
    System.out.println("metrics: " + model.avgMetrics().length);
    String id =
        TrackMLlib.withRun(
            "block",
            run -> {
              cv.fit(data);
              return run.id();
            });
    System.out.println("block: " + id);
    TrackMLlib.withRun(
        "no value",
        run -> {
          cv.fit(data);
        });
    TrackMLlib.withRunId(id, () -> cv.fit(data));
    TrackMLlib.withRunId(
        id,
        () -> {
          cv.fit(data);
        });
    CrossValidatorModel explicit = TrackMLlib.fit(cv, data);
    System.out.println("explicit: " + explicit.avgMetrics().length);
    spark.stop();
  }
}
