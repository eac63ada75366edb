package io.barnabas.server.api;

import io.barnabas.coordinator.Coordinator;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.server.net.Call;
import java.util.Optional;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

/**
 * FindCoordinator, versions 0 to 6: which broker coordinates a group. The first question brings the
 * topic of the groups' offsets into being; until it is there the answer is
 * COORDINATOR_NOT_AVAILABLE, which clients repeat.
 *
 * <ul>
 *   <li>1: asks for coordinators of transactions, too; an error message and a throttle time
 *   <li>2: nothing that can be seen
 *   <li>3: compact encoding
 *   <li>4: many keys in one request
 *   <li>5: TRANSACTION_ABORTABLE may be answered
 *   <li>6: asks for coordinators of share groups, too
 * </ul>
 *
 * There are no transactions and share groups yet: whoever asks for their coordinators is told so
 * with UNSUPPORTED_VERSION, which ends a client's search, where Kafka has coordinators of them.
 */
final class FindCoordinatorHandler extends Handler<FindCoordinatorRequestData> {
  private static final int FIRST_WITH_MANY = 4;
  private static final int NOBODY = -1;

  private final ControlContext context;
  private final TopicCreator creator;

  FindCoordinatorHandler(ControlContext context) {
    super(ApiKeys.FIND_COORDINATOR, 0, 6);
    this.context = context;
    creator = new TopicCreator(context);
  }

  /** What is answered for one key. */
  private record Found(Errors error, String message, int node, String host, int port) {
    static Found none(Errors error, String message) {
      return new Found(error, message, NOBODY, "", NOBODY);
    }
  }

  @Override
  public void handle(FindCoordinatorRequestData request, Call call) {
    FindCoordinatorResponseData answer = new FindCoordinatorResponseData();
    if (call.version() < FIRST_WITH_MANY) {
      Found found = find(request.keyType(), request.key(), call);
      answer
          .setErrorCode(found.error().code())
          .setErrorMessage(found.message())
          .setNodeId(found.node())
          .setHost(found.host())
          .setPort(found.port());
    } else {
      for (String key : request.coordinatorKeys()) {
        Found found = find(request.keyType(), key, call);
        answer
            .coordinators()
            .add(
                new FindCoordinatorResponseData.Coordinator()
                    .setKey(key)
                    .setErrorCode(found.error().code())
                    .setErrorMessage(found.message())
                    .setNodeId(found.node())
                    .setHost(found.host())
                    .setPort(found.port()));
      }
    }
    call.answer(answer);
  }

  private Found find(byte keyType, String key, Call call) {
    if (keyType < 0 || keyType > CoordinatorType.SHARE.id()) {
      return Found.none(Errors.INVALID_REQUEST, "There is no coordinator of type " + keyType);
    } else if (keyType != CoordinatorType.GROUP.id()) {
      return Found.none(
          Errors.UNSUPPORTED_VERSION, "Transactions and share groups are not served yet");
    }
    Optional<TopicImage> topic = context.image().topicByName(Topic.GROUP_METADATA_TOPIC_NAME);
    if (topic.isEmpty()) {
      creator.begin(Topic.GROUP_METADATA_TOPIC_NAME);
      return notAvailable();
    }
    int number = Coordinator.partitionOf(key, topic.get().partitions().size());
    PartitionImage partition = topic.get().partitions().get(number);
    PartitionView view = context.view(call.client().listenerName());
    if (partition == null || !view.brokers().containsKey(partition.leader())) {
      return notAvailable();
    }
    Fact.Endpoint where = view.brokers().get(partition.leader()).endpoint();
    return new Found(Errors.NONE, "", partition.leader(), where.host(), where.port());
  }

  private static Found notAvailable() {
    return Found.none(Errors.COORDINATOR_NOT_AVAILABLE, Errors.COORDINATOR_NOT_AVAILABLE.message());
  }
}
