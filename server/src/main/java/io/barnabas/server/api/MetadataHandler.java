package io.barnabas.server.api;

import io.barnabas.metadata.TopicImage;
import io.barnabas.server.net.Call;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopicCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataRequest;

/**
 * Brokers, topics and who leads their partitions.
 *
 * <p>Versions 0 to 13. In version 0 no topics means all, from 1 on null means all; 1 has racks, the
 * controller and internal topics; 2 the cluster's id; 3 a throttle time; 4 lets the client forbid
 * that a topic is created by this; 5 has offline replicas; 6 changed nothing in the answer; 7 has
 * leader epochs; 8 has authorized operations, of which those of the cluster ended with 10; 9 has
 * tagged fields; 10 has topic ids; 11 see 8; 12 can ask by topic id; 13 has an error for the whole.
 */
final class MetadataHandler extends Handler<MetadataRequestData> {
  private final ControlContext context;
  private final TopicCreator creator;

  /** Answers from the controller's image. */
  MetadataHandler(ControlContext context) {
    super(ApiKeys.METADATA, 0, 13);
    this.context = context;
    creator = new TopicCreator(context);
  }

  @Override
  public void handle(MetadataRequestData request, Call call) {
    if (asksByIdTooEarly(request, call.version())) {
      call.answer(
          new MetadataRequest(request, call.version())
              .getErrorResponse(0, Errors.INVALID_REQUEST.exception())
              .data());
      return;
    }
    PartitionView view = context.view(call.client().listenerName());
    MetadataResponseData answer =
        new MetadataResponseData()
            .setClusterId(view.image().clusterId())
            .setControllerId(view.controllerId(context.nodeId()))
            .setClusterAuthorizedOperations(
                request.includeClusterAuthorizedOperations()
                    ? Operations.ON_CLUSTER
                    : Operations.NOT_ASKED);
    view.brokers()
        .forEach(
            (id, broker) ->
                answer
                    .brokers()
                    .add(
                        new MetadataResponseBroker()
                            .setNodeId(id)
                            .setHost(broker.endpoint().host())
                            .setPort(broker.endpoint().port())
                            .setRack(broker.rack().orElse(null))));
    addTopics(answer.topics(), request, view, call.version());
    call.answer(answer);
  }

  private static boolean asksByIdTooEarly(MetadataRequestData request, short version) {
    return version < 12
        && request.topics() != null
        && request.topics().stream()
            .anyMatch(topic -> topic.name() == null || !topic.topicId().equals(Uuid.ZERO_UUID));
  }

  private void addTopics(
      MetadataResponseTopicCollection answer,
      MetadataRequestData request,
      PartitionView view,
      short version) {
    List<MetadataRequestTopic> asked = request.topics();
    boolean operations = request.includeTopicAuthorizedOperations();
    if (asked == null || (version == 0 && asked.isEmpty())) {
      view.image()
          .topics()
          .values()
          .forEach(topic -> answer.mustAdd(found(topic, view, operations)));
      return;
    }
    boolean creates =
        request.allowAutoTopicCreation() && context.atStart().createsTopicsWhenAsked();
    for (Object key : keys(asked)) {
      answer.mustAdd(
          key instanceof Uuid id
              ? byId(id, view, operations)
              : byName((String) key, view, operations, creates));
    }
  }

  /** What is asked for, each once: an id where there is one, else a name. */
  private static Set<Object> keys(List<MetadataRequestTopic> asked) {
    Set<Object> keys = new LinkedHashSet<>();
    for (MetadataRequestTopic topic : asked) {
      boolean hasId = !topic.topicId().equals(Uuid.ZERO_UUID);
      keys.add(hasId || topic.name() == null ? topic.topicId() : topic.name());
    }
    return keys;
  }

  private MetadataResponseTopic byId(Uuid id, PartitionView view, boolean operations) {
    return view.image()
        .topicById(id)
        .map(topic -> found(topic, view, operations))
        .orElseGet(
            () ->
                new MetadataResponseTopic()
                    .setTopicId(id)
                    .setName(null)
                    .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code()));
  }

  private MetadataResponseTopic byName(
      String name, PartitionView view, boolean operations, boolean creates) {
    Optional<TopicImage> topic = view.image().topicByName(name);
    if (topic.isPresent()) {
      return found(topic.get(), view, operations);
    }
    boolean valid = Topic.isValid(name);
    if (valid && creates) {
      creator.begin(name);
    }
    return new MetadataResponseTopic()
        .setName(name)
        .setIsInternal(Topic.isInternal(name))
        .setTopicAuthorizedOperations(operations ? Operations.ON_TOPIC : Operations.NOT_ASKED)
        .setErrorCode(
            (valid ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION).code());
  }

  private static MetadataResponseTopic found(
      TopicImage topic, PartitionView view, boolean operations) {
    MetadataResponseTopic answer =
        new MetadataResponseTopic()
            .setName(topic.name())
            .setTopicId(topic.id())
            .setIsInternal(Topic.isInternal(topic.name()))
            .setTopicAuthorizedOperations(operations ? Operations.ON_TOPIC : Operations.NOT_ASKED);
    for (PartitionView.Shown partition : view.partitions(topic)) {
      answer
          .partitions()
          .add(
              new MetadataResponseData.MetadataResponsePartition()
                  .setPartitionIndex(partition.index())
                  .setErrorCode(partition.error().code())
                  .setLeaderId(partition.leader())
                  .setLeaderEpoch(partition.state().leaderEpoch())
                  .setReplicaNodes(partition.state().replicas())
                  .setIsrNodes(partition.state().isr())
                  .setOfflineReplicas(partition.offline()));
    }
    return answer;
  }
}
