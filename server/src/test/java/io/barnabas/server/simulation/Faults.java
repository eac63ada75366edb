package io.barnabas.server.simulation;

import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.DiskOperation;
import io.barnabas.world.simulated.SimulatedWorld;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes wrong in a run, and what else happens to its cluster. Each run has some of the kinds
 * only, so that others cannot hide what they lead to.
 */
final class Faults {
  private static final int KINDS = 5;

  private final ClusterRun run;
  private final SimulatedWorld world;
  private final Nodes nodes;
  private final Operator operator;
  private final List<String> clients;
  private final List<Runnable> kinds = new ArrayList<>();

  /** With what this kind of run has besides. */
  Faults(ClusterRun run, Operator operator, List<Runnable> more, List<String> clients) {
    this.run = run;
    this.operator = operator;
    this.clients = clients;
    world = run.world();
    nodes = run.nodes();
    List<Runnable> all =
        new ArrayList<>(
            List.of(
                this::crash,
                this::crash,
                this::crashAll,
                this::crashSoon,
                this::crashBehind,
                this::breakNetwork,
                this::breakNetwork,
                this::isolate,
                this::cutOffClient,
                this::pause,
                this::jumpClock,
                this::slowDisk,
                this::fullDisk,
                this::failDisk,
                this::moveController,
                new Voters(run, operator.client())::change,
                this::stop));
    all.addAll(more);
    all.add(this::lateProposals);
    for (int i = 0; i < KINDS; i++) {
      kinds.add(all.remove(run.below(all.size())));
    }
  }

  /** Lets one of them happen. */
  void next() {
    operator.remember();
    kinds.get(run.below(kinds.size())).run();
  }

  private int anyNode() {
    return nodes.ids().get(run.below(nodes.ids().size()));
  }

  private CrashMode anyMode() {
    return anyMode(run);
  }

  static CrashMode anyMode(ClusterRun run) {
    List<CrashMode> modes = List.of(CrashMode.values());
    return modes.get(run.below(modes.size()));
  }

  // --- machines

  private void crash() {
    nodes.crash(anyNode(), anyMode());
  }

  private void crashAll() {
    CrashMode mode = anyMode();
    nodes.ids().forEach(id -> nodes.crash(id, mode));
  }

  /** In the middle of what it does to its disk. */
  private void crashSoon() {
    int id = anyNode();
    long at = nodes.on(id).disk().operations() + run.below(20);
    nodes.crashAtOperation(id, at, anyMode());
  }

  /** While its disk is behind those of others, it alone or with all; it is soon back. */
  private void crashBehind() {
    int id = anyNode();
    nodes.slowDisk(id, 20_000, 200_000, 500);
    CrashMode mode = run.below(2) == 0 ? CrashMode.LOSE_UNFORCED : CrashMode.RANDOM;
    boolean all = run.below(3) == 0;
    nodes.later(
        run.below(400),
        () -> {
          if (nodes.isHealed()) {
            return;
          }
          nodes.on(id).disk().heal();
          if (all) {
            nodes.ids().stream()
                .filter(each -> each != id)
                .forEach(each -> nodes.crash(each, mode));
          }
          nodes.crash(id, mode, run.below(150));
        });
  }

  private void stop() {
    nodes.stop(anyNode());
  }

  private void pause() {
    int id = anyNode();
    var machine = nodes.on(id);
    machine.pause();
    nodes.later(run.below(1_500), machine::resume);
  }

  private void jumpClock() {
    nodes.on(anyNode()).jumpWallClock(run.below(7_200_000) - 3_600_000);
  }

  // --- the network

  private void breakNetwork() {
    String a = Nodes.machine(anyNode());
    String b = Nodes.machine(anyNode());
    if (a.equals(b)) {
      return;
    }
    trouble(a, b);
    nodes.later(run.below(1_200), () -> world.heal(a, b));
  }

  private void trouble(String a, String b) {
    switch (run.below(5)) {
      case 0 -> world.cut(a, b);
      case 1 -> world.silence(a, b);
      case 2 -> world.silenceOneWay(a, b);
      case 3 -> world.slowDown(a, b, DelayRange.ofMicros(1_000, 150_000));
      default -> world.breakConnections(a, b);
    }
  }

  /** A node that no other reaches, while clients perhaps do. */
  private void isolate() {
    int id = anyNode();
    boolean silently = run.below(2) == 0;
    List<String> others = new ArrayList<>();
    nodes.ids().stream().filter(each -> each != id).map(Nodes::machine).forEach(others::add);
    if (run.below(3) == 0) {
      others.addAll(clients);
    }
    for (String other : others) {
      if (silently) {
        world.silence(Nodes.machine(id), other);
      } else {
        world.cut(Nodes.machine(id), other);
      }
    }
    nodes.later(
        run.below(1_500), () -> others.forEach(other -> world.heal(Nodes.machine(id), other)));
  }

  private void cutOffClient() {
    String client = clients.get(run.below(clients.size()));
    String node = Nodes.machine(anyNode());
    trouble(client, node);
    nodes.later(run.below(800), () -> world.heal(client, node));
  }

  // --- disks

  private void slowDisk() {
    int id = anyNode();
    if (run.below(3) == 0) {
      nodes.slowDisk(id, 500_000, 1_500_000, run.below(2_000));
    } else {
      nodes.slowDisk(id, 1_000, 60_000, run.below(1_000));
    }
  }

  private void fullDisk() {
    int id = anyNode();
    nodes.on(id).disk().resize(run.below(50_000));
    nodes.later(run.below(800), () -> nodes.on(id).disk().resize(Nodes.DISK_BYTES));
  }

  private void failDisk() {
    List<DiskOperation> operations =
        List.of(
            DiskOperation.FORCE,
            DiskOperation.APPEND,
            DiskOperation.READ,
            DiskOperation.RENAME,
            DiskOperation.CREATE,
            DiskOperation.TRUNCATE,
            DiskOperation.FORCE_DIRECTORY);
    nodes.on(anyNode()).disk().failNext(operations.get(run.below(operations.size())));
  }

  // --- the cluster

  private void moveController() {
    nodes.quorum().elect(anyNode());
  }

  private void lateProposals() {
    for (int i = 0; i < 5; i++) {
      operator.deliverLateProposals();
      run.sleep(run.below(60));
      operator.remember();
    }
  }
}
