package io.barnabas.conformance.load;

import io.barnabas.conformance.RawClient;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** Asks one node for a topic, again and again, until it knows it. For one topic at a time. */
final class TopicWatch implements Closeable {
  private static final long LIMIT_NANOS = 60_000_000_000L;

  private final RawClient client;
  private CompletableFuture<Long> seen = new CompletableFuture<>();

  private TopicWatch(RawClient client) {
    this.client = client;
  }

  static TopicWatch at(InetSocketAddress address) throws IOException {
    return new TopicWatch(RawClient.connect(address));
  }

  /** Begins to ask for a topic. */
  void awaitTopic(String name) {
    CompletableFuture<Long> result = new CompletableFuture<>();
    seen = result;
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                result.complete(ask(name));
              } catch (IOException | InterruptedException e) {
                result.completeExceptionally(e);
              }
            });
  }

  private long ask(String name) throws IOException, InterruptedException {
    MetadataRequestData request =
        new MetadataRequestData()
            .setAllowAutoTopicCreation(false)
            .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(name)));
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (System.nanoTime() - deadline < 0) {
      MetadataResponseData answer =
          client.call(ApiKeys.METADATA, 12, request, MetadataResponseData.class);
      if (answer.topics().iterator().next().errorCode() == 0) {
        return System.nanoTime();
      }
      Thread.sleep(1);
    }
    throw new IOException("a node does not get to know " + name);
  }

  /** Waits until the node knows the topic; when that was, by {@link System#nanoTime()}. */
  long seenNanos() throws InterruptedException, ExecutionException {
    return seen.get();
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
