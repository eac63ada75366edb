package io.barnabas.server.api;

import io.barnabas.metadata.Fact;
import io.barnabas.replica.Acks;
import io.barnabas.replica.AppendTicket;
import io.barnabas.server.net.Call;
import io.barnabas.world.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponseCollection;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one Produce request while its partitions are waited for. The handler's thread fills
 * it in; those who acknowledge only leave their outcome, and the one who is last, or the clock,
 * sends it.
 */
final class ProduceAnswer {
  private static final int FIRST_WITH_LEADERS = 10;

  private final Call call;
  private final CurrentLeaders leaders;
  private final @Nullable Acks acks;
  private final ProduceResponseData response;
  private final List<Awaited> awaited = new ArrayList<>(1);
  private final Countdown countdown = new Countdown(this::send);

  ProduceAnswer(Call call, CurrentLeaders leaders, @Nullable Acks acks, int topics) {
    this.call = call;
    this.leaders = leaders;
    this.acks = acks;
    response =
        new ProduceResponseData().setResponses(new TopicProduceResponseCollection(topics + 1));
  }

  Call call() {
    return call;
  }

  /** Begins the part of a topic. */
  TopicProduceResponse topic(TopicProduceData topic) {
    TopicProduceResponse answered =
        new TopicProduceResponse()
            .setName(topic.name())
            .setTopicId(topic.topicId())
            .setPartitionResponses(new ArrayList<>(topic.partitionData().size()));
    response.responses().add(answered);
    return answered;
  }

  /** Begins the part of a partition, which says for now that nothing was appended. */
  PartitionProduceResponse partition(TopicProduceResponse topic, int index) {
    PartitionProduceResponse partition =
        new PartitionProduceResponse().setIndex(index).setBaseOffset(-1);
    topic.partitionResponses().add(partition);
    return partition;
  }

  /** The answer has to wait until an append is acknowledged. */
  void await(PartitionProduceResponse partition, AppendTicket ticket) {
    Awaited wait = new Awaited(partition);
    awaited.add(wait);
    countdown.add();
    ticket.whenAcknowledged(wait);
  }

  /** All is filled in: sends the answer as soon as nothing is waited for. */
  void start(Clock clock, int timeoutMs) {
    countdown.start(clock, timeoutMs);
  }

  private void send() {
    for (int i = 0; i < awaited.size(); i++) {
      awaited.get(i).settle();
    }
    Errors failed = firstError();
    if (acks == Acks.NONE) {
      if (failed == Errors.NONE) {
        call.answerNothing();
      } else {
        // There is no other way to tell a producer that does not listen.
        call.close("A produce request with acks=0 was refused with " + failed);
      }
      return;
    }
    if (failed != Errors.NONE && call.version() >= FIRST_WITH_LEADERS) {
      addLeaders();
    }
    call.answer(response);
  }

  private Errors firstError() {
    for (TopicProduceResponse topic : response.responses()) {
      List<PartitionProduceResponse> partitions = topic.partitionResponses();
      for (int i = 0; i < partitions.size(); i++) {
        if (partitions.get(i).errorCode() != 0) {
          return Errors.forCode(partitions.get(i).errorCode());
        }
      }
    }
    return Errors.NONE;
  }

  private void addLeaders() {
    for (TopicProduceResponse topic : response.responses()) {
      for (PartitionProduceResponse partition : topic.partitionResponses()) {
        if (partition.errorCode() == Errors.NOT_LEADER_OR_FOLLOWER.code()) {
          addLeader(topic.topicId(), topic.name(), partition);
        }
      }
    }
  }

  private void addLeader(Uuid topicId, String topic, PartitionProduceResponse partition) {
    CurrentLeaders.Leader leader =
        leaders.leader(topicId, topic, partition.index(), call.client().listenerName());
    partition.setCurrentLeader(
        new LeaderIdAndEpoch().setLeaderId(leader.id()).setLeaderEpoch(leader.epoch()));
    if (leader.endpoint().isPresent() && response.nodeEndpoints().find(leader.id()) == null) {
      Fact.Endpoint endpoint = leader.endpoint().get();
      response
          .nodeEndpoints()
          .add(
              new NodeEndpoint()
                  .setNodeId(leader.id())
                  .setHost(endpoint.host())
                  .setPort(endpoint.port())
                  .setRack(leader.rack().orElse(null)));
    }
  }

  /** One append that is waited for; told by any thread. */
  private final class Awaited implements Consumer<Errors> {
    private final PartitionProduceResponse partition;
    private volatile Errors outcome = Errors.REQUEST_TIMED_OUT;

    Awaited(PartitionProduceResponse partition) {
      this.partition = partition;
    }

    @Override
    public void accept(Errors error) {
      outcome = error;
      countdown.done();
    }

    void settle() {
      partition.setErrorCode(outcome.code());
    }
  }
}
