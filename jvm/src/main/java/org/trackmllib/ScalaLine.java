package org.trackmllib;

import org.slf4j.LoggerFactory;

/** Whether this jar is for the Scala that Spark runs on. Where it is not, only Java of ours may run. */
public final class ScalaLine {
    private static final boolean FITS = check(scala.util.Properties.versionNumberString());

    private ScalaLine() {}

    /** Says it once where it is not. */
    public static boolean fits() {
        return FITS;
    }

    private static boolean check(String running) {
        boolean fits = running.startsWith(BuildInfo.SCALA_BINARY_VERSION + ".");
        if (!fits) {
            LoggerFactory.getLogger("org.trackmllib")
                    .warn(Messages.wrongScala(BuildInfo.SCALA_BINARY_VERSION, running));
        }
        return fits;
    }
}
