package io.barnabas.metadata;

import io.barnabas.metadata.IncrementalAlterConfigs.Change;
import io.barnabas.metadata.IncrementalAlterConfigs.ResourceResult;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;

/**
 * Gives resources all their settings anew: what a request does not name gets its default again.
 * Each resource is for itself, but the changes of one resource are made all or none.
 *
 * @param changes every operation of them sets a value
 * @param validateOnly whether to answer only, and change nothing
 * @param topicDefaults values of topics' settings where a topic has none
 * @param brokerSettings the settings of brokers that can be changed while they run
 * @param groupBounds of the settings of groups
 */
public record AlterConfigs(
    List<Change> changes,
    boolean validateOnly,
    Map<String, String> topicDefaults,
    ConfigDef brokerSettings,
    GroupBounds groupBounds)
    implements Command<List<ResourceResult>> {
  /** Copies the collections. */
  public AlterConfigs {
    changes = List.copyOf(changes);
    topicDefaults = Map.copyOf(topicDefaults);
  }

  /** One result for each resource, in the order in which the request first names it. */
  @Override
  public Decision<List<ResourceResult>> decide(ClusterImage image, long nowMs) {
    return ConfigAlteration.anew(image, this).decide();
  }
}
