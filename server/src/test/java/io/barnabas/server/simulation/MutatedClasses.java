package io.barnabas.server.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** All classes of the program and its tests anew, one of them with a bug. */
final class MutatedClasses extends ClassLoader {
  private static final String HOUSE = "io.barnabas.";

  private final Mutation mutation;

  MutatedClasses(Mutation mutation) {
    super(MutatedClasses.class.getClassLoader());
    this.mutation = mutation;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(HOUSE)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      byte[] used = name.equals(mutation.className()) ? mutation.mutate().apply(bytes) : bytes;
      return defineClass(name, used, 0, used.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
