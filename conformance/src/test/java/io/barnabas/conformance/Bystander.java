package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * A well-behaved client that produces and fetches without pause while others misbehave, and an eye
 * on the broker's memory.
 */
final class Bystander implements AutoCloseable {

  private static final long SLOWEST_ROUND_NANOS = 10_000_000_000L;
  private static final int FETCH_VERSION = 13;

  private final Subject subject;
  private final Topic topic;
  private final Thread thread;
  private final AtomicLong rounds = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final long residentBeforeMiB;
  private volatile boolean stopped;

  private Bystander(Subject subject, Topic topic) throws IOException {
    this.subject = subject;
    this.topic = topic;
    this.residentBeforeMiB = residentMiB(subject);
    this.thread = Thread.ofPlatform().name("bystander").start(this::run);
  }

  /** Starts to work, and has done so once when this returns. */
  static Bystander start(Subject subject) throws Exception {
    Bystander bystander = new Bystander(subject, subject.newTopic(1, Map.of()));
    bystander.awaitRounds(1);
    return bystander;
  }

  private void run() {
    try (RawClient client = subject.connect()) {
      long offset = 0;
      while (!stopped) {
        long startNanos = System.nanoTime();
        String value = "round " + offset;
        ProduceResponseData produced =
            client.call(
                ApiKeys.PRODUCE,
                12,
                Requests.produce(topic, 0, -1, Requests.batch(value)),
                ProduceResponseData.class);
        assertThat(Errors.forCode(Requests.only(produced).errorCode())).isEqualTo(Errors.NONE);
        FetchResponseData fetched =
            client.call(
                ApiKeys.FETCH,
                FETCH_VERSION,
                Requests.fetch(topic, 0, offset),
                FetchResponseData.class);
        assertThat(Errors.forCode(Requests.only(fetched).errorCode())).isEqualTo(Errors.NONE);
        assertThat(Requests.valuesOf(Requests.only(fetched))).containsExactly(value);
        assertThat(System.nanoTime() - startNanos).as("ns").isLessThan(SLOWEST_ROUND_NANOS);
        offset++;
        rounds.incrementAndGet();
      }
    } catch (Throwable e) {
      failure.set(e);
    }
  }

  /** Waits until the bystander has produced and fetched so many times more. */
  void awaitRounds(int more) throws Exception {
    long wanted = rounds.get() + more;
    while (rounds.get() < wanted) {
      Throwable failed = failure.get();
      if (failed != null) {
        throw new AssertionError("the bystander was harmed", failed);
      }
      Thread.sleep(1);
    }
  }

  /** That the broker's memory has not grown by more than this since the bystander started. */
  void assertGrownAtMost(long mebibytes) throws IOException {
    assertThat(residentMiB(subject) - residentBeforeMiB).as("MiB more").isLessThan(mebibytes);
  }

  private static long residentMiB(Subject subject) throws IOException {
    Path status = Path.of("/proc", Long.toString(subject.broker().pid()), "status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  /** Waits for the end of a thread. */
  static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    stopped = true;
    join(thread);
    Throwable failed = failure.get();
    if (failed != null) {
      throw new AssertionError("the bystander was harmed", failed);
    }
  }
}
