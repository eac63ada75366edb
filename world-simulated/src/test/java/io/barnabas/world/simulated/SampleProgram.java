package io.barnabas.world.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.Connection;
import io.barnabas.world.DiskFile;
import io.barnabas.world.Listener;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/** Clients send numbers to a server, which writes them to a file and answers when it is forced. */
final class SampleProgram {
  static final Path DIRECTORY = Path.of("/data/sample");
  static final Path FILE = DIRECTORY.resolve("numbers");
  private static final int CLIENTS = 3;
  private static final int NUMBERS = 4;
  private static final long TIMEOUT_NANOS = 10_000_000_000L;

  private final World world;
  private final Monitor monitor;
  private final ReentrantLock fileLock = new ReentrantLock();
  private final CompletableFuture<String> done = new CompletableFuture<>();
  private int confirmed;

  SampleProgram(World world) {
    this.world = world;
    this.monitor = world.threads().newMonitor();
  }

  void run() throws IOException {
    world.disk().createDirectories(DIRECTORY);
    DiskFile file = world.disk().openForAppend(FILE);
    world.disk().forceDirectory(DIRECTORY);
    Listener listener = world.network().listen(new InetSocketAddress(9092));
    WorldThread server = world.threads().startVirtual("server", () -> serve(listener, file));
    for (int client = 0; client < CLIENTS; client++) {
      int firstNumber = 1_000 * client;
      world.threads().startVirtual("client", () -> send(firstNumber));
    }
    long begin = world.clock().nanoTime();
    world.clock().schedule(TIMEOUT_NANOS, () -> done.complete("timer"));
    awaitConfirmed(begin);
    listener.close();
    server.join();
    assertThat(done.join()).isEqualTo("timer");
    assertThat(world.clock().nanoTime() - begin).isGreaterThanOrEqualTo(TIMEOUT_NANOS);
    assertThat(file.size()).isEqualTo(4L * CLIENTS * NUMBERS);
  }

  private void awaitConfirmed(long begin) {
    monitor.lock();
    try {
      while (confirmed < CLIENTS * NUMBERS) {
        assertThat(monitor.awaitUntil(begin + TIMEOUT_NANOS)).isTrue();
      }
    } finally {
      monitor.unlock();
    }
  }

  private void serve(Listener listener, DiskFile file) {
    List<WorldThread> handlers = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        Connection connection = listener.accept();
        handlers.add(world.threads().startVirtual("handler", () -> answer(connection, file)));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    handlers.forEach(WorldThread::join);
  }

  private void answer(Connection connection, DiskFile file) {
    try (connection) {
      ByteBuffer number = ByteBuffer.allocate(4);
      while (readAll(connection, number)) {
        fileLock.lock();
        try {
          file.append(number.flip());
          file.force();
        } finally {
          fileLock.unlock();
        }
        connection.write(number.flip());
        number.clear();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void send(int firstNumber) {
    InetSocketAddress address = new InetSocketAddress("localhost", 9092);
    try (Connection connection = world.network().connect(address, TIMEOUT_NANOS)) {
      for (int number = firstNumber; number < firstNumber + NUMBERS; number++) {
        connection.write(ByteBuffer.allocate(4).putInt(number).flip());
        ByteBuffer answer = ByteBuffer.allocate(4);
        assertThat(readAll(connection, answer)).isTrue();
        assertThat(answer.flip().getInt()).isEqualTo(number);
        confirm();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void confirm() {
    monitor.lock();
    try {
      confirmed++;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  int confirmed() {
    return confirmed;
  }

  private static boolean readAll(Connection connection, ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (connection.read(target) < 0) {
        assertThat(target.position()).isZero();
        return false;
      }
    }
    return true;
  }
}
