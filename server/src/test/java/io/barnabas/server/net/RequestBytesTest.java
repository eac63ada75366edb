package io.barnabas.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RequestBytesTest {
  private static final int BODY_BYTES = 64 * 1024;
  private static final long FIXED_BYTES = 200_000;
  private static final int MAX_MULTIPLE = 130;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void aFewBytesNeverMakeTheParsersAllocateMuch() {
    long worst = 0;
    for (ApiKeys api : ApiKeys.values()) {
      for (short version = api.oldestVersion(); version <= api.latestVersion(); version++) {
        for (int pattern = 0; pattern < 12; pattern++) {
          ByteBuffer body = body(pattern);
          long before = threads.getCurrentThreadAllocatedBytes();
          parse(api, version, body);
          long allocated = threads.getCurrentThreadAllocatedBytes() - before;
          worst = Math.max(worst, allocated);
          assertThat(allocated)
              .as("%s v%d, pattern %d", api, version, pattern)
              .isLessThan(FIXED_BYTES + (long) MAX_MULTIPLE * BODY_BYTES);
        }
      }
    }
    assertThat(worst).as("some pattern is parsed at all").isGreaterThan(BODY_BYTES);
  }

  @Test
  void onlyUtf8IsText() {
    String text = "a \u00e4 \uFFFD \u20ac \uD83D\uDE00";
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    assertThat(new RequestBytes(ByteBuffer.wrap(utf8)).readString(utf8.length)).isEqualTo(text);
    for (byte[] bad :
        new byte[][] {{'a', (byte) 0xff}, {(byte) 0xc3}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}}) {
      assertThatThrownBy(() -> new RequestBytes(ByteBuffer.wrap(bad)).readString(bad.length))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("UTF-8");
    }
  }

  /** All that goes wrong must be a RuntimeException. */
  private static void parse(ApiKeys api, short version, ByteBuffer body) {
    ApiMessage message = api.messageType.newRequest();
    try {
      message.read(new RequestBytes(body), version);
    } catch (RuntimeException e) {
      assertThat(e).isNotInstanceOf(UnsupportedOperationException.class);
    }
  }

  private static ByteBuffer body(int pattern) {
    byte[] bytes = new byte[BODY_BYTES];
    Random random = new Random(pattern);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) random.nextInt(1 + (1 << Math.min(8, pattern)));
    }
    ByteBuffer body = ByteBuffer.allocateDirect(BODY_BYTES).put(bytes).flip();
    if (pattern % 3 == 1) {
      body.putInt(0, BODY_BYTES / 8);
    } else if (pattern % 3 == 2) {
      // An array of 20,000 elements in the flexible versions, whose first field is an array.
      body.put(0, (byte) 0xa1).put(1, (byte) 0x9c).put(2, (byte) 0x01);
    }
    return body;
  }

  @Test
  void hugeArraysAreRefusedBeforeTheyTakeMemory() {
    int names = 30_000_000;
    ByteBuffer body = ByteBuffer.allocateDirect(Integer.BYTES + names);
    for (int count : new int[] {names, 1_000_000, 10_000_000, Integer.MAX_VALUE}) {
      body.clear().putInt(0, count);
      long before = threads.getCurrentThreadAllocatedBytes();
      assertThatThrownBy(() -> new MetadataRequestData(new RequestBytes(body), (short) 4))
          .isInstanceOf(RuntimeException.class);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(allocated).as("%d names", count).isLessThan(150_000_000L);
    }
  }

  @Test
  void valuesAreReadAsKafkaReadsThem() {
    Random random = new Random(1);
    for (int round = 0; round < 1_000; round++) {
      byte[] bytes = new byte[400];
      random.nextBytes(bytes);
      RequestBytes ours = new RequestBytes(ByteBuffer.wrap(bytes));
      ByteBufferAccessor theirs = new ByteBufferAccessor(ByteBuffer.wrap(bytes));
      for (int i = 0; i < 20; i++) {
        int kind = random.nextInt(9);
        Object expected = null;
        try {
          expected = MessageValues.read(theirs, kind);
        } catch (RuntimeException e) {
          assertThatThrownBy(() -> MessageValues.read(ours, kind))
              .isInstanceOf(RuntimeException.class);
          break;
        }
        assertThat(MessageValues.read(ours, kind)).isEqualTo(expected);
        assertThat(ours.remaining()).isEqualTo(theirs.remaining());
      }
    }
  }

  @Test
  void recordsAreNotCopied() {
    ByteBuffer records = ByteBuffer.allocate(100).putInt(50, 42);
    var partition =
        new ProduceRequestData.PartitionProduceData()
            .setRecords(MemoryRecords.readableRecords(records));
    var topic = new ProduceRequestData.TopicProduceData().setName("t");
    topic.partitionData().add(partition);
    var topics = new ProduceRequestData.TopicProduceDataCollection();
    topics.add(topic);
    ByteBuffer body =
        MessageUtil.toByteBufferAccessor(new ProduceRequestData().setTopicData(topics), (short) 9)
            .buffer();
    ByteBuffer direct = ByteBuffer.allocateDirect(body.remaining()).put(body).flip();
    MemoryRecords first = records(direct);
    assertThat(first.buffer().getInt(50)).isEqualTo(42);
    first.buffer().putInt(50, 43);
    assertThat(records(direct).buffer().getInt(50)).isEqualTo(43);
  }

  private static MemoryRecords records(ByteBuffer body) {
    var request = new ProduceRequestData(new RequestBytes(body.duplicate()), (short) 9);
    var topic = request.topicData().iterator().next();
    return (MemoryRecords) topic.partitionData().getFirst().records();
  }
}
