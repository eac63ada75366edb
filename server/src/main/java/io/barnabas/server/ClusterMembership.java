package io.barnabas.server;

import io.barnabas.log.LogDirectory;
import io.barnabas.server.control.Controller;
import io.barnabas.server.membership.BrokerFiles;
import io.barnabas.server.membership.BrokerLifecycle;
import io.barnabas.server.membership.BrokerLifecycle.Health;
import io.barnabas.server.membership.BrokerSessions;
import io.barnabas.server.membership.ControllerRegistrar;
import io.barnabas.server.membership.Members;
import io.barnabas.server.membership.NodeIdentity;
import io.barnabas.server.membership.PeerRequests;
import io.barnabas.server.peers.PeerLimits;
import io.barnabas.server.peers.Peers;
import io.barnabas.server.settings.ClusterSettings;
import io.barnabas.world.World;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;

/** This node as a member of a cluster of several. */
final class ClusterMembership implements AutoCloseable {
  private final Stopping stopping = new Stopping();
  private final BrokerSessions sessions;
  private final Members members;
  private final DiskWatch disk;
  private final Optional<BrokerLifecycle> broker;

  /**
   * Begins to make the node known to the others.
   *
   * @param amongNodes the world in which it connects to them
   */
  ClusterMembership(
      World world,
      World amongNodes,
      NodeIdentity self,
      ClusterSettings settings,
      Controller controller,
      LogDirectory directory) {
    sessions =
        stopping.add(
            "The watch over brokers",
            new BrokerSessions(
                world,
                self,
                controller,
                settings.sessionTimeoutMs(),
                settings.heartbeatIntervalMs()));
    members = new Members(world, controller, sessions);
    Peers connections =
        stopping.add(
            "The connection to the controller",
            new Peers(amongNodes, "membership", PeerLimits.forControl()));
    PeerRequests peers =
        (to, request, timeoutMs) -> {
          ApiKeys api = ApiKeys.forId(request.apiKey());
          return connections.send(to, api, api.latestVersion(), request, timeoutMs);
        };
    if (settings.isController()) {
      stopping.add(
          "The controller's registration",
          new ControllerRegistrar(world, self, controller, members, peers));
    }
    disk =
        stopping.add(
            "The watch over the disk",
            new DiskWatch(
                world,
                new DiskHealth(
                    world.clock(), self.directories(), directory::failure, directory::busyNanos)));
    broker =
        settings.isBroker()
            ? Optional.of(
                stopping.add(
                    "The broker's registration",
                    new BrokerLifecycle(
                        world,
                        self,
                        settings,
                        new Files(directory),
                        controller,
                        members,
                        peers,
                        disk)))
            : Optional.empty();
    broker.ifPresent(each -> disk.onLook(health -> each.report()));
  }

  private record Files(LogDirectory directory) implements BrokerFiles {
    @Override
    public long leftWithEpoch() {
      return directory.leftWithEpoch();
    }

    @Override
    public long usedWithEpoch() {
      return directory.usedWithEpoch();
    }

    @Override
    public Set<Uuid> begunRegistrations() {
      return directory.begunRegistrations();
    }

    @Override
    public void beginRegistration(Uuid incarnation) throws IOException {
      directory.beginRegistration(incarnation);
    }

    @Override
    public Optional<Set<Uuid>> unforcedTopics() {
      return directory.unforcedTopics();
    }

    @Override
    public void useWithEpoch(long epoch) throws IOException {
      directory.useWithEpoch(epoch);
    }
  }

  /** What other nodes ask this one for while it is the active controller. */
  Members members() {
    return members;
  }

  /** A connection to this node has ended. */
  void connectionGone(long connectionId) {
    sessions.connectionGone(connectionId);
  }

  /**
   * Waits until the cluster has let this broker in, if it is one.
   *
   * @param ended completes when the node cannot go on
   * @throws StartupException if that comes first, or if the cluster will not let it in
   */
  void join(CompletableFuture<Optional<String>> ended) throws StartupException {
    if (broker.isEmpty()) {
      return;
    }
    CompletableFuture<Optional<String>> joined = broker.get().joined();
    CompletableFuture.anyOf(joined, ended).join();
    Optional<String> refusal =
        joined.isDone()
            ? joined.join()
            : Optional.of(ended.join().orElse("The node was closed while it started"));
    if (refusal.isPresent()) {
      throw new StartupException(refusal.get() + ".");
    }
  }

  /** As {@link DiskWatch#onLook}. */
  void onDisk(Consumer<Health> listener) {
    disk.onLook(listener);
  }

  /** Has others lead what this broker leads; the node still serves meanwhile. Safe to repeat. */
  void leave() {
    broker.ifPresent(BrokerLifecycle::close);
  }

  @Override
  public void close() {
    stopping.stopAll();
  }
}
