import java.util.Arrays;
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

/** A stock Java tuning. */
public final class JavaTuning {
  private JavaTuning() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().appName("java-tuning").getOrCreate();
    Dataset<Row> flat =
        spark.read().option("header", "true").option("inferSchema", "true").csv(args[0]);
    Dataset<Row> data =
        new VectorAssembler()
            .setInputCols(new String[] {"a", "b", "c"})
            .setOutputCol("features")
            .transform(flat);
    DecisionTreeClassifier tree = new DecisionTreeClassifier().setSeed(7);
    ParamMap[] grid =
        new ParamGridBuilder()
            .addGrid(tree.maxDepth(), new int[] {1, 3})
            .addGrid(tree.maxBins(), new int[] {4, 8})
            .build();
    CrossValidatorModel model =
        new CrossValidator()
            .setEstimator(tree)
            .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
            .setEstimatorParamMaps(grid)
            .setNumFolds(3)
            .setFoldCol("fold")
            .setSeed(7)
            .fit(data);
    System.out.println(Arrays.toString(model.avgMetrics()));
    spark.stop();
  }
}
