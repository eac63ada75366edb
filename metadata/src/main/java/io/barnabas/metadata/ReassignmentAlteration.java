package io.barnabas.metadata;

import io.barnabas.metadata.AlterPartitionReassignments.Result;
import io.barnabas.metadata.AlterPartitionReassignments.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.protocol.Errors;

/** Decides one {@link AlterPartitionReassignments}. For one use. */
final class ReassignmentAlteration {
  private static final int MAX_CHANGES = TopicCreation.MAX_PARTITIONS_PER_REQUEST;

  private final AlterPartitionReassignments command;
  private final Elections elections;
  private final List<Fact> facts = new ArrayList<>();

  /** Changes with each fact, as a request may name a partition twice. */
  private ClusterImage image;

  ReassignmentAlteration(ClusterImage image, AlterPartitionReassignments command) {
    this.image = image;
    this.command = command;
    this.elections = new Elections(image);
  }

  Decision<List<Result>> decide() {
    return new Decision<>(facts, command.targets().stream().map(this::result).toList());
  }

  private Result result(Target target) {
    try {
      change(target).ifPresent(this::add);
      return new Result(target.partition(), Errors.NONE, Optional.empty());
    } catch (ApiException e) {
      return new Result(
          target.partition(), Errors.forException(e), Optional.ofNullable(Refusal.messageOf(e)));
    }
  }

  private void add(Fact fact) {
    if (facts.size() == MAX_CHANGES) {
      throw new PolicyViolationException(
          "Excessively large number of partitions per request: at most %d at once."
              .formatted(MAX_CHANGES));
    }
    facts.add(fact);
    image = image.apply(List.of(fact));
  }

  private Optional<Fact> change(Target target) {
    TopicPartition name = target.partition();
    TopicImage topic =
        image
            .topicByName(name.topic())
            .orElseThrow(
                () ->
                    new UnknownTopicOrPartitionException(
                        "Unable to find a topic named %s.".formatted(name.topic())));
    PartitionImage partition = topic.partitions().get(name.partition());
    if (partition == null) {
      throw new UnknownTopicOrPartitionException(
          "Unable to find partition %s:%d.".formatted(name.topic(), name.partition()));
    }
    PartitionChange change = new PartitionChange(elections, topic, name.partition());
    return target
        .replicas()
        .map(wanted -> move(change, partition, wanted))
        .orElseGet(() -> cancel(change, partition, name, elections.rules(topic).unclean()))
        .fact();
  }

  private PartitionChange move(
      PartitionChange change, PartitionImage partition, List<Integer> wanted) {
    ManualAssignment.check(image, wanted, -1);
    int replicas = Reassignment.wanted(partition).size();
    if (!command.allowReplicationFactorChange() && wanted.size() != replicas) {
      throw new InvalidReplicationFactorException(
          "The replication factor is changed from %d to %d".formatted(replicas, wanted.size()));
    }
    Reassignment way = Reassignment.of(partition, wanted);
    return change
        .assign(way.replicas(), way.adding(), way.removing())
        .inSync(those(partition.isr(), way.replicas()));
  }

  /** Back to the brokers that it was on. */
  private static PartitionChange cancel(
      PartitionChange change, PartitionImage partition, TopicPartition name, boolean unclean) {
    if (!partition.isReassigning()) {
      throw new NoReassignmentInProgressException(Errors.NO_REASSIGNMENT_IN_PROGRESS.message());
    }
    List<Integer> original = Reassignment.original(partition);
    if (original.isEmpty()) {
      throw new InvalidReplicaAssignmentException(
          "Invalid replica assignment: addingReplicas contains all replicas.");
    }
    List<Integer> inSync = those(partition.isr(), original);
    change.assign(original, List.of(), List.of());
    if (!inSync.isEmpty()) {
      return change.inSync(inSync);
    }
    if (!unclean) {
      throw new InvalidReplicaAssignmentException(
          ("Unable to revert partition assignment for %s:%d because it would require an unclean"
                  + " leader election.")
              .formatted(name.topic(), name.partition()));
    }
    return change.inSync(List.of(original.getFirst())).electing(PartitionChange.Election.UNCLEAN);
  }

  private static List<Integer> those(List<Integer> brokers, List<Integer> among) {
    return brokers.stream().filter(among::contains).toList();
  }
}
