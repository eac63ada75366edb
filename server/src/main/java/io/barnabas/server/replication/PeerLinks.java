package io.barnabas.server.replication;

import io.barnabas.replica.DamageReports;
import io.barnabas.replica.ReplicaLinks;
import io.barnabas.replica.ThrottleSettings;
import io.barnabas.server.control.Controller;
import io.barnabas.server.membership.NodeIdentity;
import io.barnabas.server.peers.PeerLimits;
import io.barnabas.server.peers.Peers;
import io.barnabas.server.settings.ReplicationSettings;
import io.barnabas.world.World;
import java.util.Optional;

/** What a node's replicas need of other nodes. To be closed after the replicas. */
public final class PeerLinks implements AutoCloseable {
  private final Peers peers;
  private final ReplicaLinks links;
  private final Optional<DirectoryReports> reports;

  /**
   * Connects to nobody yet.
   *
   * @param settings what a fetch may bring, and who lags
   * @param throttles how fast replicas may be copied
   */
  public PeerLinks(
      World world,
      NodeIdentity self,
      Controller controller,
      ReplicationSettings settings,
      ThrottleSettings throttles) {
    peers = new Peers(world, "barnabas-isr", PeerLimits.forControl());
    reports =
        self.directories().size() == 1
            ? Optional.of(
                new DirectoryReports(world, self, self.directories().getFirst(), controller, peers))
            : Optional.empty();
    links =
        new ReplicaLinks(
            Optional.of(self.incarnation()),
            new PeerFetch(
                world,
                self.id(),
                controller::image,
                self.peerListener(),
                new PeerFetch.Bounds(
                    settings.fetchMinBytes(),
                    settings.fetchResponseMaxBytes(),
                    settings.fetchMaxBytes())),
            new PeerProposals(self, controller, peers),
            reports.<DamageReports>map(each -> each).orElseGet(DamageReports::none),
            settings.lagTimeMaxMs(),
            settings.fetchWaitMaxMs(),
            throttles);
  }

  /** For the replicas. */
  public ReplicaLinks links() {
    return links;
  }

  @Override
  public void close() {
    reports.ifPresent(DirectoryReports::close);
    peers.close();
  }
}
