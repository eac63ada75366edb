package io.barnabas.metadata;

import io.barnabas.metadata.Fact.BrokerImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.StaleBrokerEpochException;

/**
 * A broker says how it is and what it wants: to take part, to be left out, or to stop.
 *
 * @param appliedVersion the version of the newest image that it has
 * @param wantFence whether it wants to lead nothing for now; unless a directory has failed as well,
 *     it goes on leading what no other can, and then it is not fenced
 * @param wantShutDown whether it wants to stop once it leads nothing
 * @param offlineDirectories those of its log directories that have failed
 */
public record BrokerHeartbeat(
    int id,
    long epoch,
    long appliedVersion,
    boolean wantFence,
    boolean wantShutDown,
    List<Uuid> offlineDirectories)
    implements Command<BrokerHeartbeat.Heard> {
  /** Copies the list. */
  public BrokerHeartbeat {
    offlineDirectories = List.copyOf(offlineDirectories);
  }

  @Override
  public boolean isMembers() {
    return true;
  }

  /**
   * Changes nothing, as a rule.
   *
   * @throws BrokerIdNotRegisteredException if there is no such broker
   * @throws StaleBrokerEpochException if it has been registered again since
   */
  @Override
  public Decision<Heard> decide(ClusterImage image, long nowMs) {
    BrokerImage broker = sender(image);
    boolean caughtUp = appliedVersion >= Math.min(epoch, image.version());
    State next = next(image, broker, caughtUp);
    List<Fact> facts = new ArrayList<>();
    BrokerImage online = withoutOffline(broker);
    if (!online.equals(broker)) {
      facts.add(new Fact.BrokerRegistered(online));
    }
    Fact.BrokerChanged part =
        new Fact.BrokerChanged(id, epoch, next.fenced(), next.inControlledShutdown(), next.hangs());
    if (!online.as(part).equals(online)) {
      facts.add(part);
    }
    if (!facts.isEmpty()) {
      facts.addAll(new Elections(image.apply(facts)).after(id));
    }
    return new Decision<>(facts, new Heard(caughtUp, next.fenced(), next.shouldShutDown()));
  }

  private BrokerImage sender(ClusterImage image) {
    BrokerImage broker = image.brokers().get(id);
    if (broker == null) {
      throw new BrokerIdNotRegisteredException("Broker %d is not registered".formatted(id));
    }
    if (broker.epoch() != epoch) {
      throw new StaleBrokerEpochException(
          "Expected broker epoch %d, but got broker epoch %d".formatted(broker.epoch(), epoch));
    }
    return broker;
  }

  private record State(
      boolean fenced, boolean inControlledShutdown, boolean hangs, boolean shouldShutDown) {}

  private State next(ClusterImage image, BrokerImage broker, boolean caughtUp) {
    boolean cannotServe = cannotServe(image, broker);
    if (broker.fenced()) {
      boolean joins = !wantShutDown && !cannotServe && caughtUp;
      return new State(
          !joins, !joins && broker.inControlledShutdown(), joins && wantFence, wantShutDown);
    }
    if (cannotServe) {
      return new State(true, wantShutDown, false, wantShutDown);
    }
    if (wantShutDown) {
      boolean leads = broker.isActive() && Elections.leadsAny(image, id);
      return new State(!leads, true, false, !leads);
    }
    return new State(false, false, wantFence, false);
  }

  private boolean cannotServe(ClusterImage image, BrokerImage broker) {
    if (hasNoDirectoryLeft(broker)) {
      return true;
    }
    return wantFence && (!offlineDirectories.isEmpty() || !new Elections(image).isNeeded(broker));
  }

  private boolean hasNoDirectoryLeft(BrokerImage broker) {
    return !broker.directories().isEmpty() && offlineDirectories.containsAll(broker.directories());
  }

  /** A broker without any keeps the list: none at all would mean that they are not known. */
  private BrokerImage withoutOffline(BrokerImage broker) {
    if (hasNoDirectoryLeft(broker)
        || offlineDirectories.stream().noneMatch(broker.directories()::contains)) {
      return broker;
    }
    return broker.in(
        broker.directories().stream().filter(each -> !offlineDirectories.contains(each)).toList());
  }

  /**
   * How the broker stands with the cluster.
   *
   * @param caughtUp whether it knows of its own registration
   * @param fenced whether it leads nothing and clients are not told of it
   * @param shouldShutDown whether it leads nothing any longer, so that it can stop
   */
  public record Heard(boolean caughtUp, boolean fenced, boolean shouldShutDown) {}
}
