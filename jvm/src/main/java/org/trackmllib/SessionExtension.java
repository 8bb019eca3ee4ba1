package org.trackmllib;

import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.SparkSessionExtensionsProvider;
import scala.runtime.BoxedUnit;

/** Spark finds this one by itself (a service file): the jar alone is enough to be tracked. */
public class SessionExtension implements SparkSessionExtensionsProvider {
    @Override
    public BoxedUnit apply(SparkSessionExtensions extensions) {
        if (ScalaLine.fits()) Guard.run("start", ListenerOnce::add);
        return BoxedUnit.UNIT;
    }
}
