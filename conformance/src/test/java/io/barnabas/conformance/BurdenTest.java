package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.barnabas.conformance.Subject.Topic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that are a burden, by mistake or on purpose: the broker's memory stays bounded, and a
 * well-behaved client works all the while.
 */
@OnEverySubject
class BurdenTest {

  private static final int ROUNDS = 20;
  private static final int MEBIBYTE = 1 << 20;
  private static final int UNPACKED_MIB = 400;

  private final Subject subject;

  BurdenTest(Subject subject) {
    this.subject = subject;
  }

  @Test
  void twoThousandClientsThatSendNothing() throws Exception {
    try (Bystander bystander = Bystander.start(subject);
        Crowd crowd = new Crowd()) {
      for (int i = 0; i < 2_000; i++) {
        crowd.join(subject.connect());
      }
      bystander.awaitRounds(ROUNDS);
      bystander.assertGrownAtMost(200);
    }
  }

  @Test
  void readersThatNeverRead() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    for (int i = 0; i < 16; i++) {
      subject.append(topic, "x".repeat(MEBIBYTE - 1000));
    }
    try (Bystander bystander = Bystander.start(subject);
        Crowd crowd = new Crowd()) {
      for (int i = 0; i < 50; i++) {
        RawClient reader = subject.connect();
        crowd.join(reader);
        for (int request = 0; request < 100; request++) {
          reader.send(ApiKeys.FETCH, 13, Requests.fetch(topic, 0, request % 16));
        }
      }
      bystander.awaitRounds(ROUNDS);
      bystander.assertGrownAtMost(400);
    }
  }

  @Test
  void aMillionElements() throws Exception {
    try (Bystander bystander = Bystander.start(subject);
        RawClient client = subject.connect()) {
      client.sendBytes(metadataRequest(1_000_000));
      // Answered or hung up on, both are right.
      assertThatCode(client::receiveFrame).doesNotThrowAnyException();
      bystander.awaitRounds(ROUNDS);
      bystander.assertGrownAtMost(500);
    }
  }

  /** Metadata v4 for so many topics of the same short name. */
  private static ByteBuffer metadataRequest(int topics) {
    List<MetadataRequestData.MetadataRequestTopic> few =
        List.of(new MetadataRequestData.MetadataRequestTopic().setName("a"));
    ByteBuffer one =
        RawClient.frame(ApiKeys.METADATA, (short) 4, 1, new MetadataRequestData().setTopics(few));
    int elementBytes = 3;
    int arrayAt = one.limit() - 1 - elementBytes - Integer.BYTES;
    ByteBuffer frame =
        ByteBuffer.allocate(one.limit() + (topics - 1) * elementBytes).put(one.slice(0, arrayAt));
    frame.putInt(topics);
    for (int i = 0; i < topics; i++) {
      frame.putShort((short) 1).put("a".getBytes(StandardCharsets.US_ASCII));
    }
    frame.put((byte) 0).flip();
    return frame.putInt(0, frame.limit() - Integer.BYTES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void batchesThatUnpackToVeryMuch(String codec) throws Exception {
    Topic topic = subject.newTopic(1, Map.of("max.message.bytes", "10000000"));
    MemoryRecords bomb = bomb(codec);
    assertThat(bomb.sizeInBytes()).isLessThan(5 * MEBIBYTE);
    try (Bystander bystander = Bystander.start(subject);
        RawClient client = subject.connect()) {
      for (int i = 0; i < 2; i++) {
        ProduceResponseData answer =
            client.call(
                ApiKeys.PRODUCE,
                12,
                Requests.produce(topic, 0, -1, bomb),
                ProduceResponseData.class);
        // Kafka has no such limit: it unpacks as it goes, and takes the batch.
        Errors expected = subject.isBarnabas() ? Errors.MESSAGE_TOO_LARGE : Errors.NONE;
        assertThat(Errors.forCode(Requests.only(answer).errorCode())).isEqualTo(expected);
      }
      bystander.awaitRounds(ROUNDS);
      bystander.assertGrownAtMost(200);
    }
  }

  private static MemoryRecords bomb(String codec) {
    Compression compression =
        codec.equals("gzip") ? Compression.gzip().build() : Compression.zstd().build();
    ByteBuffer buffer = ByteBuffer.allocate(5 * MEBIBYTE);
    try (MemoryRecordsBuilder builder =
        MemoryRecords.builder(buffer, compression, TimestampType.CREATE_TIME, 0L)) {
      byte[] zeros = new byte[MEBIBYTE];
      for (int i = 0; i < UNPACKED_MIB; i++) {
        builder.append(1_700_000_000_000L, null, zeros);
      }
      return builder.build();
    }
  }

  /**
   * Frames announced as large as allowed, of which little or half comes. Kafka allocates what a
   * frame announces and dies of this, so only Barnabas is asked.
   */
  @ParameterizedTest
  @ValueSource(ints = {1_000, 50 * MEBIBYTE})
  void largeFramesThatDoNotEnd(int sentBytes) throws Exception {
    if (!subject.isBarnabas()) {
      return;
    }
    int clients = sentBytes < MEBIBYTE ? 200 : 20;
    try (Bystander bystander = Bystander.start(subject);
        Crowd crowd = new Crowd()) {
      ByteBuffer part =
          ByteBuffer.allocate(sentBytes)
              .putInt(100 * MEBIBYTE - 1)
              .putShort(ApiKeys.PRODUCE.id)
              .putShort((short) 12)
              .rewind();
      for (int i = 0; i < clients; i++) {
        RawClient client = subject.connect();
        crowd.join(client);
        crowd.send(client, part);
      }
      bystander.awaitRounds(ROUNDS);
      bystander.assertGrownAtMost(700);
    }
  }

  /** Connections that end together; what blocks on sending does so on a thread of its own. */
  private static final class Crowd implements AutoCloseable {
    private final List<RawClient> clients = new ArrayList<>();
    private final List<Thread> senders = new ArrayList<>();

    void join(RawClient client) {
      clients.add(client);
    }

    void send(RawClient client, ByteBuffer bytes) {
      senders.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      client.sendBytes(bytes.duplicate());
                    } catch (IOException closed) {
                      // The broker may hang up on it, or the test ends.
                    }
                  }));
    }

    @Override
    public void close() throws IOException {
      for (RawClient client : clients) {
        client.close();
      }
      for (Thread sender : senders) {
        Bystander.join(sender);
      }
    }
  }
}
