package org.trackmllib.hook;

import java.security.Provider;
import java.util.function.BiFunction;

/**
 * Carries the function to where every class loader finds it by name: among the JVM's security
 * providers, of which this is one that provides nothing.
 */
final class FitProvider extends Provider implements BiFunction<Object, Object, Object> {
    /** For the {@code fit} of Spark's tuners. */
    static final String NAME = "trackmllib";

    /** For that of a subclass. */
    static final String OWN = "trackmllib.own";

    private static final long serialVersionUID = 1L;

    private final transient BiFunction<Object, Object, Object> function;

    @SuppressWarnings("deprecation") // Java 8 has no other constructor
    FitProvider(String name, BiFunction<Object, Object, Object> function) {
        super(name, 1.0, "tells trackmllib of the tunings of Spark ML");
        this.function = function;
    }

    @Override
    public Object apply(Object tuner, Object dataset) {
        return function.apply(tuner, dataset);
    }
}
