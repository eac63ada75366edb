package io.barnabas.server;

import io.barnabas.coordinator.Coordinator;
import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.coordinator.group.GroupsState;
import io.barnabas.log.DirectoryInUseException;
import io.barnabas.log.LogDirectory;
import io.barnabas.metadata.ClusterDefaults;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.Features;
import io.barnabas.metadata.RegisterBroker;
import io.barnabas.quorum.Quorum;
import io.barnabas.replica.ReplicaLinks;
import io.barnabas.replica.Replicas;
import io.barnabas.server.api.ControlContext;
import io.barnabas.server.api.GroupCoordination;
import io.barnabas.server.api.Handlers;
import io.barnabas.server.api.StuckAppends;
import io.barnabas.server.control.Controller;
import io.barnabas.server.control.DirectoryIdentity;
import io.barnabas.server.control.NewIds;
import io.barnabas.server.control.PreferredLeaders;
import io.barnabas.server.forwarding.Forwarder;
import io.barnabas.server.membership.BrokerLifecycle.Health;
import io.barnabas.server.membership.NodeIdentity;
import io.barnabas.server.net.BoundListeners;
import io.barnabas.server.net.ClientServer;
import io.barnabas.server.net.ConnectionLimits;
import io.barnabas.server.peers.PeerLimits;
import io.barnabas.server.peers.Peers;
import io.barnabas.server.replication.PeerLinks;
import io.barnabas.server.settings.LiveSettings;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.server.settings.SettingsException;
import io.barnabas.world.World;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node. It answers clients as soon as {@link #start} returns, and serves each partition
 * as soon as that one has been recovered. Thread-safe.
 */
public final class Node implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  private static final long MILLISECOND_NANOS = 1_000_000;

  private final NodeSettings settings;
  private final Stopping stopping;
  private final CompletableFuture<Optional<String>> ended = new CompletableFuture<>();
  private final ReentrantLock closing = new ReentrantLock();
  private final String clusterId;
  private final Controller controller;
  private final Replicas replicas;
  private final Coordinator<GroupsState, GroupCommand> groups;
  private final BoundListeners listeners;
  private final Optional<ClusterMembership> membership;
  private final CompletableFuture<Void> ready;

  /** Under the lock for closing. */
  private boolean handedOver;

  private Node(World world, NodeSettings settings, Stopping stopping, QuorumFactory quorums)
      throws IOException, SettingsException, StartupException {
    this.settings = settings;
    this.stopping = stopping;
    LiveSettings live = new LiveSettings(settings);
    Path path = settings.logDir();
    // Before the directory, as a node that cannot have them must leave no trace in a new one.
    Networks networks = Networks.of(world, settings);
    World amongNodes = networks.amongNodes();
    listeners = stopping.add("The listeners", Listening.bind(world, settings, networks));
    LogDirectory directory =
        stopping.add(
            "The data directory", LogDirectory.open(world, path, settings.logDirectoryOptions()));
    // At once, as the start itself waits for what a failed disk never brings about.
    directory.onFailure(
        cause ->
            fail("The data directory %s has failed: %s".formatted(path, DiskErrors.reason(cause))));
    DirectoryIdentity identity =
        settings.cluster().hasQuorum()
            ? DirectoryIdentity.establishMember(world, path, nodeId(), settings.clusterId())
            : DirectoryIdentity.establish(world, path, nodeId(), settings.clusterId());
    QuorumFactory.Opened opened = openQuorum(world, identity, quorums);
    clusterId = opened.clusterId();
    MissingVoters missing =
        stopping.add("The search for voters", new MissingVoters(world, settings));
    controller = stopping.add("The controller", startController(world, opened.quorum()));
    CatchUp.await(world, opened.quorum(), controller, ended);
    NodeIdentity self = self(world, identity);
    replicas =
        stopping.add(
            "The replicas",
            new Replicas(
                world, directory, nodeId(), live::topicDefaults, links(amongNodes, self, live)));
    Reconciler reconciler = new Reconciler(replicas);
    controller.onImage(reconciler::accept);
    groups =
        stopping.add("The coordinator of groups", GroupCoordination.of(world, settings, replicas));
    controller.onImage(groups::accept);
    controller.onImage(new DeletedTopics(groups)::accept);
    controller.onImage(new UnforcedByDefault(live::topicDefaults)::accept);
    controller.onImage(new UnenforcedSecurity()::accept);
    ControlContext context =
        new ControlContext(
            world,
            live,
            controller,
            replicas,
            directory,
            reconciler::carriedOut,
            forwarder(amongNodes));
    membership = takePart(world, amongNodes, self, directory);
    // Only with its registration does it lead what it led before.
    ready = reconciler.carriedOut();
    restorePreferredLeaders(world);
    // Not before, as clients would be told of no broker or of the addresses of the last start.
    ClientServer server = stopping.add("The server", serve(world, context));
    membership.ifPresent(each -> each.onDisk(health -> standAside(health, server)));
    missing.close();
    logProgress(world, directory);
  }

  private QuorumFactory.Opened openQuorum(
      World world, DirectoryIdentity identity, QuorumFactory quorums)
      throws IOException, SettingsException, StartupException {
    QuorumFactory.Opened opened;
    try {
      opened = quorums.open(world, settings, identity);
    } catch (IOException e) {
      throw ofQuorum(e);
    }
    boolean belongs = false;
    try {
      identity.in(world.disk(), settings.logDir(), opened.clusterId());
      belongs = true;
      return opened;
    } finally {
      if (!belongs) {
        opened.quorum().close();
      }
    }
  }

  /** What this node decides first as the active controller of several. */
  private List<Fact> firstDecisions(ClusterImage image) {
    return settings.cluster().hasQuorum()
        ? ClusterDefaults.atActivation(
            image, settings.minInsyncReplicas(), settings.uncleanElections())
        : List.of();
  }

  private Controller startController(World world, Quorum quorum)
      throws IOException, StartupException {
    try {
      return Controller.start(
          world,
          quorum,
          clusterId,
          this::firstDecisions,
          cause -> fail("The cluster's metadata log has failed: " + cause.getMessage()));
    } catch (IOException e) {
      throw ofQuorum(e);
    }
  }

  /** What the quorum says is a sentence for the operator; what its disk says is not. */
  private StartupException ofQuorum(IOException failure) throws IOException {
    if (!settings.cluster().hasQuorum() || failure instanceof FileSystemException) {
      throw failure;
    }
    return new StartupException(StartupException.sentence(failure), failure);
  }

  private ReplicaLinks links(World world, NodeIdentity self, LiveSettings live) {
    return stopping
        .add(
            "The links to other replicas",
            new PeerLinks(world, self, controller, settings.replication(), live.throttles()))
        .links();
  }

  /** None on a node that is alone, which always decides itself. */
  private Optional<Forwarder> forwarder(World world) {
    if (!settings.cluster().hasQuorum()) {
      return Optional.empty();
    }
    return Optional.of(
        new Forwarder(
            world,
            controller,
            new Forwarder.Connections(
                forwards(world, "barnabas-forward-"), forwards(world, "barnabas-forward-slow-")),
            nodeId(),
            settings.cluster().interBrokerListener()));
  }

  private Peers forwards(World world, String purpose) {
    return stopping.add(
        "Forwarding", new Peers(world, purpose + nodeId(), PeerLimits.forClients()));
  }

  private void restorePreferredLeaders(World world) {
    if (settings.cluster().hasQuorum()) {
      settings
          .preferredLeadersInterval()
          .ifPresent(
              interval ->
                  stopping.add(
                      "The restoring of preferred leaders",
                      PreferredLeaders.start(world, controller, interval)));
    }
  }

  private void logProgress(World world, LogDirectory directory) {
    LOG.info(
        "The data directory is {}; {}",
        directory.path().toAbsolutePath().normalize(),
        directory.wasCleanlyClosed()
            ? "its last node stopped in good order"
            : "it is new, or its last node did not stop in good order: partitions are recovered");
    long began = world.clock().nanoTime();
    CompletableFuture<Void> _ =
        ready.thenRun(
            () ->
                LOG.info(
                    "{} partitions are served and {} are offline, {} ms after the node took its"
                        + " ports",
                    replicas.all().size(),
                    replicas.offline().size(),
                    (world.clock().nanoTime() - began) / MILLISECOND_NANOS));
  }

  /**
   * Starts a node: takes its data directory, learns what the cluster has agreed on, opens its ports
   * and begins to recover its partitions. For a platform thread, as it forces files.
   *
   * @throws StartupException if it cannot; nothing of it runs then
   */
  public static Node start(World world, NodeSettings settings) throws StartupException {
    return start(world, settings, new Quorums());
  }

  /** The same with other quorums than those that ship. */
  public static Node start(World world, NodeSettings settings, QuorumFactory quorums)
      throws StartupException {
    Stopping stopping = new Stopping();
    try {
      return new Node(world, settings, stopping, quorums);
    } catch (DirectoryInUseException e) {
      stopping.stopAll();
      throw new StartupException(
          "The data directory %s is in use by another process.".formatted(settings.logDir()), e);
    } catch (IOException e) {
      stopping.stopAll();
      throw new StartupException(
          "The data directory %s cannot be used: %s."
              .formatted(settings.logDir(), DiskErrors.reason(e)),
          e);
    } catch (SettingsException e) {
      stopping.stopAll();
      throw new StartupException(StartupException.sentence(e), e);
    } catch (StartupException | RuntimeException e) {
      stopping.stopAll();
      throw e;
    }
  }

  private ClientServer serve(World world, ControlContext context) {
    ConnectionLimits limits =
        new ConnectionLimits(
            settings.maxConnections(),
            settings.maxRequestBytes(),
            settings.maxQueuedRequestBytes(),
            settings.maxIdleMs());
    Handlers handlers = Handlers.of(context, membership.map(ClusterMembership::members), groups);
    String forNodes = settings.cluster().interBrokerListener();
    return ClientServer.serve(
        world,
        limits,
        listeners,
        listener -> listener.equals(forNodes) ? handlers.forNodes() : handlers.forClients(),
        client -> membership.ifPresent(each -> each.connectionGone(client.connectionId())));
  }

  private NodeIdentity self(World world, DirectoryIdentity identity) {
    return new NodeIdentity(
        nodeId(),
        clusterId,
        NewIds.draw(world.randomness()),
        settings.rack(),
        Listening.endpoints(settings, listeners.addresses()),
        settings.cluster().interBrokerListener(),
        List.of(identity.directoryId()),
        Features.supported());
  }

  /** Empty if this node is the whole cluster. */
  private Optional<ClusterMembership> takePart(
      World world, World amongNodes, NodeIdentity self, LogDirectory directory)
      throws StartupException {
    if (!settings.cluster().hasQuorum()) {
      registerAlone(self);
      return Optional.empty();
    }
    ClusterMembership member =
        stopping.add(
            "The membership",
            new ClusterMembership(
                world, amongNodes, self, settings.cluster(), controller, directory));
    member.join(ended);
    return Optional.of(member);
  }

  /** While the disk hangs, nobody need wait here for what others can lead. */
  private void standAside(Health disk, ClientServer server) {
    boolean hangs = disk.wantFence() && disk.offlineDirectories().isEmpty();
    replicas.standAside(hangs);
    if (hangs) {
      server.endStuck(new StuckAppends(replicas), "the disk holds its request up");
    } else {
      server.forgetStuck();
    }
  }

  private void registerAlone(NodeIdentity self) throws StartupException {
    try {
      controller
          .submit(new RegisterBroker(self.id(), self.incarnation(), self.rack(), self.endpoints()))
          .join();
    } catch (CompletionException e) {
      throw new StartupException(
          "The node could not join its cluster: %s.".formatted(e.getMessage()), e);
    }
  }

  /**
   * Before this node stops to answer, so that the cluster is not without a controller meanwhile.
   */
  private void handOver() {
    if (!handedOver && membership.isPresent() && !controller.handOver()) {
      LOG.warn("The node stops although no other one can be the active controller now");
    }
    handedOver = true;
  }

  /** What fails here, perhaps because the node has failed, does not keep it from stopping. */
  private void leave() {
    try {
      membership.ifPresent(ClusterMembership::leave);
      handOver();
    } catch (RuntimeException e) {
      LOG.error("What the node led was not handed over in good order", e);
    }
  }

  private void fail(String reason) {
    if (ended.complete(Optional.of(reason))) {
      LOG.error("{}; the node must stop", reason);
    }
  }

  /** The number of this node. */
  public int nodeId() {
    return settings.nodeId();
  }

  /** The cluster that it belongs to. */
  public String clusterId() {
    return clusterId;
  }

  /** What the cluster has agreed on, as far as this node knows. */
  ClusterImage image() {
    return controller.image();
  }

  /** Where it listens, in the order of the setting, with the ports that were really taken. */
  public List<InetSocketAddress> addresses() {
    return listeners.addresses();
  }

  /**
   * Waits until each partition is served or known to be offline.
   *
   * @return false if the node is closed before that
   */
  public boolean awaitReady() {
    try {
      ready.join();
      return true;
    } catch (CompletionException e) {
      if (e.getCause() instanceof KafkaStorageException) {
        return false;
      }
      throw e;
    }
  }

  /** Whether each partition is served or known to be offline. */
  public boolean isReady() {
    return ready.isDone() && !ready.isCompletedExceptionally();
  }

  /** Why partitions are offline that should be served here. */
  public Map<TopicPartition, String> offlinePartitions() {
    return replicas.offline();
  }

  /**
   * Waits until the node is closed or a part of it that it cannot do without has failed.
   *
   * @return one sentence if something failed: the node should be closed then
   */
  public Optional<String> awaitTermination() {
    return ended.join();
  }

  /**
   * Stops: takes no more requests, finishes what was begun, and leaves the data directory so that
   * nothing needs to be recovered. Safe to repeat; returns when it is done.
   */
  @Override
  public void close() {
    closing.lock();
    try {
      leave();
    } finally {
      stopping.stopAll();
      closing.unlock();
    }
    if (ended.complete(Optional.empty())) {
      LOG.info("The node has stopped");
    }
  }
}
