package org.apache.spark.ml.tuning;

import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.Instrumentation;
import org.apache.spark.sql.types.StructType;

/** What Spark's {@code fit} asks of its own tuner, asked of another one. Scala would call it protected. */
final class TunerAccess {
    private TunerAccess() {}

    static StructType transformSchema(PipelineStage tuner, StructType schema, boolean logging) {
        return tuner.transformSchema(schema, logging);
    }

    static void logTuningParams(ValidatorParams tuner, Instrumentation log) {
        tuner.logTuningParams(log);
    }

    static <T extends Params> T copyValues(Params tuner, T model, ParamMap extra) {
        return tuner.copyValues(model, extra);
    }
}
