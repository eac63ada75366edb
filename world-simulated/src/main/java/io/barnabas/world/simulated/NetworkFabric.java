package io.barnabas.world.simulated;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What lies between the machines: who is where, and what is wrong between whom. */
final class NetworkFabric {
  /** Two machines by name, in either order. */
  private record Pair(String one, String other) {
    static Pair of(String a, String b) {
      return a.compareTo(b) <= 0 ? new Pair(a, b) : new Pair(b, a);
    }
  }

  /** The way between two machines. */
  final class Link {
    private final Pair pair;

    private Link(Pair pair) {
      this.pair = pair;
    }

    /** Whether nothing gets through, without anybody being told. */
    boolean isSilent() {
      return silent.contains(pair);
    }

    boolean isCut() {
      return cut.contains(pair);
    }
  }

  private record Cable(Pair pair, SimulatedConnection one, SimulatedConnection other) {}

  private final Map<String, SimulatedMachine> machines = new LinkedHashMap<>();
  private final Set<Pair> cut = new HashSet<>();
  private final Set<Pair> silent = new HashSet<>();
  private final List<Cable> cables = new ArrayList<>();

  void add(SimulatedMachine machine) {
    machines.put(machine.name(), machine);
  }

  /** The machine that a machine reaches under an address, if there is one. */
  @Nullable SimulatedMachine find(SimulatedMachine from, InetSocketAddress remote) {
    SimulatedMachine named = machines.get(remote.getHostString());
    if (named != null) {
      return named;
    }
    InetAddress address = remote.getAddress();
    if (isOwn(from, remote.getHostString(), address)) {
      return from;
    }
    return machines.values().stream()
        .filter(machine -> machine.address().equals(address))
        .findFirst()
        .orElse(null);
  }

  static boolean isOwn(SimulatedMachine machine, String host, @Nullable InetAddress address) {
    return host.equals("localhost")
        || host.equals(machine.name())
        || (address != null
            && (address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.equals(machine.address())));
  }

  Link link(SimulatedMachine a, SimulatedMachine b) {
    return new Link(Pair.of(a.name(), b.name()));
  }

  void connected(Link link, SimulatedConnection one, SimulatedConnection other) {
    cables.removeIf(cable -> cable.one.isClosed() && cable.other.isClosed());
    cables.add(new Cable(link.pair, one, other));
  }

  void cut(String a, String b) {
    cut.add(Pair.of(a, b));
    breakConnections(a, b);
  }

  void breakConnections(String a, String b) {
    forEach(Pair.of(a, b), SimulatedConnection::breakOff);
  }

  void breakConnectionsOf(String name) {
    for (Cable cable : List.copyOf(cables)) {
      boolean concerned = cable.pair.one.equals(name) || cable.pair.other.equals(name);
      if (concerned && !silent.contains(cable.pair)) {
        cable.one.breakOff();
        cables.remove(cable);
      }
    }
  }

  void silence(String a, String b) {
    silent.add(Pair.of(a, b));
  }

  void heal(String a, String b) {
    Pair pair = Pair.of(a, b);
    cut.remove(pair);
    silent.remove(pair);
    for (Cable cable : cables) {
      if (!cable.pair.equals(pair)) {
        continue;
      }
      // Only now does a machine learn that the other one crashed during the silence.
      if (cable.one.isMachineCrashed() || cable.other.isMachineCrashed()) {
        cable.one.breakOff();
      } else {
        cable.one.wakeAll();
      }
    }
  }

  private void forEach(Pair pair, Consumer<SimulatedConnection> action) {
    cables.stream().filter(cable -> cable.pair.equals(pair)).map(Cable::one).forEach(action);
  }
}
