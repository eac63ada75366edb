package io.barnabas.chaos.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Rounds of faults without end, by a seed: all kinds come before any comes again. One thread. */
public final class Plan {
  private static final int MOST_REST_MS = 3_000;

  private final Random random;
  private final List<Fault> faults;
  private final int nodes;
  private final Deque<Fault> next = new ArrayDeque<>();

  /**
   * A plan.
   *
   * @param faults the kinds that may come, at least one
   * @param nodes how many there are, at least two
   */
  public Plan(long seed, List<Fault> faults, int nodes) {
    if (faults.isEmpty() || nodes < 2) {
      throw new IllegalArgumentException("A plan needs a fault and two nodes");
    }
    this.random = new Random(seed);
    this.faults = List.copyOf(faults);
    this.nodes = nodes;
  }

  /** The next round. */
  public Round next() {
    Step first = step(nextFault(), 0, 0);
    List<Step> steps = new ArrayList<>(List.of(first));
    boolean two = random.nextInt(3) == 0;
    Fault second = faults.get(random.nextInt(faults.size()));
    if (two && !first.fault().isAlone() && !second.isAlone() && second != first.fault()) {
      steps.add(step(second, first.node(), random.nextInt(first.forMs() + 1)));
    }
    return new Round(List.copyOf(steps), random.nextInt(4) > 0, random.nextInt(MOST_REST_MS));
  }

  private Fault nextFault() {
    if (next.isEmpty()) {
      List<Fault> all = new ArrayList<>(faults);
      Collections.shuffle(all, random);
      next.addAll(all);
    }
    return next.removeFirst();
  }

  private Step step(Fault fault, int taken, int afterMs) {
    int node = otherThan(taken);
    int forMs = fault.leastMs() + random.nextInt(fault.mostMs() - fault.leastMs() + 1);
    return new Step(fault, node, otherThan(node), afterMs, forMs, random.nextInt(1 << 16));
  }

  /** Any node but one; 0 is none. */
  private int otherThan(int taken) {
    int node = 1 + random.nextInt(taken == 0 ? nodes : nodes - 1);
    return taken != 0 && node >= taken ? node + 1 : node;
  }
}
