package io.barnabas.server.simulation;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A bug put into a class on purpose.
 *
 * @param className where
 * @param mutate makes the class with the bug; fails if what it changes is not there any more
 */
record Mutation(String className, Change mutate) {
  /** From the bytes of a class to those with the bug. */
  @FunctionalInterface
  interface Change {
    byte[] apply(byte[] original);
  }

  /**
   * A method does something else.
   *
   * @param body its new code, to the return
   */
  static Mutation body(String className, String method, Consumer<CodeBuilder> body) {
    return new Mutation(
        className,
        original -> {
          AtomicInteger found = new AtomicInteger();
          byte[] mutated =
              transform(
                  original,
                  ClassTransform.transformingMethods(
                      is(method, found),
                      (builder, element) -> {
                        if (element instanceof CodeModel) {
                          builder.withCode(body);
                        } else {
                          builder.with(element);
                        }
                      }));
          require(found, className + "." + method);
          return mutated;
        });
  }

  /**
   * Calls in a method do something else.
   *
   * @param owner the class of the method called, as the caller knows it
   * @param called the name of the method called
   * @param instead what is done with its arguments on the stack, leaving what it returns
   */
  static Mutation call(
      String className,
      String method,
      ClassDesc owner,
      String called,
      Consumer<CodeBuilder> instead) {
    return new Mutation(
        className,
        original -> {
          AtomicInteger found = new AtomicInteger();
          AtomicInteger replaced = new AtomicInteger();
          CodeTransform code =
              (builder, element) -> {
                if (element instanceof InvokeInstruction invoke
                    && invoke.name().equalsString(called)
                    && invoke.owner().asSymbol().equals(owner)) {
                  replaced.incrementAndGet();
                  instead.accept(builder);
                } else {
                  builder.with(element);
                }
              };
          byte[] mutated =
              transform(original, ClassTransform.transformingMethodBodies(is(method, found), code));
          require(found, className + "." + method);
          require(
              replaced,
              "call of " + owner.displayName() + "." + called + " in " + className + "." + method);
          return mutated;
        });
  }

  private static Predicate<MethodModel> is(String method, AtomicInteger found) {
    return model -> {
      boolean is = model.methodName().equalsString(method) && model.code().isPresent();
      if (is) {
        found.incrementAndGet();
      }
      return is;
    };
  }

  private static byte[] transform(byte[] original, ClassTransform transform) {
    ClassFile files = ClassFile.of();
    ClassModel model = files.parse(original);
    return files.transformClass(model, transform);
  }

  private static void require(AtomicInteger found, String what) {
    if (found.get() == 0) {
      throw new IllegalStateException("There is no " + what + " any more");
    }
  }
}
