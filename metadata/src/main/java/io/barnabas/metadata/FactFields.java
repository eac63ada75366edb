package io.barnabas.metadata;

import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.metadata.Fact.ControllerImage;
import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.metadata.Fact.FeatureRange;
import io.barnabas.metadata.Fact.FormerDirectory;
import io.barnabas.metadata.Fact.ScramUser;
import io.barnabas.metadata.SecurityImage.StoredScramCredential;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The larger values within facts, as bytes. */
final class FactFields {
  private FactFields() {}

  static void writePartition(FactOutput out, Uuid topicId, int partition, PartitionImage state) {
    out.uuid(topicId);
    out.int32(partition);
    writeBrokers(out, state.replicas());
    out.list(state.directories(), FactOutput::uuid);
    writeBrokers(out, state.isr());
    writeBrokers(out, state.elr());
    writeBrokers(out, state.lastKnownElr());
    writeBrokers(out, state.addingReplicas());
    writeBrokers(out, state.removingReplicas());
    out.count(state.leader() + 1);
    out.int32(state.leaderEpoch());
    out.int32(state.partitionEpoch());
    out.bool(state.doubted());
  }

  static PartitionImage readPartition(FactInput in) {
    return new PartitionImage(
        readBrokers(in),
        in.list(FactInput::uuid),
        readBrokers(in),
        readBrokers(in),
        readBrokers(in),
        readBrokers(in),
        readBrokers(in),
        in.count() - 1,
        in.int32(),
        in.int32(),
        in.bool());
  }

  static void writeLeaderAndIsr(FactOutput out, Fact.LeaderAndIsr state) {
    out.count(state.partition());
    out.count(state.leader() + 1);
    writeBrokers(out, state.isr());
    writeBrokers(out, state.elr());
    out.count(state.leaderEpoch());
    out.count(state.partitionEpoch());
    out.bool(state.doubted());
  }

  static Fact.LeaderAndIsr readLeaderAndIsr(FactInput in) {
    return new Fact.LeaderAndIsr(
        in.count(),
        in.count() - 1,
        readBrokers(in),
        readBrokers(in),
        in.count(),
        in.count(),
        in.bool());
  }

  private static void writeBrokers(FactOutput out, List<Integer> ids) {
    out.list(ids, FactOutput::count);
  }

  private static List<Integer> readBrokers(FactInput in) {
    return in.list(FactInput::count);
  }

  static void writeBroker(FactOutput out, BrokerImage broker) {
    out.int32(broker.id());
    out.int64(broker.epoch());
    out.uuid(broker.incarnation());
    out.optionalString(broker.rack());
    writeEndpoints(out, broker.endpoints());
    out.list(broker.directories(), FactOutput::uuid);
    out.list(
        broker.former(),
        (each, directory) -> {
          each.uuid(directory.id());
          each.int64(directory.epoch());
        });
    writeFeatures(out, broker.features());
    out.bool(broker.fenced());
    out.bool(broker.inControlledShutdown());
    out.bool(broker.hangs());
  }

  static BrokerImage readBroker(FactInput in, int layout) {
    return new BrokerImage(
        in.int32(),
        in.int64(),
        in.uuid(),
        in.optionalString(),
        readEndpoints(in),
        in.list(FactInput::uuid),
        layout == 0 ? List.of() : in.list(each -> new FormerDirectory(each.uuid(), each.int64())),
        readFeatures(in),
        in.bool(),
        in.bool(),
        layout > 0 && in.bool());
  }

  static void writeController(FactOutput out, ControllerImage controller) {
    out.int32(controller.id());
    out.uuid(controller.incarnation());
    writeEndpoints(out, controller.endpoints());
    writeFeatures(out, controller.features());
  }

  static ControllerImage readController(FactInput in) {
    return new ControllerImage(in.int32(), in.uuid(), readEndpoints(in), readFeatures(in));
  }

  private static void writeEndpoints(FactOutput out, List<Endpoint> endpoints) {
    out.list(
        endpoints,
        (each, endpoint) -> {
          each.string(endpoint.listener());
          each.string(endpoint.securityProtocol());
          each.string(endpoint.host());
          each.int32(endpoint.port());
        });
  }

  private static List<Endpoint> readEndpoints(FactInput in) {
    return in.list(each -> new Endpoint(each.string(), each.string(), each.string(), each.int32()));
  }

  private static void writeFeatures(FactOutput out, List<FeatureRange> features) {
    out.list(
        features,
        (each, feature) -> {
          each.string(feature.name());
          each.int32(feature.minLevel());
          each.int32(feature.maxLevel());
        });
  }

  private static List<FeatureRange> readFeatures(FactInput in) {
    return in.list(
        each -> new FeatureRange(each.string(), (short) each.int32(), (short) each.int32()));
  }

  static void writeAcl(FactOutput out, AclBinding binding) {
    out.count(binding.pattern().resourceType().code());
    out.string(binding.pattern().name());
    out.count(binding.pattern().patternType().code());
    out.string(binding.entry().principal());
    out.string(binding.entry().host());
    out.count(binding.entry().operation().code());
    out.count(binding.entry().permissionType().code());
  }

  static AclBinding readAcl(FactInput in) {
    ResourcePattern pattern =
        new ResourcePattern(
            ResourceType.fromCode((byte) in.count()),
            in.string(),
            PatternType.fromCode((byte) in.count()));
    return new AclBinding(
        pattern,
        new AccessControlEntry(
            in.string(),
            in.string(),
            AclOperation.fromCode((byte) in.count()),
            AclPermissionType.fromCode((byte) in.count())));
  }

  static void writeQuotaEntity(FactOutput out, ClientQuotaEntity entity) {
    List<Map.Entry<String, String>> parts =
        new ArrayList<>(new TreeMap<>(entity.entries()).entrySet());
    out.list(
        parts,
        (each, part) -> {
          each.string(part.getKey());
          each.optionalString(Optional.ofNullable(part.getValue()));
        });
  }

  static ClientQuotaEntity readQuotaEntity(FactInput in) {
    // A name that is null stands for the default of its kind.
    Map<String, String> parts = new HashMap<>();
    int count = in.count();
    for (int i = 0; i < count; i++) {
      parts.put(in.string(), in.optionalString().orElse(null));
    }
    return new ClientQuotaEntity(parts);
  }

  static void writeScramUser(FactOutput out, ScramUser user) {
    out.string(user.name());
    out.count(user.mechanism().type());
  }

  static ScramUser readScramUser(FactInput in) {
    String name = in.string();
    ScramMechanism mechanism = ScramMechanism.fromType((byte) in.count());
    if (mechanism == ScramMechanism.UNKNOWN) {
      throw new IllegalArgumentException("An unknown SCRAM mechanism");
    }
    return new ScramUser(name, mechanism);
  }

  static void writeScramCredential(FactOutput out, StoredScramCredential credential) {
    out.blob(credential.salt());
    out.blob(credential.storedKey());
    out.blob(credential.serverKey());
    out.int32(credential.iterations());
  }

  static StoredScramCredential readScramCredential(FactInput in) {
    return new StoredScramCredential(in.blob(), in.blob(), in.blob(), in.int32());
  }
}
