package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas consume}. */
@Command(
    name = "consume",
    description = {
      "Print the records of a topic, one in each line, and stop at the end.",
      "Reads without a consumer group, so nobody else is disturbed and nothing is remembered."
    })
public final class ConsumeCommand extends ClusterCommand {
  private static final Duration POLL_LIMIT = Duration.ofMillis(200);

  @Parameters(paramLabel = "TOPIC", description = "The topic.")
  private String topic = "";

  @Option(
      names = {"-p", "--partition"},
      paramLabel = "N",
      description = "Only this partition. May be repeated.")
  private List<Integer> partitions = new ArrayList<>();

  @Option(
      names = "--from",
      paramLabel = "WHERE",
      defaultValue = "beginning",
      description = {
        "Where to begin: beginning, end, an offset, -N for the last N records of each partition,",
        "a time such as 2026-11-21T13:00:00Z, or a duration such as PT1H30M for the records that"
            + " have come since then. Default: beginning."
      })
  private String from = "";

  @Option(
      names = {"-n", "--max"},
      paramLabel = "N",
      description = "Stop after so many records.")
  private long max = Long.MAX_VALUE;

  @Option(
      names = {"-f", "--follow"},
      description = "Do not stop at the end, but wait for more.")
  private boolean follow;

  @Option(
      names = {"-k", "--keys"},
      description = "Print keys.")
  private boolean keys;

  @Option(names = "--headers", description = "Print headers.")
  private boolean headers;

  @Option(names = "--timestamps", description = "Print timestamps.")
  private boolean timestamps;

  @Option(names = "--offsets", description = "Print partitions and offsets.")
  private boolean offsets;

  @Option(names = "--committed", description = "Leave out what transactions have not committed.")
  private boolean committed;

  @Override
  void run(Cluster cluster, Output out) {
    From start = From.parse(from);
    RecordPrinter printer = new RecordPrinter(offsets, timestamps, headers, keys, out);
    Progress progress = Progress.besideOutput();
    Consumer<byte[], byte[]> consumer = cluster.consumer(settings());
    try {
      List<TopicPartition> wanted = partitions(consumer);
      consumer.assign(wanted);
      Map<TopicPartition, Long> ends = consumer.endOffsets(wanted);
      seek(consumer, start, ends);
      print(consumer, ends, printer, progress);
    } catch (OffsetOutOfRangeException e) {
      throw new CliException("There is no such offset: " + e.offsetOutOfRangePartitions() + ".", e);
    } finally {
      progress.end();
      consumer.close(CloseOptions.timeout(Cluster.closeLimit()));
    }
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("auto.offset.reset", "none");
    settings.put("enable.auto.commit", "false");
    settings.put("allow.auto.create.topics", "false");
    settings.put("isolation.level", committed ? "read_committed" : "read_uncommitted");
    settings.put("max.poll.records", "5000");
    return settings;
  }

  private List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
    List<Integer> there =
        consumer.partitionsFor(topic).stream().map(PartitionInfo::partition).sorted().toList();
    if (there.isEmpty()) {
      throw new CliException("There is no topic " + topic + ".");
    }
    for (int partition : partitions) {
      if (!there.contains(partition)) {
        throw new CliException("%s has no partition %d.".formatted(topic, partition));
      }
    }
    return (partitions.isEmpty() ? there : partitions)
        .stream().distinct().map(partition -> new TopicPartition(topic, partition)).toList();
  }

  private static void seek(
      Consumer<byte[], byte[]> consumer, From from, Map<TopicPartition, Long> ends) {
    switch (from) {
      case From.Beginning() -> consumer.seekToBeginning(ends.keySet());
      case From.End() -> ends.forEach(consumer::seek);
      case From.Offset(long offset) -> seekToOffset(consumer, offset, ends);
      case From.BeforeEnd(long records) ->
          consumer
              .beginningOffsets(ends.keySet())
              .forEach((id, first) -> consumer.seek(id, Math.max(first, end(ends, id) - records)));
      case From.Time where -> seekToTime(consumer, where, ends);
      case From.Since where -> seekToTime(consumer, where, ends);
    }
  }

  /** Partitions differ in what they hold; it is enough if one of them has the offset. */
  private static void seekToOffset(
      Consumer<byte[], byte[]> consumer, long offset, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> starts = consumer.beginningOffsets(ends.keySet());
    boolean isThere = false;
    for (TopicPartition id : ends.keySet()) {
      long nearest = Math.clamp(offset, end(starts, id), end(ends, id));
      isThere |= nearest == offset;
      consumer.seek(id, nearest);
    }
    if (!isThere) {
      throw new CliException(
          "There is no such offset: the records are %s."
              .formatted(
                  ends.keySet().stream()
                      .map(id -> "%s: %d to %d".formatted(id, end(starts, id), end(ends, id) - 1))
                      .collect(Collectors.joining(", "))));
    }
  }

  private static void seekToTime(
      Consumer<byte[], byte[]> consumer, From where, Map<TopicPartition, Long> ends) {
    long millis = where.time(System.currentTimeMillis()).orElseThrow();
    Map<TopicPartition, Long> times = new HashMap<>();
    ends.keySet().forEach(id -> times.put(id, millis));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
    for (TopicPartition id : ends.keySet()) {
      OffsetAndTimestamp first = found.get(id);
      consumer.seek(id, first == null ? end(ends, id) : first.offset());
    }
  }

  private static long end(Map<TopicPartition, Long> ends, TopicPartition id) {
    return Objects.requireNonNull(ends.get(id));
  }

  private void print(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, Long> ends,
      RecordPrinter printer,
      Progress progress) {
    while (progress.records() < max && (follow || !isAtEnd(consumer, ends))) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL_LIMIT)) {
        boolean isWanted = follow || record.offset() < end(ends, topicPartition(record));
        if (isWanted && progress.records() < max) {
          printer.print(record);
          progress.add(
              Math.max(record.serializedKeySize(), 0) + Math.max(record.serializedValueSize(), 0));
        }
      }
      if (!printer.out().flush()) {
        return;
      }
    }
  }

  private static TopicPartition topicPartition(ConsumerRecord<byte[], byte[]> record) {
    return new TopicPartition(record.topic(), record.partition());
  }

  private static boolean isAtEnd(
      Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }
}
