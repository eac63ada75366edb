package io.barnabas.metadata;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/**
 * Facts as bytes, for the quorum. Each fact carries its kind, the version of that kind's layout,
 * and its length. Kinds and layouts are never reused, so that what any release wrote stays
 * readable; one that this release does not know is refused, never skipped.
 */
public final class FactCodec {
  private static final int FORMAT = 2;

  private static final int TOPIC_CREATED = 1;
  private static final int PARTITION_ADDED = 2;
  private static final int TOPIC_DELETED = 3;
  private static final int CONFIG_CHANGED = 4;
  private static final int BROKER_REGISTERED = 5;
  private static final int FEATURE_LEVEL_SET = 6;
  private static final int PRODUCER_IDS_ALLOCATED = 7;
  private static final int PARTITION_CHANGED = 8;
  private static final int BROKER_CHANGED = 9;
  private static final int BROKER_UNREGISTERED = 10;
  private static final int CONTROLLER_REGISTERED = 11;
  private static final int CONTROLLER_UNREGISTERED = 12;
  private static final int CONTROLLER_ACTIVATED = 13;
  private static final int ACL_ADDED = 14;
  private static final int ACL_REMOVED = 15;
  private static final int QUOTA_CHANGED = 16;
  private static final int SCRAM_CREDENTIAL_CHANGED = 17;
  private static final int LEADERS_CHANGED = 18;
  private static final int BROKER_EPOCHS_USED = 19;
  private static final int NEWEST_KIND = BROKER_EPOCHS_USED;

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
    int kind = writeBody(body, fact);
    out.count(kind);
    out.count(layout(kind));
    out.blob(body);
  }

  /** The newest, in which it is written; all before it are read, too. */
  private static int layout(int kind) {
    return switch (kind) {
      // Since layout 1 they tell of disks: whether one hangs, and which there were.
      case BROKER_REGISTERED, BROKER_CHANGED -> 1;
      default -> 0;
    };
  }

  /** What tells a fact from every other, and no more. */
  static void writeContent(FactOutput out, Fact fact) {
    out.count(writeBody(out, fact));
  }

  private static int writeBody(FactOutput body, Fact fact) {
    return switch (fact) {
      case Fact.TopicCreated(String name, Uuid id) -> {
        body.string(name);
        body.uuid(id);
        yield TOPIC_CREATED;
      }
      case Fact.PartitionAdded(Uuid topicId, int partition, PartitionImage state) -> {
        FactFields.writePartition(body, topicId, partition, state);
        yield PARTITION_ADDED;
      }
      case Fact.PartitionChanged(Uuid topicId, int partition, PartitionImage state) -> {
        FactFields.writePartition(body, topicId, partition, state);
        yield PARTITION_CHANGED;
      }
      case Fact.LeadersChanged(Uuid topicId, List<Fact.LeaderAndIsr> partitions) -> {
        body.uuid(topicId);
        body.list(partitions, FactFields::writeLeaderAndIsr);
        yield LEADERS_CHANGED;
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
      case Fact.FeatureLevelSet(String feature, short level) -> {
        body.string(feature);
        body.int32(level);
        yield FEATURE_LEVEL_SET;
      }
      case Fact.ProducerIdsAllocated(long next) -> {
        body.int64(next);
        yield PRODUCER_IDS_ALLOCATED;
      }
      case Fact.BrokerRegistered _,
          Fact.BrokerChanged _,
          Fact.BrokerUnregistered _,
          Fact.BrokerEpochsUsed _,
          Fact.ControllerRegistered _,
          Fact.ControllerUnregistered _,
          Fact.ControllerActivated _ ->
          writeNode(body, fact);
      case Fact.AclAdded _, Fact.AclRemoved _, Fact.QuotaChanged _, Fact.ScramCredentialChanged _ ->
          writeSecurity(body, fact);
    };
  }

  private static int writeNode(FactOutput body, Fact fact) {
    return switch (fact) {
      case Fact.BrokerRegistered(Fact.BrokerImage broker) -> {
        FactFields.writeBroker(body, broker);
        yield BROKER_REGISTERED;
      }
      case Fact.BrokerChanged changed -> {
        body.int32(changed.id());
        body.int64(changed.epoch());
        body.bool(changed.fenced());
        body.bool(changed.inControlledShutdown());
        body.bool(changed.hangs());
        yield BROKER_CHANGED;
      }
      case Fact.BrokerUnregistered(int id, long epoch) -> {
        body.int32(id);
        body.int64(epoch);
        yield BROKER_UNREGISTERED;
      }
      case Fact.BrokerEpochsUsed(long last) -> {
        body.int64(last);
        yield BROKER_EPOCHS_USED;
      }
      case Fact.ControllerRegistered(Fact.ControllerImage controller) -> {
        FactFields.writeController(body, controller);
        yield CONTROLLER_REGISTERED;
      }
      case Fact.ControllerUnregistered(int id) -> {
        body.int32(id);
        yield CONTROLLER_UNREGISTERED;
      }
      case Fact.ControllerActivated(int id, int epoch) -> {
        body.int32(id);
        body.int32(epoch);
        yield CONTROLLER_ACTIVATED;
      }
      default -> throw new IllegalStateException(fact.toString());
    };
  }

  private static int writeSecurity(FactOutput body, Fact fact) {
    return switch (fact) {
      case Fact.AclAdded(Uuid id, AclBinding binding) -> {
        body.uuid(id);
        FactFields.writeAcl(body, binding);
        yield ACL_ADDED;
      }
      case Fact.AclRemoved(Uuid id) -> {
        body.uuid(id);
        yield ACL_REMOVED;
      }
      case Fact.QuotaChanged(ClientQuotaEntity entity, String key, Optional<Double> value) -> {
        FactFields.writeQuotaEntity(body, entity);
        body.string(key);
        body.optional(value, (out, each) -> out.int64(Double.doubleToLongBits(each)));
        yield QUOTA_CHANGED;
      }
      case Fact.ScramCredentialChanged changed -> {
        FactFields.writeScramUser(body, changed.user());
        body.optional(changed.credential(), FactFields::writeScramCredential);
        yield SCRAM_CREDENTIAL_CHANGED;
      }
      default -> throw new IllegalStateException(fact.toString());
    };
  }

  private static Fact read(FactInput in) {
    int kind = in.count();
    int layout = in.count();
    byte[] body = in.blob();
    if (kind < TOPIC_CREATED || kind > NEWEST_KIND || layout > layout(kind)) {
      throw new UnreadableFactException(
          ("A metadata fact of kind %d, layout %d, is unknown to this release;"
                  + " a newer release must have written it")
              .formatted(kind, layout));
    }
    return FactInput.readAll(
        body, "A metadata fact of kind " + kind, fields -> readBody(kind, layout, fields));
  }

  private static Fact readBody(int kind, int layout, FactInput in) {
    return switch (kind) {
      case TOPIC_CREATED -> new Fact.TopicCreated(in.string(), in.uuid());
      case PARTITION_ADDED ->
          new Fact.PartitionAdded(in.uuid(), in.int32(), FactFields.readPartition(in));
      case PARTITION_CHANGED ->
          new Fact.PartitionChanged(in.uuid(), in.int32(), FactFields.readPartition(in));
      case LEADERS_CHANGED ->
          new Fact.LeadersChanged(in.uuid(), in.list(FactFields::readLeaderAndIsr));
      case TOPIC_DELETED -> new Fact.TopicDeleted(in.uuid());
      case CONFIG_CHANGED ->
          new Fact.ConfigChanged(readResource(in), in.string(), in.optionalString());
      case BROKER_REGISTERED -> new Fact.BrokerRegistered(FactFields.readBroker(in, layout));
      case BROKER_CHANGED ->
          new Fact.BrokerChanged(
              in.int32(), in.int64(), in.bool(), in.bool(), layout > 0 && in.bool());
      case BROKER_UNREGISTERED -> new Fact.BrokerUnregistered(in.int32(), in.int64());
      case BROKER_EPOCHS_USED -> new Fact.BrokerEpochsUsed(in.int64());
      case CONTROLLER_REGISTERED -> new Fact.ControllerRegistered(FactFields.readController(in));
      case CONTROLLER_UNREGISTERED -> new Fact.ControllerUnregistered(in.int32());
      case CONTROLLER_ACTIVATED -> new Fact.ControllerActivated(in.int32(), in.int32());
      case FEATURE_LEVEL_SET -> new Fact.FeatureLevelSet(in.string(), (short) in.int32());
      case PRODUCER_IDS_ALLOCATED -> new Fact.ProducerIdsAllocated(in.int64());
      case ACL_ADDED -> new Fact.AclAdded(in.uuid(), FactFields.readAcl(in));
      case ACL_REMOVED -> new Fact.AclRemoved(in.uuid());
      case QUOTA_CHANGED ->
          new Fact.QuotaChanged(
              FactFields.readQuotaEntity(in),
              in.string(),
              in.optional(each -> Double.longBitsToDouble(each.int64())));
      case SCRAM_CREDENTIAL_CHANGED ->
          new Fact.ScramCredentialChanged(
              FactFields.readScramUser(in), in.optional(FactFields::readScramCredential));
      default -> throw new IllegalStateException("Kind " + kind);
    };
  }

  private static ConfigResource readResource(FactInput in) {
    int type = in.count();
    if (type > Byte.MAX_VALUE
        || ConfigResource.Type.forId((byte) type) == ConfigResource.Type.UNKNOWN) {
      throw new IllegalArgumentException("A resource of type " + type);
    }
    return new ConfigResource(ConfigResource.Type.forId((byte) type), in.string());
  }
}
