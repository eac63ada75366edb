package io.barnabas.metadata;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Facts as bytes, for the quorum. Each fact carries its kind, the version of that kind's layout,
 * and its length. Kinds and layouts are never reused, so that what any release wrote stays
 * readable; one that this release does not know is refused, never skipped.
 */
public final class FactCodec {
  private static final int FORMAT = 1;
  private static final int LAYOUT = 0;

  private static final int TOPIC_CREATED = 1;
  private static final int PARTITION_ADDED = 2;
  private static final int TOPIC_DELETED = 3;
  private static final int CONFIG_CHANGED = 4;
  private static final int BROKER_REGISTERED = 5;
  private static final int FEATURE_LEVEL_SET = 6;
  private static final int PRODUCER_IDS_ALLOCATED = 7;

  private FactCodec() {}

  /** The bytes of a batch of facts. */
  public static byte[] encode(List<Fact> facts) {
    FactOutput out = new FactOutput();
    out.count(FORMAT);
    out.list(facts, FactCodec::write);
    return out.toByteArray();
  }

  /**
   * The facts of a batch.
   *
   * @throws UnreadableFactException if the bytes are no such batch, or hold a fact that this
   *     release does not know
   */
  public static List<Fact> decode(byte[] bytes) {
    return FactInput.readAll(
        bytes,
        "A batch of metadata facts",
        in -> {
          int format = in.count();
          if (format != FORMAT) {
            throw new UnreadableFactException(
                "Metadata facts in format %d; this release reads format %d"
                    .formatted(format, FORMAT));
          }
          return in.list(FactCodec::read);
        });
  }

  private static void write(FactOutput out, Fact fact) {
    FactOutput body = new FactOutput();
    int kind =
        switch (fact) {
          case Fact.TopicCreated(String name, Uuid id) -> {
            body.string(name);
            body.uuid(id);
            yield TOPIC_CREATED;
          }
          case Fact.PartitionAdded(Uuid topicId, int partition, PartitionImage state) -> {
            body.uuid(topicId);
            body.int32(partition);
            writePartition(body, state);
            yield PARTITION_ADDED;
          }
          case Fact.TopicDeleted(Uuid id) -> {
            body.uuid(id);
            yield TOPIC_DELETED;
          }
          case Fact.ConfigChanged(ConfigResource resource, String name, Optional<String> value) -> {
            body.count(resource.type().id());
            body.string(resource.name());
            body.string(name);
            body.optionalString(value);
            yield CONFIG_CHANGED;
          }
          case Fact.BrokerRegistered(Fact.BrokerImage broker) -> {
            writeBroker(body, broker);
            yield BROKER_REGISTERED;
          }
          case Fact.FeatureLevelSet(String feature, short level) -> {
            body.string(feature);
            body.int32(level);
            yield FEATURE_LEVEL_SET;
          }
          case Fact.ProducerIdsAllocated(long next) -> {
            body.int64(next);
            yield PRODUCER_IDS_ALLOCATED;
          }
        };
    out.count(kind);
    out.count(LAYOUT);
    out.blob(body.toByteArray());
  }

  private static Fact read(FactInput in) {
    int kind = in.count();
    int layout = in.count();
    byte[] body = in.blob();
    if (kind < TOPIC_CREATED || kind > PRODUCER_IDS_ALLOCATED || layout != LAYOUT) {
      throw new UnreadableFactException(
          ("A metadata fact of kind %d, layout %d, is unknown to this release;"
                  + " a newer release must have written it")
              .formatted(kind, layout));
    }
    return FactInput.readAll(
        body, "A metadata fact of kind " + kind, fields -> readBody(kind, fields));
  }

  private static Fact readBody(int kind, FactInput in) {
    return switch (kind) {
      case TOPIC_CREATED -> new Fact.TopicCreated(in.string(), in.uuid());
      case PARTITION_ADDED -> new Fact.PartitionAdded(in.uuid(), in.int32(), readPartition(in));
      case TOPIC_DELETED -> new Fact.TopicDeleted(in.uuid());
      case CONFIG_CHANGED ->
          new Fact.ConfigChanged(readResource(in), in.string(), in.optionalString());
      case BROKER_REGISTERED -> new Fact.BrokerRegistered(readBroker(in));
      case FEATURE_LEVEL_SET -> new Fact.FeatureLevelSet(in.string(), (short) in.int32());
      case PRODUCER_IDS_ALLOCATED -> new Fact.ProducerIdsAllocated(in.int64());
      default -> throw new IllegalStateException("Kind " + kind);
    };
  }

  private static void writePartition(FactOutput out, PartitionImage state) {
    out.list(state.replicas(), FactOutput::int32);
    out.list(state.isr(), FactOutput::int32);
    out.int32(state.leader());
    out.int32(state.leaderEpoch());
    out.int32(state.partitionEpoch());
  }

  private static PartitionImage readPartition(FactInput in) {
    return new PartitionImage(
        in.list(FactInput::int32), in.list(FactInput::int32), in.int32(), in.int32(), in.int32());
  }

  private static ConfigResource readResource(FactInput in) {
    int type = in.count();
    if (type > Byte.MAX_VALUE
        || ConfigResource.Type.forId((byte) type) == ConfigResource.Type.UNKNOWN) {
      throw new IllegalArgumentException("A resource of type " + type);
    }
    return new ConfigResource(ConfigResource.Type.forId((byte) type), in.string());
  }

  private static void writeBroker(FactOutput out, Fact.BrokerImage broker) {
    out.int32(broker.id());
    out.int64(broker.epoch());
    out.uuid(broker.incarnation());
    out.optionalString(broker.rack());
    out.list(
        broker.endpoints(),
        (each, endpoint) -> {
          each.string(endpoint.listener());
          each.string(endpoint.securityProtocol());
          each.string(endpoint.host());
          each.int32(endpoint.port());
        });
  }

  private static Fact.BrokerImage readBroker(FactInput in) {
    return new Fact.BrokerImage(
        in.int32(),
        in.int64(),
        in.uuid(),
        in.optionalString(),
        in.list(
            each -> new Fact.Endpoint(each.string(), each.string(), each.string(), each.int32())));
  }
}
