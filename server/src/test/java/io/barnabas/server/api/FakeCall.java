package io.barnabas.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.FileRegion;
import io.barnabas.server.net.Call;
import io.barnabas.server.net.Client;
import io.barnabas.server.net.StoredRecords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/**
 * A request of one client. Its answer is what the client reads: written in the call's version,
 * records included, and read again. Records must have been forced to disk before they are answered.
 */
final class FakeCall implements Call {
  private final short version;
  private final String clientId;
  private final CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
  private final CompletableFuture<String> end = new CompletableFuture<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private boolean disconnected;
  private @Nullable Runnable onDisconnect;
  private @Nullable Runnable onDrain;

  FakeCall(int version) {
    this(version, "test");
  }

  FakeCall(int version, String clientId) {
    this.version = (short) version;
    this.clientId = clientId;
  }

  /** Waits for the answer. */
  <A extends ApiMessage> A await(Class<A> type) {
    return type.cast(answer.join());
  }

  boolean isAnswered() {
    return answer.isDone();
  }

  /** Waits until the call ends without an answer: "nothing", or why the connection is closed. */
  String awaitEnd() {
    return end.join();
  }

  /** The client goes away. */
  void disconnect() {
    disconnected = true;
    if (onDisconnect != null) {
      onDisconnect.run();
    }
  }

  /** The node stops. */
  void drain() {
    if (onDrain != null) {
      onDrain.run();
    }
  }

  @Override
  public void onDrain(Runnable action) {
    onDrain = action;
  }

  @Override
  public short version() {
    return version;
  }

  @Override
  public String clientId() {
    return clientId;
  }

  @Override
  public Client client() {
    InetSocketAddress nowhere = InetSocketAddress.createUnresolved("client", 1);
    return new Client(1, "PLAINTEXT", nowhere, nowhere);
  }

  @Override
  public void answer(ApiMessage response) {
    assertThat(ended.compareAndSet(false, true)).as("answered once").isTrue();
    if (response instanceof FetchResponseData fetched) {
      take(fetched);
    }
    ObjectSerializationCache cache = new ObjectSerializationCache();
    ByteBuffer bytes = ByteBuffer.allocate(response.size(cache, version));
    response.write(new ByteBufferAccessor(bytes), cache, version);
    ApiMessage read = newLike(response);
    read.read(new ByteBufferAccessor(bytes.flip()), version);
    answer.complete(read);
  }

  private static ApiMessage newLike(ApiMessage message) {
    try {
      return message.getClass().getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private void take(FetchResponseData response) {
    for (FetchableTopicResponse topic : response.responses()) {
      for (PartitionData partition : topic.partitions()) {
        if (partition.records() instanceof StoredRecords stored) {
          partition.setRecords(disconnected ? MemoryRecords.EMPTY : read(stored));
          stored.close();
        }
      }
    }
  }

  private static MemoryRecords read(StoredRecords stored) {
    ByteBuffer bytes = ByteBuffer.allocate(stored.sizeInBytes());
    try {
      for (FileRegion region : stored.regions()) {
        assertThat(region.position() + region.length())
            .as("what was forced of the file")
            .isLessThanOrEqualTo(TrackedWorld.forcedBytes(region.file()));
        bytes.limit(bytes.position() + region.length());
        region.file().read(bytes, region.position());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(bytes.position()).isEqualTo(stored.sizeInBytes());
    return MemoryRecords.readableRecords(bytes.flip());
  }

  @Override
  public void answerNothing() {
    assertThat(ended.compareAndSet(false, true)).as("answered once").isTrue();
    end.complete("nothing");
  }

  @Override
  public void close(String reason) {
    assertThat(ended.compareAndSet(false, true)).as("answered once").isTrue();
    end.complete(reason);
  }

  @Override
  public void onDisconnect(Runnable action) {
    onDisconnect = action;
    if (disconnected) {
      action.run();
    }
  }
}
