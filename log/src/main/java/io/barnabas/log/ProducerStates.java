package io.barnabas.log;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.jspecify.annotations.Nullable;

/** What each producer wrote last, to refuse gaps and recognise repeats. Under the log's lock. */
final class ProducerStates {
  private static final int KEPT_BATCHES = 5;
  private static final int HEADER_BYTES = 10;
  private static final int ENTRY_BYTES = 46;
  private static final int EARLIER_BYTES = 32;
  private static final int BODY_START = 6;
  private static final short VERSION = 1;

  private final Map<Long, Producer> producers = new HashMap<>();

  /** A batch that a producer wrote. */
  record Written(int firstSequence, int lastSequence, long firstOffset, long lastOffset) {}

  /**
   * What a producer wrote last.
   *
   * @param offset the last one of its last records; -1 if it is not known
   */
  record Last(short epoch, long offset) {}

  private static final class Producer {
    short epoch = -1;
    final Deque<Written> batches = new ArrayDeque<>(KEPT_BATCHES);
    long lastTimestamp = -1;

    /** By this node's clock, so that records with old times of their own do not end it. */
    long lastSeenMs;

    int coordinatorEpoch = -1;
    long transactionStart = -1;
  }

  /** The batch that this one repeats, if it is one of its producer's last five. */
  @Nullable Written duplicateOf(ByteBuffer buffer, int at) {
    Producer producer = producers.get(buffer.getLong(at + BatchFormat.PRODUCER_ID));
    if (producer == null || producer.epoch != buffer.getShort(at + BatchFormat.PRODUCER_EPOCH)) {
      return null;
    }
    int first = buffer.getInt(at + BatchFormat.BASE_SEQUENCE);
    int last = BatchFormat.lastSequence(buffer, at);
    for (Written written : producer.batches) {
      if (written.firstSequence == first && written.lastSequence == last) {
        return written;
      }
    }
    return null;
  }

  /**
   * Refuses a producer's batch that is not the next one.
   *
   * @param checkSequence false for batches whose order this node decides itself
   */
  void check(ByteBuffer buffer, int at, boolean checkSequence) {
    long id = buffer.getLong(at + BatchFormat.PRODUCER_ID);
    Producer producer = producers.get(id);
    if (id < 0 || producer == null || producer.epoch < 0) {
      return;
    }
    short epoch = buffer.getShort(at + BatchFormat.PRODUCER_EPOCH);
    if (epoch < producer.epoch) {
      throw new InvalidProducerEpochException(
          "Epoch of producer %d is %d, which is smaller than the last seen epoch %d"
              .formatted(id, epoch, producer.epoch));
    }
    if (!checkSequence) {
      return;
    }
    int first = buffer.getInt(at + BatchFormat.BASE_SEQUENCE);
    int last = epoch == producer.epoch ? lastSequence(producer) : -1;
    boolean next = first == last + 1L || (first == 0 && last == Integer.MAX_VALUE);
    if (!next) {
      throw new OutOfOrderSequenceException(
          "Out of order sequence number for producer %d: %d (incoming), %d (current end)"
              .formatted(id, first, last));
    }
  }

  private static int lastSequence(Producer producer) {
    return producer.batches.isEmpty() ? -1 : producer.batches.getLast().lastSequence;
  }

  /** Notes a batch that is in the log now. */
  void note(ByteBuffer buffer, int at, long nowMs) {
    long id = buffer.getLong(at + BatchFormat.PRODUCER_ID);
    if (id < 0) {
      return;
    }
    Producer producer = producers.computeIfAbsent(id, k -> new Producer());
    short epoch = buffer.getShort(at + BatchFormat.PRODUCER_EPOCH);
    if (epoch != producer.epoch) {
      producer.batches.clear();
      producer.epoch = epoch;
    }
    producer.lastSeenMs = nowMs;
    producer.lastTimestamp = buffer.getLong(at + BatchFormat.MAX_TIMESTAMP);
    int attributes = BatchFormat.attributes(buffer, at);
    if ((attributes & BatchFormat.CONTROL) != 0) {
      producer.transactionStart = -1;
      return;
    }
    if (producer.batches.size() == KEPT_BATCHES) {
      producer.batches.removeFirst();
    }
    long firstOffset = BatchFormat.baseOffset(buffer, at);
    producer.batches.addLast(
        new Written(
            buffer.getInt(at + BatchFormat.BASE_SEQUENCE),
            BatchFormat.lastSequence(buffer, at),
            firstOffset,
            BatchFormat.lastOffset(buffer, at)));
    if ((attributes & BatchFormat.TRANSACTIONAL) != 0 && producer.transactionStart < 0) {
      producer.transactionStart = firstOffset;
    }
  }

  void clear() {
    producers.clear();
  }

  void expire(long nowMs, long expirationMs) {
    producers
        .values()
        .removeIf(p -> p.transactionStart < 0 && nowMs - p.lastSeenMs >= expirationMs);
  }

  List<ActiveProducer> active() {
    List<ActiveProducer> active = new ArrayList<>(producers.size());
    producers.forEach(
        (id, p) ->
            active.add(
                new ActiveProducer(
                    id,
                    p.epoch,
                    lastSequence(p),
                    p.lastTimestamp,
                    p.coordinatorEpoch,
                    p.transactionStart)));
    return active;
  }

  /** What each wrote last. */
  Map<Long, Last> last() {
    Map<Long, Last> last = new HashMap<>();
    producers.forEach(
        (id, p) -> {
          Written written = p.batches.peekLast();
          last.put(id, new Last(p.epoch, written == null ? -1 : written.lastOffset));
        });
    return last;
  }

  /** The first offset of a transaction that has not ended; Long.MAX_VALUE if there is none. */
  long firstOpenTransaction() {
    return producers.values().stream()
        .mapToLong(p -> p.transactionStart)
        .filter(start -> start >= 0)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /**
   * Kafka's producer snapshot, version 1, and behind its entries the batches before each producer's
   * last: Kafka keeps only that one, so that a producer whose acknowledgements a restart swallowed
   * and who repeats five batches would be refused. Kafka's readers stop after the entries.
   */
  ByteBuffer snapshot() {
    int earlier =
        producers.values().stream().mapToInt(p -> Math.max(0, p.batches.size() - 1)).sum();
    ByteBuffer file =
        ByteBuffer.allocate(
            HEADER_BYTES
                + ENTRY_BYTES * producers.size()
                + Integer.BYTES
                + EARLIER_BYTES * earlier);
    file.putShort(VERSION).putInt(0).putInt(producers.size());
    producers.forEach(
        (id, p) -> {
          Written last = p.batches.peekLast();
          file.putLong(id).putShort(p.epoch).putInt(lastSequence(p));
          file.putLong(last == null ? -1 : last.lastOffset);
          file.putInt(last == null ? 0 : (int) (last.lastOffset - last.firstOffset));
          file.putLong(p.lastTimestamp).putInt(p.coordinatorEpoch).putLong(p.transactionStart);
        });
    file.putInt(earlier);
    producers.forEach(
        (id, p) ->
            p.batches.stream()
                .limit(Math.max(0, p.batches.size() - 1))
                .forEach(
                    written ->
                        file.putLong(id)
                            .putInt(written.firstSequence)
                            .putInt(written.lastSequence)
                            .putLong(written.firstOffset)
                            .putLong(written.lastOffset)));
    file.flip();
    file.putInt(2, bodyCrc(file));
    return file;
  }

  private static int bodyCrc(ByteBuffer file) {
    CRC32C crc = new CRC32C();
    crc.update(file.slice(BODY_START, file.limit() - BODY_START));
    return (int) crc.getValue();
  }

  /** Takes a snapshot's content; false if it is not whole. */
  boolean load(ByteBuffer file, long nowMs) {
    producers.clear();
    if (file.remaining() < HEADER_BYTES
        || file.getShort() != VERSION
        || file.getInt() != bodyCrc(file.duplicate().rewind())) {
      return false;
    }
    int entries = file.getInt();
    if (entries < 0 || entries > file.remaining() / ENTRY_BYTES) {
      return false;
    }
    for (int i = 0; i < entries; i++) {
      long id = file.getLong();
      Producer p = new Producer();
      p.epoch = file.getShort();
      int lastSequence = file.getInt();
      long lastOffset = file.getLong();
      int delta = file.getInt();
      p.lastTimestamp = file.getLong();
      p.lastSeenMs = nowMs;
      p.coordinatorEpoch = file.getInt();
      p.transactionStart = file.getLong();
      if (lastOffset >= 0) {
        int first = decrement(lastSequence, delta);
        p.batches.add(new Written(first, lastSequence, lastOffset - delta, lastOffset));
      }
      producers.put(id, p);
    }
    return loadEarlierBatches(file);
  }

  /** Takes what follows Kafka's entries; a file that Kafka wrote ends there. */
  private boolean loadEarlierBatches(ByteBuffer file) {
    if (!file.hasRemaining()) {
      return true;
    }
    if (file.remaining() < Integer.BYTES
        || file.getInt() != file.remaining() / EARLIER_BYTES
        || file.remaining() % EARLIER_BYTES != 0) {
      return false;
    }
    Map<Long, Deque<Written>> earlier = new HashMap<>();
    while (file.hasRemaining()) {
      earlier
          .computeIfAbsent(file.getLong(), id -> new ArrayDeque<>(KEPT_BATCHES))
          .addFirst(new Written(file.getInt(), file.getInt(), file.getLong(), file.getLong()));
    }
    for (Map.Entry<Long, Deque<Written>> latestFirst : earlier.entrySet()) {
      Producer producer = producers.get(latestFirst.getKey());
      if (producer == null || latestFirst.getValue().size() >= KEPT_BATCHES) {
        return false;
      }
      latestFirst.getValue().forEach(producer.batches::addFirst);
    }
    return true;
  }

  private static int decrement(int sequence, int by) {
    return sequence < by ? Integer.MAX_VALUE - (by - sequence) + 1 : sequence - by;
  }
}
