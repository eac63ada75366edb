package io.barnabas.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.OperatingSystemMXBean;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RealNetworkTest {
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final World world = RealWorld.create();
  private final List<Connection> connections = new ArrayList<>();
  private Listener listener;

  @BeforeEach
  void listen() throws IOException {
    listener = world.network().listen(ANY_PORT);
  }

  @AfterEach
  void closeAll() {
    listener.close();
    connections.forEach(Connection::close);
  }

  @Test
  void bytesArriveInOrderInBothDirections() throws IOException {
    Connection client = connect();
    Connection server = accept();
    assertThat(client.remoteAddress()).isEqualTo(listener.localAddress());
    assertThat(server.remoteAddress()).isEqualTo(client.localAddress());
    byte[] bytes = randomBytes(3_000_000);
    CompletableFuture<Boolean> echoed =
        onVirtualThread(
            () -> {
              ByteBuffer buffer = ByteBuffer.allocateDirect(70_000);
              while (server.read(buffer.clear()) >= 0) {
                server.write(buffer.flip());
              }
              server.close();
              return true;
            });
    CompletableFuture<Boolean> sent =
        onVirtualThread(
            () -> {
              client.write(
                  ByteBuffer.wrap(bytes, 0, 1_000_000),
                  ByteBuffer.allocate(0),
                  ByteBuffer.wrap(bytes, 1_000_000, 2_000_000));
              return true;
            });
    assertThat(readExactly(client, bytes.length)).isEqualTo(bytes);
    sent.join();
    client.close();
    echoed.join();
  }

  @Test
  void closeWakesAReader() throws IOException {
    Connection client = connect();
    CompletableFuture<Throwable> reader =
        onVirtualThread(() -> catchThrowable(() -> client.read(ByteBuffer.allocate(1))));
    world.threads().sleep(SECOND_NANOS / 20);
    client.close();
    client.close();
    assertThat(reader.join()).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void closeWakesAWriterOfBytesAndAWriterOfAFile(@TempDir Path directory) throws IOException {
    DiskFile file = fileOf(directory, randomBytes(20_000_000));
    Connection bytes = connect();
    Connection transfer = connect();
    CompletableFuture<Throwable> byteWriter =
        onVirtualThread(() -> catchThrowable(() -> bytes.write(ByteBuffer.allocate(20_000_000))));
    CompletableFuture<Throwable> fileWriter =
        onVirtualThread(() -> catchThrowable(() -> transfer.write(file, 0, 20_000_000)));
    world.threads().sleep(SECOND_NANOS / 10);
    bytes.close();
    transfer.close();
    assertThat(byteWriter.join()).isInstanceOf(ClosedChannelException.class);
    assertThat(fileWriter.join()).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void closeWakesAnAccepter() {
    CompletableFuture<Throwable> accepter = onVirtualThread(() -> catchThrowable(listener::accept));
    world.threads().sleep(SECOND_NANOS / 20);
    listener.close();
    assertThat(accepter.join()).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void aTakenPortIsRefused() {
    assertThatThrownBy(() -> world.network().listen(listener.localAddress()))
        .isInstanceOf(BindException.class);
  }

  @Test
  void connectingWhereNothingListensIsRefused() {
    listener.close();
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
  }

  @Test
  void connectingGivesUpAtItsTimeout() throws IOException {
    try (ServerSocketChannel full = ServerSocketChannel.open()) {
      full.bind(ANY_PORT, 1);
      InetSocketAddress address = (InetSocketAddress) full.getLocalAddress();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10; i++) {
                  connections.add(world.network().connect(address, SECOND_NANOS / 10));
                }
              })
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void aFileThatEndsEarlyIsAnError(@TempDir Path directory) throws IOException {
    DiskFile file = fileOf(directory, new byte[100]);
    Connection client = connect();
    CompletableFuture<Throwable> onVirtual =
        onVirtualThread(() -> catchThrowable(() -> client.write(file, 50, 51)));
    assertThat(onVirtual.join()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> client.write(file, 50, 51)).isInstanceOf(EOFException.class);
  }

  @Test
  void aPlatformThreadWritesAFile(@TempDir Path directory) throws IOException {
    byte[] bytes = randomBytes(1_000_000);
    DiskFile file = fileOf(directory, bytes);
    Connection client = connect();
    Connection server = accept();
    CompletableFuture<byte[]> read = onVirtualThread(() -> readExactly(client, 999_900));
    server.write(file, 100, 999_900);
    assertThat(read.join()).isEqualTo(Arrays.copyOfRange(bytes, 100, 1_000_000));
  }

  /** Many more readers than carriers; they read nothing until everyone else was served. */
  @Test
  void slowReadersOfFilesHoldNobodyUpAndCostNoProcessor(@TempDir Path directory)
      throws IOException {
    int readers = 8 * Runtime.getRuntime().availableProcessors();
    byte[] bytes = randomBytes(12_000_000);
    DiskFile file = fileOf(directory, bytes);
    List<CompletableFuture<Boolean>> writers = new ArrayList<>();
    List<Connection> slow = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      slow.add(connect());
      Connection server = accept();
      writers.add(
          onVirtualThread(
              () -> {
                server.write(file, 0, bytes.length);
                return true;
              }));
    }
    for (int i = 0; i < 1000; i++) {
      onVirtualThread(() -> true).join();
    }
    waitForAQuietProcessor();
    assertThat(writers).noneMatch(CompletableFuture::isDone);
    for (Connection reader : slow) {
      assertThat(readExactly(reader, bytes.length)).isEqualTo(bytes);
    }
    writers.forEach(CompletableFuture::join);
  }

  /** Ends, unless this process keeps computing. */
  private void waitForAQuietProcessor() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long used;
    do {
      long before = system.getProcessCpuTime();
      world.threads().sleep(SECOND_NANOS / 5);
      used = system.getProcessCpuTime() - before;
    } while (used > SECOND_NANOS / 20);
  }

  private Connection connect() throws IOException {
    Connection connection = world.network().connect(listener.localAddress(), 5 * SECOND_NANOS);
    connections.add(connection);
    return connection;
  }

  private Connection accept() throws IOException {
    Connection connection = listener.accept();
    connections.add(connection);
    return connection;
  }

  private DiskFile fileOf(Path directory, byte[] bytes) throws IOException {
    DiskFile file = world.disk().openForAppend(directory.resolve("file"));
    file.append(ByteBuffer.wrap(bytes));
    return file;
  }

  private static byte[] readExactly(Connection connection, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining() && connection.read(buffer) >= 0) {}
    return buffer.array();
  }

  private static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  private interface Body<T> {
    T run() throws IOException;
  }

  private <T> CompletableFuture<T> onVirtualThread(Body<T> body) {
    CompletableFuture<T> result = new CompletableFuture<T>().orTimeout(30, TimeUnit.SECONDS);
    var _ =
        world
            .threads()
            .startVirtual(
                "test",
                () -> {
                  try {
                    result.complete(body.run());
                  } catch (IOException e) {
                    result.completeExceptionally(new UncheckedIOException(e));
                  } catch (RuntimeException | Error e) {
                    result.completeExceptionally(e);
                  }
                });
    return result;
  }
}
