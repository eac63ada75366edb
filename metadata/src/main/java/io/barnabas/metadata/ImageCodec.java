package io.barnabas.metadata;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.pcollections.PMap;

/**
 * A whole image as bytes, for snapshots: its version, the cluster's id, and the facts that lead to
 * it from an empty one, so that what makes facts readable for later releases holds for snapshots
 * too. The same image always gives the same bytes.
 */
public final class ImageCodec {
  private static final int FORMAT = 1;

  private ImageCodec() {}

  /** The bytes of an image. */
  public static byte[] encode(ClusterImage image) {
    FactOutput out = new FactOutput();
    out.count(FORMAT);
    out.int64(image.version());
    out.string(image.clusterId());
    out.blob(FactCodec.encode(facts(image)));
    return out.toByteArray();
  }

  /**
   * The image in a snapshot.
   *
   * @throws UnreadableFactException if the bytes are no image, or hold a fact that this release
   *     does not know
   */
  public static ClusterImage decode(byte[] bytes) {
    return FactInput.readAll(bytes, "A metadata snapshot", ImageCodec::read);
  }

  private static ClusterImage read(FactInput in) {
    int format = in.count();
    if (format != FORMAT) {
      throw new UnreadableFactException(
          "A metadata snapshot in format %d; this release reads format %d"
              .formatted(format, FORMAT));
    }
    long version = in.int64();
    ClusterImage empty = ClusterImage.empty(in.string());
    List<Fact> facts = FactCodec.decode(in.blob());
    try {
      return empty.apply(facts).atVersion(version);
    } catch (IllegalStateException e) {
      throw new UnreadableFactException("A metadata snapshot contradicts itself", e);
    }
  }

  /** What leads to an image from an empty one, one fact for each thing there is. */
  static List<Fact> facts(ClusterImage image) {
    List<Fact> facts = new ArrayList<>();
    new TreeMap<>(image.features())
        .forEach((feature, level) -> facts.add(new Fact.FeatureLevelSet(feature, level)));
    new TreeMap<>(image.controllers())
        .values()
        .forEach(controller -> facts.add(new Fact.ControllerRegistered(controller)));
    ClusterImage.ActiveController active = image.activeController();
    if (active.epoch() > 0) {
      facts.add(new Fact.ControllerActivated(active.id(), active.epoch()));
    }
    new TreeMap<>(image.brokers())
        .values()
        .forEach(broker -> facts.add(new Fact.BrokerRegistered(broker)));
    if (image.lastBrokerEpoch() > 0) {
      facts.add(new Fact.BrokerEpochsUsed(image.lastBrokerEpoch()));
    }
    for (Map.Entry<String, Uuid> topic : new TreeMap<>(image.topicIds()).entrySet()) {
      facts.add(new Fact.TopicCreated(topic.getKey(), topic.getValue()));
      PMap<Integer, PartitionImage> partitions =
          image.topicById(topic.getValue()).orElseThrow().partitions();
      new TreeMap<>(partitions)
          .forEach(
              (number, state) ->
                  facts.add(new Fact.PartitionAdded(topic.getValue(), number, state)));
    }
    addConfigs(image, facts);
    addSecurity(image.security(), facts);
    facts.add(new Fact.ProducerIdsAllocated(image.nextProducerId()));
    return facts;
  }

  private static void addConfigs(ClusterImage image, List<Fact> facts) {
    TreeMap<String, ConfigResource> sorted = new TreeMap<>();
    for (ConfigResource resource : image.configs().keySet()) {
      sorted.put(resource.type().id() + "/" + resource.name(), resource);
    }
    for (ConfigResource resource : sorted.values()) {
      new TreeMap<>(image.configsOf(resource))
          .forEach(
              (name, value) ->
                  facts.add(new Fact.ConfigChanged(resource, name, Optional.of(value))));
    }
  }

  private static void addSecurity(SecurityImage security, List<Fact> facts) {
    new TreeMap<>(security.acls())
        .forEach((id, binding) -> facts.add(new Fact.AclAdded(id, binding)));
    security.quotas().entrySet().stream()
        .sorted(Comparator.comparing(entry -> new TreeMap<>(named(entry.getKey())).toString()))
        .forEach(
            entry ->
                new TreeMap<>(entry.getValue())
                    .forEach(
                        (key, value) ->
                            facts.add(
                                new Fact.QuotaChanged(entry.getKey(), key, Optional.of(value)))));
    security.scramCredentials().entrySet().stream()
        .sorted(
            Comparator.comparing((Map.Entry<Fact.ScramUser, ?> entry) -> entry.getKey().name())
                .thenComparing(entry -> entry.getKey().mechanism()))
        .forEach(
            entry ->
                facts.add(
                    new Fact.ScramCredentialChanged(
                        entry.getKey(), Optional.of(entry.getValue()))));
  }

  /** With a marker for the default entity, whose name is null, that no name begins with. */
  private static Map<String, String> named(ClientQuotaEntity entity) {
    Map<String, String> named = new HashMap<>();
    entity.entries().forEach((type, name) -> named.put(type, name == null ? "\0" : "=" + name));
    return named;
  }
}
