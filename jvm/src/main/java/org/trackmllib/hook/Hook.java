package org.trackmllib.hook;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trackmllib.Messages;

/**
 * Makes {@code fit(Dataset)} of Spark's two tuners ask a function of ours first.
 *
 * <p>The function is where every class loader finds it, in a {@link FitProvider}. There is one hook a
 * JVM: who comes second finds it there.
 */
public final class Hook {
    private static final String AGENT = "org.trackmllib.agent";
    private static final String PACKAGE = "org.apache.spark.ml.tuning.";
    private static final String NEIGHBOUR = PACKAGE + "ParamGridBuilder";
    private static final List<String> TUNERS =
            Arrays.asList(PACKAGE + "CrossValidator", PACKAGE + "TrainValidationSplit");

    private Hook() {}

    /**
     * Installs {@code function}: by defining the rewritten classes, else by attaching to ourselves.
     *
     * @param own what a subclass is to ask that {@link #installIn} was called for
     */
    public static void install(
            BiFunction<Object, Object, Object> function, BiFunction<Object, Object, Object> own) {
        Security.addProvider(new FitProvider(FitProvider.OWN, own));
        boolean first = Security.addProvider(new FitProvider(FitProvider.NAME, function)) != -1;
        if (!first || System.getProperty(AGENT) != null) return;
        Class<?> neighbour;
        try {
            neighbour = Class.forName(NEIGHBOUR, false, Hook.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            log().debug("no spark-mllib here, nothing to track");
            return;
        }
        List<String> loaded = new ArrayList<>();
        for (String tuner : TUNERS) {
            if (!define(neighbour, tuner)) loaded.add(tuner);
        }
        if (!loaded.isEmpty() && !attach(neighbour.getClassLoader(), loaded, FitProvider.NAME)) {
            log().warn(Messages.noHook(Messages.jarPath(Hook.class)));
        }
    }

    /** Installs the function in a class that has a {@code fit} of its own, where that can be. */
    public static boolean installIn(Class<?> tuner) {
        return attach(
                tuner.getClassLoader(),
                Collections.singletonList(tuner.getName()),
                FitProvider.OWN);
    }

    /** For {@code -javaagent}: the tuners are rewritten when they are loaded. */
    public static void installAgent(Instrumentation instrumentation) {
        instrumentation.addTransformer(new FitTransformer(TUNERS, FitProvider.NAME), true);
        System.setProperty(AGENT, "true");
    }

    /** Works where the tuner is not loaded yet, on Java 9 and newer. */
    private static boolean define(Class<?> neighbour, String tuner) {
        try {
            byte[] rewritten = FitRewriter.rewrite(classFile(neighbour, tuner), FitProvider.NAME);
            if (rewritten == null) return false;
            // By reflection: Java 8, for which this is compiled too, has neither of them.
            Object lookup =
                    MethodHandles.class
                            .getMethod("privateLookupIn", Class.class, MethodHandles.Lookup.class)
                            .invoke(null, neighbour, MethodHandles.lookup());
            MethodHandles.Lookup.class
                    .getMethod("defineClass", byte[].class)
                    .invoke(lookup, (Object) rewritten);
            return true;
        } catch (Exception | LinkageError e) {
            log().debug("{} is to be rewritten by attaching", tuner, e);
            return false;
        }
    }

    /** Works on loaded classes too, where the JVM lets us attach to ourselves. */
    private static boolean attach(ClassLoader loader, List<String> tuners, String provider) {
        try {
            Instrumentation instrumentation = ByteBuddyAgent.install();
            FitTransformer transformer = new FitTransformer(tuners, provider);
            instrumentation.addTransformer(transformer, true);
            List<Class<?>> classes = new ArrayList<>();
            for (String tuner : tuners) classes.add(Class.forName(tuner, false, loader));
            instrumentation.retransformClasses(classes.toArray(new Class<?>[0]));
            return transformer.hasRewritten();
        } catch (Exception | LinkageError e) {
            log().debug("attaching failed", e);
            return false;
        }
    }

    /** Not a constant: a JVM that has us as its agent need not have a logger. */
    private static Logger log() {
        return LoggerFactory.getLogger("org.trackmllib.hook");
    }

    private static byte[] classFile(Class<?> neighbour, String name) throws IOException {
        try (InputStream in =
                neighbour.getResourceAsStream("/" + name.replace('.', '/') + ".class")) {
            if (in == null) throw new IOException(name + " has no class file");
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[16384];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) out.write(buffer, 0, n);
            return out.toByteArray();
        }
    }
}
