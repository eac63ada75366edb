package io.barnabas.server.simulation;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** What people do to a cluster with groups, and how they look at these. */
final class GroupOperator implements AutoCloseable {
  private static final int MOST_PARTITIONS = 5;

  private final GroupsRun run;
  private final Client client;
  private final Operator common;

  GroupOperator(GroupsRun run) {
    this.run = run;
    client = new Client(run, "operator");
    common = new Operator(run, client);
  }

  /** What is done to any cluster. */
  Operator common() {
    return common;
  }

  /** What may happen while things go wrong. */
  List<Runnable> all() {
    return List.of(
        common::reassign,
        common::reassign,
        this::electPreferred,
        this::changeMinInSync,
        this::addPartition,
        this::pauseMember,
        this::lookAtAny,
        this::crashCoordinator,
        this::crashCoordinator);
  }

  // --- topics

  void createTopics() {
    run.await("there are topics", this::areAllThere);
  }

  private boolean areAllThere() {
    for (String topic : run.subscribed()) {
      if (run.nodes().newest().topicByName(topic).isEmpty()) {
        CreateTopicsRequestData request =
            new CreateTopicsRequestData().setTimeoutMs(Client.TIMEOUT_MS);
        request
            .topics()
            .add(
                new CreatableTopic()
                    .setName(topic)
                    .setNumPartitions(2)
                    .setReplicationFactor((short) 1));
        var _ = client.ask(client.anyNode(), ApiKeys.CREATE_TOPICS, 7, request);
        return false;
      }
    }
    if (run.nodes().newest().topicByName(Topic.GROUP_METADATA_TOPIC_NAME).isEmpty()) {
      FindCoordinatorRequestData request =
          new FindCoordinatorRequestData().setCoordinatorKeys(List.of("g0"));
      var _ = client.ask(client.anyNode(), ApiKeys.FIND_COORDINATOR, 4, request);
      return false;
    }
    return true;
  }

  private void addPartition() {
    String topic = run.subscribed().get(client.below(run.subscribed().size()));
    int now =
        run.nodes().newest().topicByName(topic).map(each -> each.partitions().size()).orElse(0);
    if (now == 0 || now >= MOST_PARTITIONS) {
      return;
    }
    CreatePartitionsRequestData request =
        new CreatePartitionsRequestData().setTimeoutMs(Client.TIMEOUT_MS);
    request.topics().add(new CreatePartitionsTopic().setName(topic).setCount(now + 1));
    var _ = client.ask(client.anyNode(), ApiKeys.CREATE_PARTITIONS, 3, request);
  }

  private void changeMinInSync() {
    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
    AlterConfigsResource resource =
        new AlterConfigsResource()
            .setResourceType(ConfigResource.Type.TOPIC.id())
            .setResourceName(Topic.GROUP_METADATA_TOPIC_NAME);
    resource
        .configs()
        .add(
            new AlterableConfig()
                .setName("min.insync.replicas")
                .setConfigOperation(AlterConfigOp.OpType.SET.id())
                .setValue(Integer.toString(1 + client.below(2))));
    request.resources().add(resource);
    var _ = client.ask(client.anyNode(), ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, request);
  }

  private void electPreferred() {
    ElectLeadersRequestData request =
        new ElectLeadersRequestData()
            .setElectionType(ElectionType.PREFERRED.value)
            .setTimeoutMs(Client.TIMEOUT_MS);
    request
        .topicPartitions()
        .add(
            new TopicPartitions()
                .setTopic(Topic.GROUP_METADATA_TOPIC_NAME)
                .setPartitions(List.of(0, 1)));
    var _ = client.ask(client.anyNode(), ApiKeys.ELECT_LEADERS, 2, request);
  }

  // --- groups

  private String anyGroup() {
    return run.members().get(client.below(run.members().size())).group();
  }

  private void pauseMember() {
    run.members().get(client.below(run.members().size())).pause(client.below(2_500));
  }

  private void crashCoordinator() {
    int leader = run.leader(anyGroup());
    if (leader >= 0) {
      run.nodes().crash(leader, Faults.anyMode(run));
    }
  }

  private void lookAtAny() {
    var _ =
        GroupLooks.look(run, client, client.anyNode(), anyGroup(), List.copyOf(run.partitions()));
  }

  /** Looks at what is committed; whether it was told. */
  boolean look(String group) {
    int leader = run.leader(group);
    return leader >= 0 && GroupLooks.look(run, client, leader, group, run.partitions()).isPresent();
  }

  /** Whether the group's coordinator says that it is stable. */
  boolean isStable(String group) {
    int leader = run.leader(group);
    if (leader < 0) {
      return false;
    }
    Optional<ApiMessage> answer =
        client.ask(leader, ApiKeys.LIST_GROUPS, 5, new ListGroupsRequestData());
    return answer.isPresent()
        && ((ListGroupsResponseData) answer.get())
            .groups().stream()
                .anyMatch(
                    each -> each.groupId().equals(group) && each.groupState().equals("Stable"));
  }

  @Override
  public void close() {
    client.close();
  }
}
