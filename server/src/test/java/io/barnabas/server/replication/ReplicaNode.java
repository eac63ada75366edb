package io.barnabas.server.replication;

import static io.barnabas.server.replication.HandMadeController.LISTENER;
import static io.barnabas.server.replication.HandMadeController.PORT;

import io.barnabas.log.FileRegion;
import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.log.LogSlice;
import io.barnabas.log.PartitionLog;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.replica.DamageReports;
import io.barnabas.replica.IsrProposals;
import io.barnabas.replica.Replica;
import io.barnabas.replica.ReplicaLinks;
import io.barnabas.replica.Replicas;
import io.barnabas.replica.ThrottleSettings;
import io.barnabas.server.api.DataApis;
import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.net.ClientServer;
import io.barnabas.server.net.ConnectionLimits;
import io.barnabas.server.net.ListenerBinding;
import io.barnabas.world.simulated.SimulatedMachine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/** One start of a node that has replicas and serves them, told by a hand-made controller. */
final class ReplicaNode {
  private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
  private static final ConnectionLimits LIMITS =
      new ConnectionLimits(100, 1 << 20, 10 << 20, 600_000);

  private final int id;
  private final SimulatedMachine machine;
  private final HandMadeController controller;
  private final Uuid incarnation;
  private ClusterImage image = ClusterImage.empty("c");
  private @Nullable Replicas replicas;

  ReplicaNode(int id, SimulatedMachine machine, HandMadeController controller) {
    this.id = id;
    this.machine = machine;
    this.controller = controller;
    incarnation = new Uuid(id, machine.randomness().nextInt(1 << 30));
    machine.threads().startPlatform("node-" + id, this::run);
  }

  SimulatedMachine machine() {
    return machine;
  }

  private void run() {
    try {
      LogDirectory directory =
          LogDirectory.open(machine, Path.of("/data"), LogDirectoryOptions.defaults());
      PeerFetch fetch =
          new PeerFetch(machine, id, () -> image, LISTENER, PeerFetch.Bounds.DEFAULTS);
      ReplicaLinks links =
          new ReplicaLinks(
              Optional.of(incarnation),
              fetch,
              this::propose,
              DamageReports.none(),
              1_000,
              500,
              ThrottleSettings.none());
      Replicas opened =
          new Replicas(machine, directory, id, i -> Map.of("segment.bytes", "3000"), links);
      replicas = opened;
      Supplier<ClusterImage> images = () -> image;
      List<ApiHandler<?>> handlers =
          DataApis.handlers(
              machine,
              opened,
              images,
              () -> CompletableFuture.failedFuture(new IOException("none here")),
              new DataApis.Limits(1 << 20, 100, Optional.of(LISTENER), true));
      ClientServer _ =
          ClientServer.start(
              machine,
              LIMITS,
              List.of(
                  new ListenerBinding(LISTENER, new InetSocketAddress(machine.address(), PORT))),
              handlers.stream().collect(Collectors.toMap(ApiHandler::api, Function.identity())));
      follow(opened);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Registers, takes image after image, and says that it is there. */
  private void follow(Replicas opened) {
    image = controller.image();
    var _ = opened.reconcile(image);
    pause(20);
    long epoch = controller.register(id, incarnation, machine.name());
    while (true) {
      pause(30);
      ClusterImage newest = controller.image();
      if (newest.version() > image.version()) {
        image = newest;
        CompletableFuture<Void> done = opened.reconcile(newest);
        if (machine.randomness().nextInt(4) > 0) {
          done.join();
        }
      }
      boolean fenced =
          image
              .broker(id)
              .filter(b -> b.epoch() == epoch)
              .map(Fact.BrokerImage::fenced)
              .orElse(false);
      if (fenced && machine.randomness().nextInt(3) == 0) {
        controller.heartbeat(id, epoch, image.version());
      }
    }
  }

  private void pause(int mostMs) {
    machine.threads().sleep(machine.randomness().nextInt(mostMs) * MILLISECOND);
  }

  /** As over a network: what is proposed may come late or never, and so may the answer. */
  private CompletableFuture<List<IsrProposals.IsrAnswer>> propose(
      long brokerEpoch, List<IsrProposals.IsrProposal> proposals) {
    CompletableFuture<List<IsrProposals.IsrAnswer>> answer = new CompletableFuture<>();
    machine
        .threads()
        .startVirtual(
            "propose",
            () -> {
              pause(20);
              int luck = machine.randomness().nextInt(10);
              if (luck == 0) {
                // Given up, and carried out a good while later, or never.
                answer.completeExceptionally(new IOException("no answer"));
                pause(2_000);
              }
              if (luck == 1) {
                answer.completeExceptionally(new IOException("it was lost"));
                return;
              }
              List<IsrProposals.IsrAnswer> decided = controller.alter(id, brokerEpoch, proposals);
              pause(20);
              if (luck == 2) {
                answer.completeExceptionally(new IOException("the answer was lost"));
              } else {
                answer.complete(decided);
              }
            });
    return answer;
  }

  /** Where the replica is now; empty if it is not served. */
  Optional<Replica> replica() {
    Replicas opened = replicas;
    return opened == null ? Optional.empty() : opened.get(HandMadeController.PARTITION);
  }

  /** Runs something on this machine; fails with what it throws. */
  <T> CompletableFuture<T> call(Callable<T> body) {
    CompletableFuture<T> result = new CompletableFuture<>();
    machine
        .threads()
        .startVirtual(
            "call",
            () -> {
              try {
                result.complete(body.call());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  /** All of the log's bytes up to an offset. */
  static ByteBuffer bytes(PartitionLog log, long end) throws IOException {
    try (LogSlice slice = log.read(0, end, Integer.MAX_VALUE, true)) {
      ByteBuffer all = ByteBuffer.allocate(slice.sizeBytes());
      for (FileRegion region : slice.regions()) {
        ByteBuffer part = all.slice(all.position(), region.length());
        region.file().read(part, region.position());
        all.position(all.position() + region.length());
      }
      return all.flip();
    }
  }
}
