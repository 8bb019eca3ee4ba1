package org.trackmllib.hook;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.Collection;
import org.trackmllib.Guard;

/** {@link FitRewriter} as what an instrumentation wants. */
final class FitTransformer implements ClassFileTransformer {
    private final Collection<String> classes;

    FitTransformer(Collection<String> classes) {
        this.classes = classes;
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
            return FitRewriter.rewrite(original);
        } catch (Throwable t) {
            Guard.report("rewriting " + name, t);
            return null;
        }
    }
}
