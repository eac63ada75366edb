package io.barnabas.quorum.ratis;

import io.barnabas.quorum.QuorumMember;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.statemachine.StateMachine;
import org.apache.ratis.util.JavaUtils;
import org.jspecify.annotations.Nullable;

/** Ratis's server, and its one group once there is one. */
final class RaftNode {
  private final RatisOptions options;
  private final QuorumMember self;
  private final RaftPeerId id;
  private final RaftProperties properties;
  private final RaftServer server;
  private volatile RaftServer.@Nullable Division division;
  private volatile boolean runs;

  private RaftNode(
      RatisOptions options, QuorumMember self, RaftProperties properties, RaftServer server) {
    this.options = options;
    this.self = self;
    this.id = PeerNames.peerId(self);
    this.properties = properties;
    this.server = server;
  }

  /**
   * Listens, without a group.
   *
   * @throws IOException with a message for the operator, if it cannot
   */
  static RaftNode listen(
      RatisOptions options,
      QuorumMember self,
      GrpcServices.Customizer services,
      Supplier<StateMachine> stateMachines)
      throws IOException {
    RatisSettings.tame();
    RaftProperties properties = RatisSettings.of(options);
    RaftServer server;
    try {
      server =
          RaftServer.newBuilder()
              .setServerId(PeerNames.peerId(self))
              .setProperties(properties)
              .setParameters(RatisSettings.parameters(options, services))
              .setStateMachineRegistry(group -> stateMachines.get())
              .build();
    } catch (RuntimeException e) {
      throw new IOException("The quorum's server cannot be set up: " + e.getMessage(), e);
    }
    try {
      server.start();
    } catch (IOException | RuntimeException e) {
      server.close();
      throw new IOException(
          "The quorum cannot listen at port %d: %s".formatted(options.bindPort(), rootMessage(e)),
          e);
    }
    return new RaftNode(options, self, properties, server);
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  RaftServer server() {
    return server;
  }

  RaftPeerId id() {
    return id;
  }

  /** Nothing before the group is begun. */
  RaftServer.@Nullable Division division() {
    return division;
  }

  /** Whether the group runs, and takes others' requests. */
  boolean runs() {
    return runs;
  }

  /** Begins the group, or goes on with what is on disk. */
  void begin(ClusterFile cluster) throws IOException {
    Path state = cluster.raftDirectory(options.directory());
    if (cluster.begun() && !cluster.hasState(options.directory())) {
      throw new IOException(
          ("%s is gone, in which this node kept what it promised to the quorum; restore it as it"
                  + " was last, or empty the whole data directory %s, not only a part of it, so"
                  + " that the node joins as a new one")
              .formatted(state, options.directory().toAbsolutePath().getParent()));
    }
    cluster.repair(options.directory());
    RatisSettings.setStorage(properties, options.directory());
    add(cluster);
    if (!cluster.begun()) {
      SnapshotFiles.forceDirectory(state);
      cluster.asBegun().write(options.directory());
    }
  }

  private void add(ClusterFile cluster) throws IOException {
    RaftGroupId groupId = RaftGroupId.valueOf(cluster.clusterId());
    RaftGroup group = RaftGroup.valueOf(groupId, peers(cluster));
    await(
        server.groupManagementAsync(
            GroupManagementRequest.newAdd(ClientId.randomId(), id, 1, group, false)));
    division = server.getDivision(groupId);
    runs = true;
  }

  /**
   * Who is not among the voters follows; Ratis knows followers without a vote only if it is told.
   */
  private List<RaftPeer> peers(ClusterFile cluster) {
    List<RaftPeer> peers = new ArrayList<>();
    boolean voter = false;
    for (QuorumMember member : cluster.voters()) {
      peers.add(PeerNames.peer(member, RaftPeerRole.FOLLOWER));
      voter |= PeerNames.same(member, self);
    }
    if (!voter) {
      peers.add(PeerNames.peer(self, RaftPeerRole.LISTENER));
    }
    return peers;
  }

  /** Ratis takes up a role that a member was given meanwhile only when it starts. */
  void restart(ClusterFile cluster) throws IOException {
    runs = false;
    RaftGroupId groupId = RaftGroupId.valueOf(cluster.clusterId());
    await(
        server.groupManagementAsync(
            GroupManagementRequest.newRemove(ClientId.randomId(), id, 2, groupId, false, false)));
    add(cluster);
  }

  private static void await(CompletableFuture<RaftClientReply> reply) throws IOException {
    try {
      RaftClientReply done = reply.join();
      if (done.getException() != null) {
        throw done.getException();
      }
    } catch (CompletionException e) {
      Throwable cause = JavaUtils.unwrapCompletionException(e);
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (cause instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IOException("The quorum cannot start: " + rootMessage(cause), cause);
    }
  }

  /** Whether this node leads, and may propose. */
  boolean isReadyLeader() {
    RaftServer.Division current = division;
    return current != null && current.getInfo().isLeader() && current.getInfo().isLeaderReady();
  }

  /** The members, as far as this node knows. */
  @Nullable RaftConfiguration configuration() {
    RaftServer.Division current = division;
    return current == null ? null : current.getRaftConf();
  }

  void close() throws IOException {
    server.close();
  }
}
