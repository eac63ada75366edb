package io.barnabas.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * Clusters of one partition, written in short: {@code "123 isr 12 elr 3 led by 1"} is the partition
 * on brokers 1, 2 and 3, {@code "led by -"} one without a leader, and {@code "doubted led by -"}
 * one whose in-sync replicas may lack records. Brokers are 1 to 4.
 */
final class Partitions {
  static final Uuid TOPIC = new Uuid(1, 2);
  static final int BROKERS = 4;

  private Partitions() {}

  /**
   * A cluster of this partition alone, in leader epoch 5 and partition epoch 7.
   *
   * @param brokers the state of each, in order: {@code a}ctive, {@code f}enced, {@code s}hutting
   *     down or with a disk that {@code h}angs
   * @param configs the topic's
   */
  static ClusterImage cluster(String brokers, String partition, Map<String, String> configs) {
    List<Fact> facts = new ArrayList<>();
    for (int id = 1; id <= BROKERS; id++) {
      char state = brokers.charAt(id - 1);
      facts.add(new Fact.BrokerRegistered(Clusters.broker(id, Optional.empty())));
      facts.add(new Fact.BrokerChanged(id, 1, state == 'f', state == 's', state == 'h'));
    }
    facts.add(new Fact.TopicCreated("words", TOPIC));
    facts.add(new Fact.PartitionAdded(TOPIC, 0, read(partition)));
    configs.forEach(
        (name, value) ->
            facts.add(
                new Fact.ConfigChanged(Clusters.topicResource("words"), name, Optional.of(value))));
    return ClusterImage.empty("cluster").apply(facts);
  }

  static PartitionImage of(ClusterImage image) {
    return image.partition(TOPIC, 0).orElseThrow();
  }

  static String show(ClusterImage image) {
    return show(of(image));
  }

  static String show(PartitionImage state) {
    return digits(state.replicas())
        + part(" isr ", state.isr())
        + part(" elr ", state.elr())
        + part(" adding ", state.addingReplicas())
        + part(" removing ", state.removingReplicas())
        + (state.doubted() ? " doubted" : "")
        + " led by "
        + (state.leader() < 0 ? "-" : state.leader());
  }

  private static PartitionImage read(String text) {
    String[] words = text.split(" ");
    String leader = words[words.length - 1];
    return new PartitionImage(
        digits(words[0]),
        List.of(),
        named("isr", words),
        named("elr", words),
        List.of(),
        named("adding", words),
        named("removing", words),
        leader.equals("-") ? PartitionImage.NO_LEADER : Integer.parseInt(leader),
        5,
        7,
        List.of(words).contains("doubted"));
  }

  private static List<Integer> named(String name, String[] words) {
    int place = List.of(words).indexOf(name);
    return place < 0 ? List.of() : digits(words[place + 1]);
  }

  static List<Integer> digits(String text) {
    return text.chars().map(digit -> digit - '0').boxed().toList();
  }

  private static String part(String name, List<Integer> brokers) {
    return brokers.isEmpty() ? "" : name + digits(brokers);
  }

  private static String digits(List<Integer> brokers) {
    StringBuilder text = new StringBuilder();
    brokers.forEach(text::append);
    return text.toString();
  }
}
