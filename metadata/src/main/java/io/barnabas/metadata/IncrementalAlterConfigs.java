package io.barnabas.metadata;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;

/**
 * Changes settings of topics, brokers, groups and subscriptions to clients' metrics. Each resource
 * is for itself, but the changes of one resource are made all or none.
 *
 * @param validateOnly whether to answer only, and change nothing
 * @param topicDefaults values of topics' settings where a topic has none, for appending to them
 * @param brokerSettings the settings of brokers that can be changed while they run
 * @param groupBounds of the settings of groups
 */
public record IncrementalAlterConfigs(
    List<Change> changes,
    boolean validateOnly,
    Map<String, String> topicDefaults,
    ConfigDef brokerSettings,
    GroupBounds groupBounds)
    implements Command<List<IncrementalAlterConfigs.ResourceResult>> {
  /** Copies the collections. */
  public IncrementalAlterConfigs {
    changes = List.copyOf(changes);
    topicDefaults = Map.copyOf(topicDefaults);
  }

  /** One result for each resource, in the order in which the request first names it. */
  @Override
  public Decision<List<ResourceResult>> decide(ClusterImage image, long nowMs) {
    return ConfigAlteration.incremental(image, this).decide();
  }

  /** The changes of one resource; a broker's name is its id, or "" for all brokers. */
  public record Change(ConfigResource resource, List<Op> ops) {
    /** Copies the list. */
    public Change {
      ops = List.copyOf(ops);
    }
  }

  /**
   * The change of one setting.
   *
   * @param type as in the protocol, {@link OpType#id()}; any other is refused
   * @param value empty stands for the protocol's null
   */
  public record Op(String name, byte type, Optional<String> value) {
    /** A change of a known type. */
    public Op(String name, OpType type, Optional<String> value) {
      this(name, type.id(), value);
    }
  }

  /**
   * What became of one resource.
   *
   * @param message why it was refused
   */
  public record ResourceResult(ConfigResource resource, Errors error, Optional<String> message) {}
}
