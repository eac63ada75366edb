package io.barnabas.server.replication;

import io.barnabas.metadata.AlterPartition;
import io.barnabas.metadata.AlterPartition.Change;
import io.barnabas.metadata.AlterPartition.Member;
import io.barnabas.metadata.AlterPartition.Result;
import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.quorum.Leadership;
import io.barnabas.replica.IsrProposals;
import io.barnabas.server.control.Controller;
import io.barnabas.server.membership.NodeIdentity;
import io.barnabas.server.peers.NotSentException;
import io.barnabas.server.peers.Peers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData.BrokerState;
import org.apache.kafka.common.message.AlterPartitionRequestData.PartitionData;
import org.apache.kafka.common.message.AlterPartitionRequestData.TopicData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Proposes in-sync replicas to the active controller, wherever it is. Thread-safe. */
public final class PeerProposals implements IsrProposals {
  private static final short VERSION = 3;

  /** After so long nobody knows what became of it, and it is proposed again. */
  private static final int TIMEOUT_MS = 5_000;

  private final NodeIdentity self;
  private final Controller controller;
  private final Peers peers;

  /** Proposes nothing yet. */
  public PeerProposals(NodeIdentity self, Controller controller, Peers peers) {
    this.self = self;
    this.controller = controller;
    this.peers = peers;
  }

  @Override
  public CompletableFuture<List<IsrAnswer>> propose(long brokerEpoch, List<IsrProposal> proposals) {
    Leadership leadership = controller.leadership();
    if (leadership.active()) {
      return here(brokerEpoch, proposals);
    }
    Optional<Endpoint> to =
        leadership.leaderId().stream()
            .boxed()
            .findFirst()
            .flatMap(leader -> self.controllerEndpoint(controller.image(), leader));
    return to.isPresent()
        ? peers
            .send(
                to.get(),
                ApiKeys.ALTER_PARTITION,
                VERSION,
                request(brokerEpoch, proposals),
                TIMEOUT_MS)
            .thenApply(reply -> answers((AlterPartitionResponseData) reply, proposals))
            .exceptionallyCompose(failure -> notCarriedOut(failure, proposals))
        : CompletableFuture.completedFuture(refused(Errors.NOT_CONTROLLER, proposals));
  }

  private static List<IsrAnswer> refused(Errors error, List<IsrProposal> proposals) {
    return proposals.stream().map(each -> IsrAnswer.refused(error)).toList();
  }

  private CompletableFuture<List<IsrAnswer>> here(long brokerEpoch, List<IsrProposal> proposals) {
    List<Change> changes = new ArrayList<>(proposals.size());
    for (IsrProposal each : proposals) {
      changes.add(
          new Change(
              each.id().topicId(),
              each.id().partition(),
              each.leaderEpoch(),
              each.partitionEpoch(),
              each.isr().stream().map(m -> new Member(m.broker(), m.brokerEpoch())).toList(),
              false));
    }
    return controller
        .submit(new AlterPartition(self.id(), brokerEpoch, changes))
        .thenApply(results -> results.stream().map(PeerProposals::answer).toList())
        .exceptionallyCompose(failure -> notCarriedOut(failure, proposals));
  }

  /** Refusals if that is what the failure tells; else the failure, as the outcome is not known. */
  private static CompletableFuture<List<IsrAnswer>> notCarriedOut(
      Throwable failure, List<IsrProposal> proposals) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case NotSentException _ ->
          CompletableFuture.completedFuture(refused(Errors.NOT_CONTROLLER, proposals));
      case ApiException _ ->
          CompletableFuture.completedFuture(refused(Errors.forException(cause), proposals));
      default -> CompletableFuture.failedFuture(cause);
    };
  }

  private static IsrAnswer answer(Result result) {
    return result
        .state()
        .map(
            state ->
                new IsrAnswer(
                    result.error(), state.leaderEpoch(), state.isr(), state.partitionEpoch()))
        .orElseGet(() -> IsrAnswer.refused(result.error()));
  }

  private AlterPartitionRequestData request(long brokerEpoch, List<IsrProposal> proposals) {
    Map<Uuid, TopicData> topics = new LinkedHashMap<>();
    for (IsrProposal each : proposals) {
      topics
          .computeIfAbsent(each.id().topicId(), id -> new TopicData().setTopicId(id))
          .partitions()
          .add(
              new PartitionData()
                  .setPartitionIndex(each.id().partition())
                  .setLeaderEpoch(each.leaderEpoch())
                  .setPartitionEpoch(each.partitionEpoch())
                  .setNewIsrWithEpochs(
                      each.isr().stream()
                          .map(
                              m ->
                                  new BrokerState()
                                      .setBrokerId(m.broker())
                                      .setBrokerEpoch(m.brokerEpoch()))
                          .toList()));
    }
    return new AlterPartitionRequestData()
        .setBrokerId(self.id())
        .setBrokerEpoch(brokerEpoch)
        .setTopics(List.copyOf(topics.values()));
  }

  private record Key(Uuid topicId, int partition) {}

  private static List<IsrAnswer> answers(
      AlterPartitionResponseData reply, List<IsrProposal> proposals) {
    if (reply.errorCode() != 0) {
      return refused(Errors.forCode(reply.errorCode()), proposals);
    }
    Map<Key, IsrAnswer> byPartition = new HashMap<>();
    reply
        .topics()
        .forEach(
            topic ->
                topic
                    .partitions()
                    .forEach(
                        each ->
                            byPartition.put(
                                new Key(topic.topicId(), each.partitionIndex()),
                                new IsrAnswer(
                                    Errors.forCode(each.errorCode()),
                                    each.leaderEpoch(),
                                    each.isr(),
                                    each.partitionEpoch()))));
    return proposals.stream()
        .map(
            each ->
                byPartition.getOrDefault(
                    new Key(each.id().topicId(), each.id().partition()),
                    IsrAnswer.refused(Errors.UNKNOWN_SERVER_ERROR)))
        .toList();
  }
}
