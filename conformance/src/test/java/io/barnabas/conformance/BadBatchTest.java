package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Batches that no sound client builds: refused with Kafka's code, and nothing is kept of them. */
@OnEverySubject
class BadBatchTest {

  private static final int LENGTH_AT = 8;
  private static final int MAGIC_AT = 16;
  private static final int CRC_AT = 17;
  private static final int ATTRIBUTES_AT = 21;
  private static final int LAST_OFFSET_DELTA_AT = 23;
  private static final int PRODUCER_ID_AT = 43;
  private static final int COUNT_AT = 57;
  private static final int FIRST_RECORD_AT = 61;

  private final Subject subject;

  BadBatchTest(Subject subject) {
    this.subject = subject;
  }

  /**
   * What is sent, by name, and what Kafka answers. Where Kafka runs into an exception that it did
   * not foresee and answers as for a fault of its own, Barnabas says whose fault it is.
   */
  record BadBatch(String name, ByteBuffer bytes, Errors byKafka) {
    Errors expectedOf(Subject subject) {
      return byKafka == Errors.UNKNOWN_SERVER_ERROR && subject.isBarnabas()
          ? Errors.INVALID_RECORD
          : byKafka;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<BadBatch> badBatches() {
    return Stream.of(
        new BadBatch("no bytes", ByteBuffer.allocate(0), Errors.INVALID_RECORD),
        bad("half a header", Errors.INVALID_RECORD, b -> b.limit(30)),
        bad("the last byte missing", Errors.INVALID_RECORD, b -> b.limit(b.limit() - 1)),
        bad("length zero", Errors.CORRUPT_MESSAGE, b -> b.putInt(LENGTH_AT, 0)),
        bad("negative length", Errors.CORRUPT_MESSAGE, b -> b.putInt(LENGTH_AT, -5)),
        bad("enormous length", Errors.INVALID_RECORD, b -> b.putInt(LENGTH_AT, 1 << 30)),
        bad("wrong checksum", Errors.CORRUPT_MESSAGE, b -> b.putInt(CRC_AT, 1)),
        sealed("negative count", Errors.INVALID_RECORD, b -> b.putInt(COUNT_AT, -1)),
        sealed("count too large", Errors.INVALID_RECORD, b -> b.putInt(COUNT_AT, 1_000_000)),
        sealed("count too small", Errors.INVALID_RECORD, b -> b.putInt(COUNT_AT, 1)),
        sealed("last offset wrong", Errors.INVALID_RECORD, b -> b.putInt(LAST_OFFSET_DELTA_AT, 9)),
        sealed("codec 7", Errors.UNKNOWN_SERVER_ERROR, b -> b.putShort(ATTRIBUTES_AT, (short) 7)),
        sealed("control batch", Errors.INVALID_RECORD, b -> b.putShort(ATTRIBUTES_AT, (short) 32)),
        sealed(
            "not compressed",
            Errors.UNKNOWN_SERVER_ERROR,
            b -> b.putShort(ATTRIBUTES_AT, (short) 1)),
        sealed("no sequence", Errors.INVALID_RECORD, b -> b.putLong(PRODUCER_ID_AT, 77)),
        sealed("record too long", Errors.INVALID_RECORD, b -> b.put(FIRST_RECORD_AT, (byte) 126)),
        sealed("record negative", Errors.INVALID_RECORD, b -> b.put(FIRST_RECORD_AT, (byte) 5)),
        sealed(
            "damaged gzip",
            Errors.UNKNOWN_SERVER_ERROR,
            gzip(),
            b -> b.put(b.limit() - 12, (byte) 0)),
        new BadBatch("two batches", twoBatches(), Errors.INVALID_RECORD));
  }

  private static BadBatch bad(String name, Errors expected, Consumer<ByteBuffer> damage) {
    ByteBuffer bytes = plain();
    damage.accept(bytes);
    return new BadBatch(name, bytes, expected);
  }

  private static BadBatch sealed(String name, Errors expected, Consumer<ByteBuffer> damage) {
    return sealed(name, expected, plain(), damage);
  }

  /** Damage under a right checksum. */
  private static BadBatch sealed(
      String name, Errors expected, ByteBuffer bytes, Consumer<ByteBuffer> damage) {
    damage.accept(bytes);
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().position(ATTRIBUTES_AT));
    bytes.putInt(CRC_AT, (int) crc.getValue());
    return new BadBatch(name, bytes, expected);
  }

  private static ByteBuffer plain() {
    return Requests.batch("one", "two").buffer();
  }

  private static ByteBuffer gzip() {
    return MemoryRecords.withRecords(
            Compression.gzip().build(), Requests.records("one ".repeat(100), "two ".repeat(100)))
        .buffer();
  }

  private static ByteBuffer twoBatches() {
    ByteBuffer one = plain();
    return ByteBuffer.allocate(2 * one.limit()).put(one.duplicate()).put(one.duplicate()).flip();
  }

  @ParameterizedTest
  @MethodSource("badBatches")
  void isRefused(BadBatch bad) throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    try (RawClient client = subject.connect()) {
      assertThat(produce(client, topic, bad.bytes())).isEqualTo(bad.expectedOf(subject));
      assertThat(produce(client, topic, plain())).isEqualTo(Errors.NONE);
    }
    assertThat(subject.read(topic)).isEqualTo(List.of("one", "two"));
  }

  /** Message formats of before 2017: Kafka's answer depends on the version of the request. */
  @ParameterizedTest
  @MethodSource("oldMagics")
  void oldFormatsAreRefused(byte magic) throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    ByteBuffer bytes = plain().put(MAGIC_AT, magic);
    try (RawClient client = subject.connect()) {
      assertThat(produce(client, topic, bytes))
          .isIn(
              Set.of(
                  Errors.INVALID_RECORD,
                  Errors.CORRUPT_MESSAGE,
                  Errors.UNSUPPORTED_FOR_MESSAGE_FORMAT));
    }
  }

  static Stream<Byte> oldMagics() {
    return Stream.of((byte) 0, (byte) 1, (byte) 3, (byte) -1);
  }

  private static Errors produce(RawClient client, Topic topic, ByteBuffer bytes) throws Exception {
    ProduceResponseData answer =
        client.call(
            ApiKeys.PRODUCE,
            12,
            Requests.produce(topic, 0, -1, MemoryRecords.readableRecords(bytes)),
            ProduceResponseData.class);
    return Errors.forCode(Requests.only(answer).errorCode());
  }
}
