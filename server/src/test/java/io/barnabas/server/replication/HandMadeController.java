package io.barnabas.server.replication;

import io.barnabas.metadata.AlterPartition;
import io.barnabas.metadata.AlterPartition.Change;
import io.barnabas.metadata.AlterPartition.Member;
import io.barnabas.metadata.BrokerHeartbeat;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.Decision;
import io.barnabas.metadata.ElectLeaders;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.FenceBrokers;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.RegisterBroker;
import io.barnabas.replica.IsrProposals.IsrAnswer;
import io.barnabas.replica.IsrProposals.IsrProposal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;

/**
 * Decides as the active controller would, without a quorum: it is never away and forgets nothing.
 * No step of it waits, so that in a simulation each is done at once.
 */
final class HandMadeController {
  static final TopicIdPartition PARTITION = new TopicIdPartition(new Uuid(7, 7), 0, "t");
  static final String LISTENER = "PLAINTEXT";
  static final int PORT = 9092;

  private ClusterImage image = ClusterImage.empty("c");

  /** A cluster without brokers whose one topic is on these. */
  HandMadeController(List<Integer> replicas) {
    PartitionImage partition =
        new PartitionImage(replicas, replicas, PartitionImage.NO_LEADER, 0, 0);
    image =
        image.apply(
            List.of(
                new Fact.TopicCreated(PARTITION.topic(), PARTITION.topicId()),
                new Fact.PartitionAdded(PARTITION.topicId(), PARTITION.partition(), partition),
                new Fact.ConfigChanged(
                    new ConfigResource(ConfigResource.Type.TOPIC, PARTITION.topic()),
                    "min.insync.replicas",
                    Optional.of("2"))));
  }

  ClusterImage image() {
    return image;
  }

  PartitionImage partition() {
    return image.partition(PARTITION.topicId(), PARTITION.partition()).orElseThrow();
  }

  private <A> A decide(Command<A> command) {
    Decision<A> decision = command.decide(image, 0);
    if (!decision.facts().isEmpty()) {
      image = image.apply(decision.facts());
    }
    return decision.answer();
  }

  /** The broker's epoch. */
  long register(int id, Uuid incarnation, String host) {
    List<Fact.Endpoint> endpoints = List.of(new Fact.Endpoint(LISTENER, "PLAINTEXT", host, PORT));
    return decide(
            new RegisterBroker(
                id,
                incarnation,
                Optional.empty(),
                endpoints,
                List.of(),
                List.of(),
                RegisterBroker.Files.CRASHED,
                -1,
                Optional.of(Set.of()),
                false,
                false))
        .epoch();
  }

  /** The newest start of a broker takes part, if this is it. */
  void heartbeat(int id, long epoch, long version) {
    try {
      decide(new BrokerHeartbeat(id, epoch, version, false, false, List.of()));
    } catch (ApiException e) {
      // It has started again since.
    }
  }

  /** A broker is believed to be gone. */
  void fence(int id) {
    image
        .broker(id)
        .ifPresent(
            broker ->
                decide(
                    new FenceBrokers(List.of(new FenceBrokers.Incarnation(id, broker.epoch())))));
  }

  void electPreferred() {
    decide(new ElectLeaders(ElectionType.PREFERRED, Optional.empty()));
  }

  List<IsrAnswer> alter(int broker, long epoch, List<IsrProposal> proposals) {
    List<Change> changes =
        proposals.stream()
            .map(
                each ->
                    new Change(
                        each.id().topicId(),
                        each.id().partition(),
                        each.leaderEpoch(),
                        each.partitionEpoch(),
                        each.isr().stream()
                            .map(member -> new Member(member.broker(), member.brokerEpoch()))
                            .toList(),
                        false))
            .toList();
    try {
      return decide(new AlterPartition(broker, epoch, changes)).stream()
          .map(HandMadeController::answer)
          .toList();
    } catch (ApiException e) {
      return proposals.stream().map(each -> IsrAnswer.refused(Errors.forException(e))).toList();
    }
  }

  private static IsrAnswer answer(AlterPartition.Result result) {
    return result
        .state()
        .map(
            state ->
                new IsrAnswer(
                    result.error(), state.leaderEpoch(), state.isr(), state.partitionEpoch()))
        .orElseGet(() -> IsrAnswer.refused(result.error()));
  }
}
