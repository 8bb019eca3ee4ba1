package org.trackmllib;

import java.lang.instrument.Instrumentation;
import org.trackmllib.hook.Hook;

/**
 * {@code -javaagent:trackmllib_….jar}: the tuners are rewritten as they are loaded.
 *
 * <p>The JVM may have nothing but itself: such as one that {@code JAVA_TOOL_OPTIONS} brought us to,
 * without Spark or a logger. What is thrown here would end it.
 */
public final class Agent {
    private Agent() {}

    public static void premain(String arguments, Instrumentation instrumentation) {
        try {
            Hook.installAgent(instrumentation);
        } catch (Throwable t) {
            System.err.println(Messages.internalError("-javaagent"));
            t.printStackTrace();
        }
    }
}
