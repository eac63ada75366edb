package io.barnabas.conformance;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Kafka's command line tools, unmodified, in a class loader of their own with the libraries of
 * their own release: as in a process of their own, but without its start, of which there would be
 * hundreds. For one thread.
 */
final class Tools {

  /**
   * What a tool left.
   *
   * @param exitCode what it would have ended its process with
   * @param output what it printed, standard output and error in one
   */
  record Result(int exitCode, String output) {}

  private static final Tools INSTANCE = new Tools();

  private final ClassLoader loader;
  private final Captured captured = new Captured();
  private OptionalInt exitCode = OptionalInt.empty();

  private Tools() {
    loader =
        new URLClassLoader(
            urls(ClassPaths.readFrom(Path.of("target")).kafkaTools()),
            ClassLoader.getPlatformClassLoader());
    try {
      Class<?> exit = loader.loadClass("org.apache.kafka.common.utils.Exit");
      Class<?> procedure = loader.loadClass("org.apache.kafka.common.utils.Exit$Procedure");
      Object ending =
          Proxy.newProxyInstance(
              loader,
              new Class<?>[] {procedure},
              (proxy, method, arguments) -> {
                end((int) arguments[0], String.valueOf(arguments[1]));
                return null;
              });
      exit.getMethod("setExitProcedure", procedure).invoke(null, ending);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs a tool's main method. */
  static Result run(String mainClass, List<String> arguments) {
    return INSTANCE.call(mainClass, arguments);
  }

  private Result call(String mainClass, List<String> arguments) {
    PrintStream out = System.out;
    PrintStream errors = System.err;
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    // Scala keeps the stream that it finds first, so that it must be the same one every time.
    System.setOut(captured.stream);
    System.setErr(captured.stream);
    Thread.currentThread().setContextClassLoader(loader);
    captured.bytes.reset();
    exitCode = OptionalInt.empty();
    try {
      loader
          .loadClass(mainClass)
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments.toArray(String[]::new));
    } catch (InvocationTargetException e) {
      if (exitCode.isEmpty()) {
        throw new AssertionError(mainClass + " " + arguments + " failed", e.getCause());
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    } finally {
      System.setOut(out);
      System.setErr(errors);
      Thread.currentThread().setContextClassLoader(context);
    }
    return new Result(exitCode.orElse(0), captured.bytes.toString(StandardCharsets.UTF_8));
  }

  /** Called in place of the end of the process. The first call counts: a process ends once. */
  private void end(int status, String message) {
    if (exitCode.isEmpty()) {
      exitCode = OptionalInt.of(status);
    }
    throw new Ended(message);
  }

  private static URL[] urls(String classPath) {
    List<Path> files = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      if (entry.endsWith("*")) {
        try (Stream<Path> jars = Files.list(Path.of(entry.substring(0, entry.length() - 1)))) {
          jars.filter(jar -> jar.toString().endsWith(".jar")).forEach(files::add);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      } else {
        files.add(Path.of(entry));
      }
    }
    List<URL> urls = new ArrayList<>();
    for (Path file : files) {
      try {
        urls.add(file.toUri().toURL());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return urls.toArray(URL[]::new);
  }

  /** A stream that outlives the tools, and what came through it. */
  private static final class Captured {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final PrintStream stream = new PrintStream((OutputStream) bytes, true, StandardCharsets.UTF_8);
  }

  private static final class Ended extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    Ended(String message) {
      super(message);
    }
  }
}
