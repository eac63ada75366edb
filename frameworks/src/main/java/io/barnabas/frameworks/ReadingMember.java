package io.barnabas.frameworks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A member of a consumer group that commits what it has read at once. It prints {@code HAS 0,1}
 * when its partitions of the topic are others than before, and {@code READ 1 17 19} when it has
 * committed what it read of one: its number, the first and the last offset. Whatever comes on its
 * standard input has it leave the group and end.
 *
 * <p>Uses nothing that client libraries have not had since 2.8, to be run with old ones.
 */
public final class ReadingMember {
  private static final Duration POLL = Duration.ofMillis(100);

  private ReadingMember() {}

  /** The topic to read, then settings of the consumer as {@code name=value}. */
  public static void main(String[] arguments) throws IOException {
    Properties settings = new Properties();
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "earliest");
    for (String setting : List.of(arguments).subList(1, arguments.length)) {
      String[] both = setting.split("=", 2);
      settings.put(both[0], both[1]);
    }
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(arguments[0]));
      Set<TopicPartition> had = Set.of();
      while (System.in.available() == 0) {
        ConsumerRecords<byte[], byte[]> read = consumer.poll(POLL);
        if (!consumer.assignment().equals(had)) {
          had = Set.copyOf(consumer.assignment());
          System.out.println("HAS " + numbers(had));
        }
        if (!read.isEmpty()) {
          consumer.commitSync();
          read.partitions().forEach(each -> tell(each, read.records(each)));
        }
      }
    }
  }

  private static String numbers(Set<TopicPartition> partitions) {
    Set<Integer> numbers = new TreeSet<>();
    partitions.forEach(each -> numbers.add(each.partition()));
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static void tell(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> read) {
    // In one piece, as somebody looks at it meanwhile.
    System.out.println(
        "READ %d %d %d"
            .formatted(
                partition.partition(), read.get(0).offset(), read.get(read.size() - 1).offset()));
  }
}
