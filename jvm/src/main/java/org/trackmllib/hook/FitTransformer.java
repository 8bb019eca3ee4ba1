package org.trackmllib.hook;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.Collection;
import org.trackmllib.Guard;

/** {@link FitRewriter} as what an instrumentation wants. */
final class FitTransformer implements ClassFileTransformer {
    private final Collection<String> classes;
    private final String provider;
    private volatile boolean rewritten;

    FitTransformer(Collection<String> classes, String provider) {
        this.classes = classes;
        this.provider = provider;
    }

    /** Whether any class had the {@code fit} that is looked for. */
    boolean hasRewritten() {
        return rewritten;
    }

    @Override
    public byte[] transform(
            ClassLoader loader,
            String name,
            Class<?> redefined,
            ProtectionDomain domain,
            byte[] original) {
        if (name == null || !classes.contains(name.replace('/', '.'))) return null;
        try {
            byte[] changed = FitRewriter.rewrite(original, provider);
            rewritten |= changed != null;
            return changed;
        } catch (Throwable t) {
            Guard.report("rewriting " + name, t);
            return null;
        }
    }
}
