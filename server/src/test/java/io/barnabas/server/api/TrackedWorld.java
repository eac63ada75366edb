package io.barnabas.server.api;

import io.barnabas.world.Clock;
import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import io.barnabas.world.Network;
import io.barnabas.world.Randomness;
import io.barnabas.world.Threads;
import io.barnabas.world.World;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A world that knows which of its files are open, and how much of each was forced. */
final class TrackedWorld implements World {
  private final World world;
  private final AtomicInteger openFiles = new AtomicInteger();
  private final Disk disk;

  TrackedWorld(World world) {
    this.world = world;
    disk =
        (Disk)
            Proxy.newProxyInstance(
                Disk.class.getClassLoader(),
                new Class<?>[] {Disk.class},
                (_, method, arguments) -> {
                  try {
                    Object result = method.invoke(world.disk(), arguments);
                    return result instanceof DiskFile file ? new Tracked(file) : result;
                  } catch (InvocationTargetException e) {
                    throw e.getCause() == null ? e : e.getCause();
                  }
                });
  }

  int openFiles() {
    return openFiles.get();
  }

  /** How many of a file's bytes would survive a power loss. */
  static long forcedBytes(DiskFile file) {
    return ((Tracked) file).forced.get();
  }

  private final class Tracked implements DiskFile {
    private final DiskFile file;
    private final AtomicLong forced;
    private boolean closed;

    Tracked(DiskFile file) throws IOException {
      this.file = file;
      forced = new AtomicLong(file.size());
      openFiles.incrementAndGet();
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    public void append(ByteBuffer... sources) throws IOException {
      file.append(sources);
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
      forced.accumulateAndGet(size, Math::min);
    }

    @Override
    public void force() throws IOException {
      long before = file.size();
      file.force();
      forced.accumulateAndGet(before, Math::max);
    }

    @Override
    public void close() throws IOException {
      file.close();
      if (!closed) {
        closed = true;
        openFiles.decrementAndGet();
      }
    }
  }

  @Override
  public Clock clock() {
    return world.clock();
  }

  @Override
  public Threads threads() {
    return world.threads();
  }

  @Override
  public Network network() {
    return world.network();
  }

  @Override
  public Disk disk() {
    return disk;
  }

  @Override
  public Randomness randomness() {
    return world.randomness();
  }
}
