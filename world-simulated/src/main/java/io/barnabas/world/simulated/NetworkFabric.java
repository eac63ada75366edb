package io.barnabas.world.simulated;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
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

  /** From one machine to another. */
  private record Way(String from, String to) {}

  /** The way from one machine to another. */
  final class Link {
    private final Pair pair;
    private final Way way;

    private Link(Way way) {
      this.way = way;
      pair = Pair.of(way.from, way.to);
    }

    /** Whether nothing gets through, without anybody being told. */
    boolean isSilent() {
      return silent.contains(pair) || silentWays.contains(way);
    }

    boolean isCut() {
      return cut.contains(pair);
    }

    /** How long bytes take that set out now. */
    DelayRange delay(DelayRange usual) {
      return slow.getOrDefault(pair, usual);
    }
  }

  private record Cable(Pair pair, SimulatedConnection one, SimulatedConnection other) {}

  private final Map<String, SimulatedMachine> machines = new LinkedHashMap<>();
  private final Set<Pair> cut = new HashSet<>();
  private final Set<Pair> silent = new HashSet<>();
  private final Set<Way> silentWays = new HashSet<>();
  private final Map<Pair, DelayRange> slow = new HashMap<>();
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

  Link link(SimulatedMachine from, SimulatedMachine to) {
    return new Link(new Way(from.name(), to.name()));
  }

  /** Whether nothing gets from one to the other, or nothing back. */
  boolean isSilent(SimulatedMachine a, SimulatedMachine b) {
    return link(a, b).isSilent() || link(b, a).isSilent();
  }

  private boolean isSilent(Pair pair) {
    return silent.contains(pair)
        || silentWays.contains(new Way(pair.one, pair.other))
        || silentWays.contains(new Way(pair.other, pair.one));
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
      if (concerned && !isSilent(cable.pair)) {
        cable.one.breakOff();
        cables.remove(cable);
      }
    }
  }

  void silence(String a, String b) {
    silent.add(Pair.of(a, b));
  }

  void silenceOneWay(String from, String to) {
    silentWays.add(new Way(from, to));
  }

  void slowDown(String a, String b, DelayRange delay) {
    slow.put(Pair.of(a, b), delay);
  }

  void heal(String a, String b) {
    Pair pair = Pair.of(a, b);
    cut.remove(pair);
    silent.remove(pair);
    silentWays.remove(new Way(a, b));
    silentWays.remove(new Way(b, a));
    slow.remove(pair);
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
