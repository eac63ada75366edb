package io.barnabas.server.replication;

import io.barnabas.replica.ReplicaLinks;
import io.barnabas.replica.ThrottleSettings;
import io.barnabas.server.control.Controller;
import io.barnabas.server.peers.PeerLimits;
import io.barnabas.server.peers.Peers;
import io.barnabas.world.World;
import org.apache.kafka.common.Uuid;

/** What a node's replicas need of other nodes. To be closed after the replicas. */
public final class PeerLinks implements AutoCloseable {
  private final Peers peers;
  private final ReplicaLinks links;

  /**
   * Connects to nobody yet.
   *
   * @param incarnation this start of the node, under which it registers
   * @param peerListener the listener at which nodes reach each other
   * @param throttles how fast replicas may be copied
   */
  public PeerLinks(
      World world,
      int nodeId,
      Uuid incarnation,
      Controller controller,
      String peerListener,
      ThrottleSettings throttles) {
    peers = new Peers(world, "barnabas-isr", PeerLimits.forControl());
    links =
        new ReplicaLinks(
            incarnation,
            new PeerFetch(
                world, nodeId, controller::image, peerListener, PeerFetch.Bounds.DEFAULTS),
            new PeerProposals(nodeId, controller, peerListener, peers),
            throttles);
  }

  /** For the replicas. */
  public ReplicaLinks links() {
    return links;
  }

  @Override
  public void close() {
    peers.close();
  }
}
