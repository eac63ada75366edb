package io.barnabas.chaos;

import io.barnabas.chaos.plan.Step;
import io.barnabas.chaos.site.Network;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Faults of the wires between nodes, and between them and clients. */
final class NetworkFaults {
  private static final int CLIENTS = 0;
  private static final int LEAST_FLAP_MS = 20;
  private static final int MORE_FLAP_MS = 400;

  private final Network network;

  /** A direction in which packets are lost. */
  private record Way(int from, int to) {}

  NetworkFaults(Network network) {
    this.network = network;
  }

  Wound cut(Step step) throws IOException, InterruptedException {
    boolean clientsToo = step.variant() % 3 > 0;
    return cut(
        bothWays(step.node(), clientsToo),
        "node " + step.node() + " cut off" + (clientsToo ? ", from clients too" : ""));
  }

  Wound cutPair(Step step) throws IOException, InterruptedException {
    return cut(
        List.of(new Way(step.node(), step.other()), new Way(step.other(), step.node())),
        "nodes " + step.node() + " and " + step.other() + " cut off from each other");
  }

  Wound cutOneWay(Step step) throws IOException, InterruptedException {
    return switch (step.variant() % 3) {
      case 0 ->
          cut(
              ways(step.node(), true, true, false),
              "node " + step.node() + " cannot send to nodes");
      case 1 ->
          cut(ways(step.node(), true, false, true), "node " + step.node() + " cannot hear nodes");
      default ->
          cut(
              List.of(new Way(step.node(), step.other())),
              "node " + step.node() + " cannot send to node " + step.other());
    };
  }

  private List<Way> bothWays(int node, boolean clientsToo) {
    return ways(node, !clientsToo, true, true);
  }

  private List<Way> ways(int node, boolean nodesOnly, boolean out, boolean in) {
    List<Way> ways = new ArrayList<>();
    IntStream.rangeClosed(nodesOnly ? 1 : CLIENTS, network.nodes())
        .filter(other -> other != node)
        .forEach(
            other -> {
              if (out) {
                ways.add(new Way(node, other));
              }
              if (in) {
                ways.add(new Way(other, node));
              }
            });
    return ways;
  }

  private Wound cut(List<Way> ways, String what) throws IOException, InterruptedException {
    cutAll(ways);
    return new Wound(what, () -> healAll(ways));
  }

  private void cutAll(List<Way> ways) throws IOException, InterruptedException {
    for (Way way : ways) {
      network.cut(way.from(), way.to());
    }
  }

  private void healAll(List<Way> ways) throws IOException, InterruptedException {
    for (Way way : ways) {
      network.heal(way.from(), way.to());
    }
  }

  Wound slow(Step step) throws IOException, InterruptedException {
    network.slow(step.node());
    return new Wound("node " + step.node() + " sends 64 KB/s", () -> network.fast(step.node()));
  }

  Wound flap(Step step) {
    List<Way> ways = bothWays(step.node(), false);
    CountDownLatch end = new CountDownLatch(1);
    AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    Thread flapping =
        Thread.ofPlatform().start(() -> flap(ways, new Random(step.variant()), end, failure));
    return new Wound(
        "node " + step.node() + " comes and goes",
        () -> {
          end.countDown();
          flapping.join();
          IOException failed = failure.get();
          if (failed != null) {
            throw failed;
          }
        });
  }

  private void flap(
      List<Way> ways,
      Random random,
      CountDownLatch end,
      AtomicReference<@Nullable IOException> failure) {
    try {
      boolean over = false;
      while (!over) {
        cutAll(ways);
        over = end.await(LEAST_FLAP_MS + random.nextInt(MORE_FLAP_MS), TimeUnit.MILLISECONDS);
        healAll(ways);
        over |= end.await(LEAST_FLAP_MS + random.nextInt(MORE_FLAP_MS), TimeUnit.MILLISECONDS);
      }
    } catch (IOException e) {
      failure.set(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
