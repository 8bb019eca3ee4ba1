package org.trackmllib;

import java.lang.instrument.Instrumentation;
import org.trackmllib.hook.Hook;

/** {@code -javaagent:trackmllib_….jar}: the tuners are rewritten as they are loaded. */
public final class Agent {
    private Agent() {}

    public static void premain(String arguments, Instrumentation instrumentation) {
        Guard.run("-javaagent", () -> Hook.installAgent(instrumentation));
    }
}
