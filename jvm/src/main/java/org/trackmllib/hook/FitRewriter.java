package org.trackmllib.hook;

import static org.apache.xbean.asm9.Opcodes.ACC_BRIDGE;
import static org.apache.xbean.asm9.Opcodes.ALOAD;
import static org.apache.xbean.asm9.Opcodes.ARETURN;
import static org.apache.xbean.asm9.Opcodes.ASM9;
import static org.apache.xbean.asm9.Opcodes.CHECKCAST;
import static org.apache.xbean.asm9.Opcodes.DUP;
import static org.apache.xbean.asm9.Opcodes.F_SAME1;
import static org.apache.xbean.asm9.Opcodes.IFEQ;
import static org.apache.xbean.asm9.Opcodes.IFNULL;
import static org.apache.xbean.asm9.Opcodes.INSTANCEOF;
import static org.apache.xbean.asm9.Opcodes.INVOKEINTERFACE;
import static org.apache.xbean.asm9.Opcodes.INVOKESTATIC;
import static org.apache.xbean.asm9.Opcodes.POP;

import org.apache.xbean.asm9.ClassReader;
import org.apache.xbean.asm9.ClassVisitor;
import org.apache.xbean.asm9.ClassWriter;
import org.apache.xbean.asm9.Label;
import org.apache.xbean.asm9.MethodVisitor;
import org.apache.xbean.asm9.Type;

/**
 * Puts this at the entry of a tuner's {@code fit(Dataset)}, and of its {@code setEstimator(Estimator)}
 * (which tells of subclasses before they fit):
 *
 * <pre>
 * Object f = Security.getProvider(provider);
 * if (f instanceof BiFunction) {
 *     Object model = ((BiFunction) f).apply(this, dataset);
 *     if (model != null) return (CrossValidatorModel) model;
 * }
 * </pre>
 *
 * It names classes of {@code java.*} only: the tuner's class loader may not see ours.
 */
final class FitRewriter extends ClassVisitor {
    private static final String DATASET = "(Lorg/apache/spark/sql/Dataset;)";
    private static final String ESTIMATOR = "(Lorg/apache/spark/ml/Estimator;)";
    private static final String BI_FUNCTION = "java/util/function/BiFunction";
    private final String provider;
    private boolean rewritten;

    private FitRewriter(ClassVisitor next, String provider) {
        super(ASM9, next);
        this.provider = provider;
    }

    /** The class with its new entry, or null where it has no such {@code fit}. */
    static byte[] rewrite(byte[] original, String provider) {
        ClassReader reader = new ClassReader(original);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        FitRewriter rewriter = new FitRewriter(writer, provider);
        reader.accept(rewriter, 0);
        return rewriter.rewritten ? writer.toByteArray() : null;
    }

    @Override
    public MethodVisitor visitMethod(
            int access, String name, String descriptor, String signature, String[] exceptions) {
        MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
        boolean isFit = name.equals("fit") && descriptor.startsWith(DATASET);
        boolean isSetter = name.equals("setEstimator") && descriptor.startsWith(ESTIMATOR);
        // A bridge calls the method that we want.
        if ((access & ACC_BRIDGE) != 0 || !(isFit || isSetter)) return next;
        rewritten |= isFit;
        return new MethodVisitor(ASM9, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                entry(this, Type.getReturnType(descriptor).getInternalName());
            }
        };
    }

    private void entry(MethodVisitor code, String model) {
        Label stock = new Label();
        code.visitLdcInsn(provider);
        code.visitMethodInsn(
                INVOKESTATIC,
                "java/security/Security",
                "getProvider",
                "(Ljava/lang/String;)Ljava/security/Provider;",
                false);
        code.visitInsn(DUP);
        code.visitTypeInsn(INSTANCEOF, BI_FUNCTION);
        code.visitJumpInsn(IFEQ, stock);
        code.visitTypeInsn(CHECKCAST, BI_FUNCTION);
        code.visitVarInsn(ALOAD, 0);
        code.visitVarInsn(ALOAD, 1);
        code.visitMethodInsn(
                INVOKEINTERFACE,
                BI_FUNCTION,
                "apply",
                "(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;",
                true);
        code.visitInsn(DUP);
        code.visitJumpInsn(IFNULL, stock);
        code.visitTypeInsn(CHECKCAST, model);
        code.visitInsn(ARETURN);
        code.visitLabel(stock);
        // One object is on the stack on both ways here: the provider, if any, or the null.
        code.visitFrame(F_SAME1, 0, null, 1, new Object[] {"java/lang/Object"});
        code.visitInsn(POP);
    }
}
