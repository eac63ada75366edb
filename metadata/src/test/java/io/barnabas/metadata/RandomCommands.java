package io.barnabas.metadata;

import io.barnabas.metadata.CreatePartitions.Growth;
import io.barnabas.metadata.CreateTopics.Assignment;
import io.barnabas.metadata.CreateTopics.NewTopic;
import io.barnabas.metadata.DeleteTopics.Named;
import io.barnabas.metadata.IncrementalAlterConfigs.Change;
import io.barnabas.metadata.IncrementalAlterConfigs.Op;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;

/** Commands as clients and brokers might send them, sensible or not; the same for the same seed. */
final class RandomCommands {
  /** One of each kind of command. */
  static final Set<Class<?>> KINDS =
      Set.of(
          CreateTopics.class,
          DeleteTopics.class,
          CreatePartitions.class,
          IncrementalAlterConfigs.class,
          AllocateProducerIds.class,
          RegisterBroker.class);

  private static final List<String> NAMES =
      List.of("a", "b", "a.b", "a_b", "c.", "c_", "", "..", "a b", "__cluster_metadata", "d", "e");
  private static final List<String> SETTINGS =
      List.of("retention.ms", "cleanup.policy", "segment.bytes", "flush.messages", "nope");
  private static final List<String> VALUES =
      List.of("-1", "1", "2000000", "compact", "delete", "compact,delete", "", "x");

  private final Set<Class<?>> used = new HashSet<>();
  private long state;

  RandomCommands(long seed) {
    state = seed;
  }

  /** The kinds that there were so far. */
  Set<Class<?>> kindsUsed() {
    return Set.copyOf(used);
  }

  Command<?> next(ClusterImage image) {
    Command<?> command =
        switch (below(8)) {
          case 0, 1, 2 ->
              new CreateTopics(
                  some(i -> newTopic()), oneIn(5), new TopicDefaults(2, 1, Map.of()), this::uuid);
          case 3 -> new DeleteTopics(some(i -> named(image)));
          case 4 -> new CreatePartitions(some(i -> growth()), oneIn(5));
          case 5 ->
              new IncrementalAlterConfigs(
                  some(i -> change()), oneIn(5), Map.of(), new ConfigDef(), GroupBounds.DEFAULTS);
          case 6 -> new AllocateProducerIds(below(5), epochOf(image));
          default ->
              new RegisterBroker(
                  below(5), new Uuid(1, below(3)), Optional.of("rack" + below(2)), List.of());
        };
    used.add(command.getClass());
    return command;
  }

  private long epochOf(ClusterImage image) {
    return image.brokers().values().stream()
        .mapToLong(Fact.BrokerImage::epoch)
        .skip(Math.min(below(3), Math.max(0, image.brokers().size() - 1)))
        .findFirst()
        .orElse(0);
  }

  private NewTopic newTopic() {
    boolean assigned = oneIn(3);
    List<Assignment> assignments =
        assigned ? some(i -> new Assignment(oneIn(4) ? below(3) : i, brokers())) : List.of();
    Map<String, Optional<String>> configs = oneIn(3) ? Map.of(pick(SETTINGS), value()) : Map.of();
    return new NewTopic(
        pick(NAMES),
        assigned ? -1 : below(6) - 1,
        assigned ? -1 : below(5) - 1,
        assignments,
        configs);
  }

  private Named named(ClusterImage image) {
    String name = pick(NAMES);
    return oneIn(2)
        ? Named.byName(name)
        : Named.byId(image.topicByName(name).map(TopicImage::id).orElseGet(this::uuid));
  }

  private Growth growth() {
    return new Growth(
        pick(NAMES), below(8), oneIn(3) ? Optional.of(some(i -> brokers())) : Optional.empty());
  }

  private Change change() {
    ConfigResource.Type type = oneIn(5) ? ConfigResource.Type.BROKER : ConfigResource.Type.TOPIC;
    return new Change(
        new ConfigResource(type, pick(NAMES)),
        some(i -> new Op(pick(SETTINGS), (byte) below(5), value())));
  }

  private Optional<String> value() {
    return oneIn(8) ? Optional.empty() : Optional.of(pick(VALUES));
  }

  private List<Integer> brokers() {
    return some(i -> oneIn(5) ? below(5) : i);
  }

  /** One to three of them. */
  private <T> List<T> some(IntFunction<T> each) {
    List<T> values = new ArrayList<>();
    int count = 1 + below(3);
    for (int i = 0; i < count; i++) {
      values.add(each.apply(i));
    }
    return values;
  }

  private Uuid uuid() {
    return new Uuid(bits(), bits());
  }

  private <T> T pick(List<T> values) {
    return values.get(below(values.size()));
  }

  private boolean oneIn(int count) {
    return below(count) == 0;
  }

  private int below(int bound) {
    return (int) Long.remainderUnsigned(bits(), bound);
  }

  /** A step of a Weyl sequence, stirred. */
  private long bits() {
    state += 0x9E3779B97F4A7C15L;
    long stirred = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    stirred = (stirred ^ (stirred >>> 27)) * 0x94D049BB133111EBL;
    return stirred ^ (stirred >>> 31);
  }
}
