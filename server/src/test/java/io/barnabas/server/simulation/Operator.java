package io.barnabas.server.simulation;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.server.simulation.History.InSyncChange;
import io.barnabas.server.simulation.History.Part;
import io.barnabas.server.simulation.History.Trim;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData.BrokerState;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** What people ask of a cluster; whether it is done is chance when things go wrong. */
final class Operator {
  private static final int REPLICAS = 3;

  private final ClusterRun run;
  private final Client client;

  /** Topics that somebody asked to delete. */
  private final Set<Uuid> deleted = new HashSet<>();

  /** A state of a partition that its leader may have known when it proposed something. */
  private record Known(Part part, PartitionImage state, Map<Integer, Long> brokerEpochs) {}

  private final List<Known> known = new ArrayList<>();

  Operator(ClusterRun run, Client client) {
    this.run = run;
    this.client = client;
  }

  Client client() {
    return client;
  }

  /** All that has to do with topics. */
  List<Runnable> all() {
    return List.of(
        this::reassign,
        this::electPreferred,
        this::changeMinInSync,
        this::deleteAndCreate,
        this::deleteRecords);
  }

  // --- topics

  void createTopics() {
    create(WholeClusterRun.MAIN, 2, 2);
    create(WholeClusterRun.SPARSE, 1, 1);
    create(WholeClusterRun.RECREATED, 1, 2);
    run.await("there are topics", this::areAllThere);
  }

  private boolean areAllThere() {
    for (String topic : run.topics()) {
      if (run.nodes().newest().topicByName(topic).isEmpty()) {
        create(topic, topic.equals(WholeClusterRun.MAIN) ? 2 : 1, 2);
        return false;
      }
    }
    return true;
  }

  private void create(String name, int partitions, int minInSync) {
    CreatableTopic topic =
        new CreatableTopic()
            .setName(name)
            .setNumPartitions(partitions)
            .setReplicationFactor((short) REPLICAS);
    topic
        .configs()
        .add(
            new CreatableTopicConfig()
                .setName("min.insync.replicas")
                .setValue(Integer.toString(minInSync)));
    if (run.isUnforced(name)) {
      topic
          .configs()
          .add(
              new CreatableTopicConfig()
                  .setName("flush.messages")
                  .setValue(Long.toString(Long.MAX_VALUE)));
    }
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(Client.TIMEOUT_MS);
    request.topics().add(topic);
    var _ = client.ask(client.anyNode(), ApiKeys.CREATE_TOPICS, 7, request);
  }

  /** In peace: makes the topic that comes and goes, if it is gone. */
  void restoreTopics() {
    if (run.nodes().newest().topicByName(WholeClusterRun.RECREATED).isEmpty()) {
      create(WholeClusterRun.RECREATED, 1, 2);
    }
  }

  boolean wasDeleted(Uuid topic) {
    return deleted.contains(topic);
  }

  void deleteAndCreate() {
    Optional<TopicImage> topic = run.nodes().newest().topicByName(WholeClusterRun.RECREATED);
    if (topic.isEmpty()) {
      create(WholeClusterRun.RECREATED, 1, 2);
      return;
    }
    deleted.add(topic.get().id());
    var _ =
        client.ask(
            client.anyNode(),
            ApiKeys.DELETE_TOPICS,
            6,
            new DeleteTopicsRequestData()
                .setTimeoutMs(Client.TIMEOUT_MS)
                .setTopics(
                    List.of(new DeleteTopicState().setTopicId(topic.get().id()).setName(null))));
    if (client.below(3) > 0) {
      create(WholeClusterRun.RECREATED, 1, 2);
    }
  }

  void changeMinInSync() {
    String topic = client.below(2) == 0 ? WholeClusterRun.MAIN : WholeClusterRun.SPARSE;
    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
    AlterConfigsResource resource =
        new AlterConfigsResource()
            .setResourceType(ConfigResource.Type.TOPIC.id())
            .setResourceName(topic);
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

  // --- who has what

  private record Chosen(TopicImage topic, int number, PartitionImage state) {}

  private Optional<Chosen> anyPartition() {
    ClusterImage image = run.nodes().newest();
    Optional<TopicImage> topic =
        image.topicByName(run.topics().get(client.below(run.topics().size())));
    return topic.map(
        found -> {
          int number = client.below(found.partitions().size());
          return new Chosen(found, number, image.partition(found.id(), number).orElseThrow());
        });
  }

  /** Moves a partition to others, in another order; perhaps to fewer. Or cancels that. */
  void reassign() {
    Optional<Chosen> chosen = anyPartition();
    if (chosen.isEmpty()) {
      return;
    }
    List<Integer> all = new ArrayList<>(run.nodes().ids());
    List<Integer> replicas = new ArrayList<>();
    int count = client.below(4) == 0 ? 2 : REPLICAS;
    while (replicas.size() < count) {
      replicas.add(all.remove(client.below(all.size())));
    }
    boolean cancels = chosen.get().state().isReassigning() && client.below(2) == 0;
    AlterPartitionReassignmentsRequestData request =
        new AlterPartitionReassignmentsRequestData()
            .setTimeoutMs(Client.TIMEOUT_MS)
            .setTopics(
                List.of(
                    new ReassignableTopic()
                        .setName(chosen.get().topic().name())
                        .setPartitions(
                            List.of(
                                new ReassignablePartition()
                                    .setPartitionIndex(chosen.get().number())
                                    .setReplicas(cancels ? null : replicas)))));
    var _ = client.ask(client.anyNode(), ApiKeys.ALTER_PARTITION_REASSIGNMENTS, 0, request);
  }

  void electPreferred() {
    ElectLeadersRequestData request =
        new ElectLeadersRequestData()
            .setElectionType(ElectionType.PREFERRED.value)
            .setTimeoutMs(Client.TIMEOUT_MS);
    request
        .topicPartitions()
        .add(new TopicPartitions().setTopic(WholeClusterRun.MAIN).setPartitions(List.of(0, 1)));
    var _ = client.ask(client.anyNode(), ApiKeys.ELECT_LEADERS, 2, request);
  }

  /** Deletes some of the records that all in sync have, of a topic that there is one of. */
  void deleteRecords() {
    String topic = client.below(2) == 0 ? WholeClusterRun.MAIN : WholeClusterRun.SPARSE;
    Optional<TopicImage> found = run.nodes().newest().topicByName(topic);
    if (found.isEmpty()) {
      return;
    }
    int number = client.below(found.get().partitions().size());
    Part part = new Part(found.get().id(), number);
    long most = run.history().highWatermark(part).orElse(0L);
    int leader =
        Optional.ofNullable(found.get().partitions().get(number))
            .map(PartitionImage::leader)
            .orElse(PartitionImage.NO_LEADER);
    if (most == 0 || leader < 0) {
      return;
    }
    long offset = 1L + client.below((int) most);
    run.history().add(new Trim(part, offset));
    var _ =
        client.ask(
            leader,
            ApiKeys.DELETE_RECORDS,
            2,
            new DeleteRecordsRequestData()
                .setTimeoutMs(Client.TIMEOUT_MS)
                .setTopics(
                    List.of(
                        new DeleteRecordsTopic()
                            .setName(topic)
                            .setPartitions(
                                List.of(
                                    new DeleteRecordsPartition()
                                        .setPartitionIndex(number)
                                        .setOffset(offset))))));
  }

  // --- proposals that come late

  /** Remembers how a partition is, so that what its leader may have sent can arrive later. */
  void remember() {
    ClusterImage image = run.nodes().newest();
    for (String name : run.topics()) {
      image
          .topicByName(name)
          .ifPresent(
              topic ->
                  topic
                      .partitions()
                      .forEach(
                          (number, state) ->
                              known.add(
                                  new Known(
                                      new Part(topic.id(), number), state, epochs(image, state)))));
    }
  }

  private static Map<Integer, Long> epochs(ClusterImage image, PartitionImage state) {
    Map<Integer, Long> epochs = new TreeMap<>();
    for (int replica : state.replicas()) {
      epochs.put(replica, image.broker(replica).map(BrokerImage::epoch).orElse(-1L));
    }
    return epochs;
  }

  /**
   * What leaders may have proposed to states that are no more arrives now, as it may over a
   * connection that was silent for long and that they have given up: that all replicas are in sync.
   */
  void deliverLateProposals() {
    ClusterImage image = run.nodes().newest();
    for (Known each : List.copyOf(known)) {
      Optional<PartitionImage> now = image.partition(each.part().topic(), each.part().number());
      if (each.state().leader() >= 0
          && now.filter(state -> state.leaderEpoch() == each.state().leaderEpoch()).isPresent()
          && now.get().partitionEpoch() > each.state().partitionEpoch()) {
        known.remove(each);
        deliver(each, image.activeController().id());
      }
    }
  }

  private void deliver(Known late, int controller) {
    List<BrokerState> isr = new ArrayList<>();
    for (int replica : late.state().isr()) {
      isr.add(
          new BrokerState()
              .setBrokerId(replica)
              .setBrokerEpoch(late.brokerEpochs().getOrDefault(replica, -1L)));
    }
    int leader = late.state().leader();
    AlterPartitionRequestData request =
        new AlterPartitionRequestData()
            .setBrokerId(leader)
            .setBrokerEpoch(late.brokerEpochs().getOrDefault(leader, -1L))
            .setTopics(
                List.of(
                    new AlterPartitionRequestData.TopicData()
                        .setTopicId(late.part().topic())
                        .setPartitions(
                            List.of(
                                new AlterPartitionRequestData.PartitionData()
                                    .setPartitionIndex(late.part().number())
                                    .setLeaderEpoch(late.state().leaderEpoch())
                                    .setPartitionEpoch(late.state().partitionEpoch())
                                    .setNewIsrWithEpochs(isr)))));
    Optional<ApiMessage> answer = client.ask(controller, ApiKeys.ALTER_PARTITION, 3, request);
    if (answer.isEmpty()) {
      return;
    }
    AlterPartitionResponseData data = (AlterPartitionResponseData) answer.get();
    if (data.errorCode() != Errors.NONE.code()) {
      return;
    }
    AlterPartitionResponseData.PartitionData partition =
        data.topics().getFirst().partitions().getFirst();
    if (partition.errorCode() == Errors.NONE.code()) {
      run.history()
          .add(
              new InSyncChange(
                  late.part(), late.state().partitionEpoch(), partition.partitionEpoch()));
    }
  }
}
