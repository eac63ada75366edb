package io.barnabas.server.simulation;

import io.barnabas.server.simulation.GroupHistory.Asked;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;

/**
 * A member of a group that speaks the classic protocol, with an eager assignor: it gives all up
 * before it joins again.
 */
final class ClassicGroupMember extends GroupMember {
  private static final String PROTOCOL = "shares";
  private static final String TYPE = "consumer";
  private static final int NOT_IN = -1;

  /** A coordinator waits for the others that long, and for its disk and its followers. */
  private static final int JOIN_TIMEOUT_MS = 4 * REBALANCE_MS;

  private String id = "";
  private int generation = NOT_IN;

  /** As a leader: for how many partitions; else none. */
  private int assigned;

  ClassicGroupMember(GroupsRun run, String name, String group, boolean isStatic) {
    super(run, name, group, isStatic);
  }

  @Override
  void begin() {
    id = "";
    rejoin();
  }

  private void rejoin() {
    loseAll();
    generation = NOT_IN;
    assigned = 0;
    hurry();
  }

  @Override
  String memberId() {
    return id;
  }

  @Override
  int epoch() {
    return generation;
  }

  @Override
  boolean isIn() {
    return generation != NOT_IN;
  }

  @Override
  void beat(int node) {
    if (!isIn()) {
      join(node);
    } else if (assigned > 0 && assigned < cluster().partitions().size()) {
      // There is more to be shared out.
      rejoin();
    } else {
      heartbeat(node);
    }
  }

  /** Whether an answer is no refusal; else what follows from it is done. */
  private boolean isGood(Errors error, ApiKeys api) {
    switch (error) {
      case NONE -> {
        return true;
      }
      case UNKNOWN_MEMBER_ID -> {
        id = "";
        rejoin();
      }
      case REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION -> rejoin();
      case FENCED_INSTANCE_ID -> end();
      default -> {
        if (!isLost(error)) {
          impossible(api, error);
        }
      }
    }
    return false;
  }

  // --- joining

  private void join(int node) {
    ByteBuffer subscription =
        ConsumerProtocol.serializeSubscription(new Subscription(cluster().subscribed()));
    JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
    protocols.add(
        new JoinGroupRequestProtocol().setName(PROTOCOL).setMetadata(Utils.toArray(subscription)));
    JoinGroupRequestData request =
        new JoinGroupRequestData()
            .setGroupId(group())
            .setSessionTimeoutMs(SESSION_MS)
            .setRebalanceTimeoutMs(REBALANCE_MS)
            .setMemberId(id)
            .setGroupInstanceId(instance())
            .setProtocolType(TYPE)
            .setProtocols(protocols);
    Optional<ApiMessage> answer =
        client().ask(node, ApiKeys.JOIN_GROUP, 9, request, JOIN_TIMEOUT_MS);
    if (answer.isEmpty()) {
      forgetCoordinator();
      hurry();
      return;
    }
    JoinGroupResponseData data = (JoinGroupResponseData) answer.get();
    Errors error = Errors.forCode(data.errorCode());
    if (error == Errors.MEMBER_ID_REQUIRED) {
      id = data.memberId();
      hurry();
    } else if (isGood(error, ApiKeys.JOIN_GROUP)) {
      id = data.memberId();
      sync(node, data);
    }
  }

  private void sync(int node, JoinGroupResponseData joined) {
    boolean leads = joined.leader().equals(id) && !joined.skipAssignment();
    List<TopicPartition> partitions = leads ? cluster().partitions() : List.of();
    SyncGroupRequestData request =
        new SyncGroupRequestData()
            .setGroupId(group())
            .setGenerationId(joined.generationId())
            .setMemberId(id)
            .setGroupInstanceId(instance())
            .setProtocolType(joined.protocolType())
            .setProtocolName(joined.protocolName())
            .setAssignments(leads ? shares(joined.members(), partitions) : List.of());
    Asked asked = cluster().asking(node, group());
    Optional<ApiMessage> answer =
        client().ask(node, ApiKeys.SYNC_GROUP, 5, request, JOIN_TIMEOUT_MS);
    if (answer.isEmpty()) {
      forgetCoordinator();
      hurry();
      return;
    }
    SyncGroupResponseData data = (SyncGroupResponseData) answer.get();
    if (isGood(Errors.forCode(data.errorCode()), ApiKeys.SYNC_GROUP)) {
      generation = joined.generationId();
      assigned = partitions.size();
      hasGivenUp();
      has(partitions(data), asked);
    }
  }

  private static List<SyncGroupRequestAssignment> shares(
      List<JoinGroupResponseMember> members, List<TopicPartition> partitions) {
    List<SyncGroupRequestAssignment> shares = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      List<TopicPartition> share = new ArrayList<>();
      for (int j = i; j < partitions.size(); j += members.size()) {
        share.add(partitions.get(j));
      }
      shares.add(
          new SyncGroupRequestAssignment()
              .setMemberId(members.get(i).memberId())
              .setAssignment(
                  Utils.toArray(ConsumerProtocol.serializeAssignment(new Assignment(share)))));
    }
    return shares;
  }

  private static Set<TopicPartition> partitions(SyncGroupResponseData answer) {
    return answer.assignment().length == 0
        ? Set.of()
        : new HashSet<>(
            ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(answer.assignment()))
                .partitions());
  }

  // --- being there

  private void heartbeat(int node) {
    HeartbeatRequestData request =
        new HeartbeatRequestData()
            .setGroupId(group())
            .setGenerationId(generation)
            .setMemberId(id)
            .setGroupInstanceId(instance());
    Asked asked = cluster().asking(node, group());
    Optional<ApiMessage> answer = client().ask(node, ApiKeys.HEARTBEAT, 4, request);
    if (answer.isEmpty()) {
      forgetCoordinator();
    } else if (isGood(
        Errors.forCode(((HeartbeatResponseData) answer.get()).errorCode()), ApiKeys.HEARTBEAT)) {
      hasGivenUp();
      confirmed(asked);
    }
  }

  @Override
  void leave(int node) {
    LeaveGroupRequestData request =
        new LeaveGroupRequestData()
            .setGroupId(group())
            .setMembers(
                List.of(new MemberIdentity().setMemberId(id).setGroupInstanceId(instance())));
    var _ = client().ask(node, ApiKeys.LEAVE_GROUP, 5, request);
  }
}
