package org.trackmllib;

import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.TrainValidationSplit;
import org.apache.spark.ml.tuning.TrainValidationSplitModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The public API in each shape that Java has for a block: that it compiles is half of the test. */
final class JavaApi {
    private JavaApi() {}

    static String all(CrossValidator cv, TrainValidationSplit tvs, Dataset<Row> data) {
        CrossValidatorModel value =
                TrackMLlib.withRun("value", run -> TrackMLlib.fit(cv, data));
        CrossValidatorModel block =
                TrackMLlib.withRun(
                        "block",
                        run -> {
                            return TrackMLlib.fit(cv, data);
                        });
        TrackMLlib.withRun(
                "no value",
                run -> {
                    TrackMLlib.fit(cv, data);
                });
        TrackMLlib.withRun("unused", run -> cv.getNumFolds());
        TrainValidationSplitModel called =
                TrackMLlib.withRunId("123", () -> TrackMLlib.fit(tvs, data));
        TrackMLlib.withRunId(
                "123",
                () -> {
                    TrackMLlib.fit(tvs, data);
                });
        String name = TrackMLlib.withRun("name", Run::name);
        return value.uid() + block.uid() + called.uid() + name + TrackMLlib.lastRunId().isDefined();
    }
}
