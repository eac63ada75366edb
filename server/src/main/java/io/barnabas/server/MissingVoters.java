package io.barnabas.server;

import io.barnabas.server.settings.ClusterSettings.Voter;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.World;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator, again and again, which of the other controllers a node waits for that cannot
 * start without them. Until it is closed.
 */
final class MissingVoters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MissingVoters.class);
  private static final long PAUSE_NANOS = 5_000_000_000L;
  private static final long CONNECT_NANOS = 500_000_000;

  private final World world;
  private final List<Voter> others;
  private final Pauses pauses;

  MissingVoters(World world, NodeSettings settings) {
    this.world = world;
    others =
        settings.cluster().voters().stream()
            .filter(voter -> voter.nodeId() != settings.nodeId())
            .toList();
    pauses = new Pauses(world);
    if (!others.isEmpty()) {
      world.threads().startVirtual("missing-voters", this::run);
    }
  }

  private void run() {
    while (pauses.await(PAUSE_NANOS)) {
      List<Voter> missing = others.stream().filter(voter -> !answers(voter)).toList();
      if (missing.isEmpty()) {
        LOG.info("The controllers can be reached, but have not agreed yet who of them is active");
      } else {
        LOG.warn(
            "Waiting for the cluster: of its controllers, these cannot be reached: {}",
            missing.stream()
                .map(each -> "%d@%s:%d".formatted(each.nodeId(), each.host(), each.port()))
                .collect(Collectors.joining(", ")));
      }
    }
  }

  private boolean answers(Voter voter) {
    InetSocketAddress address = InetSocketAddress.createUnresolved(voter.host(), voter.port());
    try (var _ = world.network().connect(address, CONNECT_NANOS)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Says no more. */
  @Override
  public void close() {
    pauses.close();
  }
}
