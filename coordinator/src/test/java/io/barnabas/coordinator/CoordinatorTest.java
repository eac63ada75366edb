package io.barnabas.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.coordinator.Notes.Command;
import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.replica.Replicas;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One node that leads all partitions of a topic, and what becomes of commands. */
class CoordinatorTest {
  private static final Uuid TOPIC = new Uuid(1, 1);
  private static final int PARTITIONS = 3;
  private static final int SELF = 1;
  private static final int QUEUE = 4;

  /** A force takes from one to two seconds. */
  private static final SimulationOptions SLOW_DISK =
      SimulationOptions.defaults()
          .withDiskDelays(DelayRange.ofMicros(0, 10), DelayRange.ofMicros(1_000_000, 2_000_000));

  private static ClusterImage image(int leader, int epoch) {
    ClusterImage image =
        ClusterImage.empty("c").apply(List.of(new Fact.TopicCreated("notes", TOPIC)));
    for (int i = 0; i < PARTITIONS; i++) {
      PartitionImage partition =
          new PartitionImage(List.of(SELF, 2), List.of(leader), leader, epoch, epoch);
      image = image.apply(List.of(new Fact.PartitionAdded(TOPIC, i, partition)));
    }
    return image;
  }

  /** A node while it runs. */
  private static final class Running implements AutoCloseable {
    private final SimulatedWorld world;
    private final LogDirectory directory;
    private final Replicas replicas;
    private final Coordinator<Notes.State, Command> coordinator;

    Running(SimulatedWorld world) throws IOException {
      this.world = world;
      directory = LogDirectory.open(world, Path.of("/data"), LogDirectoryOptions.defaults());
      replicas = new Replicas(world, directory, SELF, Map.of("max.message.bytes", "10000"));
      coordinator =
          new Coordinator<>(
              world,
              replicas,
              SELF,
              new Notes(),
              new CoordinatorOptions("notes", 60_000, 1_000, QUEUE, 5_000));
    }

    Running leading(int epoch) {
      become(image(SELF, epoch));
      for (String name : List.of("a", "b", "c")) {
        awaitReady(name);
      }
      return this;
    }

    void become(ClusterImage image) {
      CompletableFuture<Void> _ = replicas.reconcile(image);
      coordinator.accept(image);
    }

    private void awaitReady(String name) {
      while (!isRead(name)) {
        world.threads().sleep(TimeUnit.MILLISECONDS.toNanos(10));
      }
    }

    /** Whether it may be read. */
    boolean isRead(String name) {
      try {
        coordinator.read(name, state -> state);
        return true;
      } catch (CoordinatorLoadInProgressException | NotCoordinatorException e) {
        return false;
      }
    }

    CompletableFuture<String> write(String name, String text) {
      return coordinator.submit(name, new Command.Write(name, text));
    }

    String read(String name) {
      return coordinator.read(name, state -> state.texts().getOrDefault(name, ""));
    }

    @Override
    public void close() throws IOException {
      coordinator.close();
      replicas.close();
      directory.close();
    }
  }

  private interface Body {
    void run(SimulatedWorld world, Running node) throws Exception;
  }

  private static void run(SimulationOptions options, Body body) {
    SimulatedWorld world = new SimulatedWorld(1, options);
    RunEnd end =
        world.run(
            () -> {
              try (Running node = new Running(world).leading(0)) {
                body.run(world, node);
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  private static void sleepMs(SimulatedWorld world, long millis) {
    world.threads().sleep(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static ClusterImage inSync(int partitionEpoch, Integer... nodes) {
    ClusterImage image =
        ClusterImage.empty("c").apply(List.of(new Fact.TopicCreated("notes", TOPIC)));
    for (int i = 0; i < PARTITIONS; i++) {
      PartitionImage partition =
          new PartitionImage(List.of(SELF, 2), List.of(nodes), SELF, 0, partitionEpoch);
      image = image.apply(List.of(new Fact.PartitionAdded(TOPIC, i, partition)));
    }
    return image;
  }

  /** Its disk hangs, say: whoever asks is to find the next leader. */
  @Test
  void aNodeThatStandsAsideSaysNothing() {
    run(
        SimulationOptions.defaults(),
        (world, node) -> {
          node.replicas.reconcile(inSync(1, SELF, 2)).join();
          assertThat(node.read("a")).isEmpty();
          CompletableFuture<String> waits = node.coordinator.submit("a", new Command.Await("a"));
          sleepMs(world, 10);
          assertThat(waits).isNotDone();
          node.replicas.standAside(true);
          assertThatThrownBy(() -> node.read("a")).isInstanceOf(NotCoordinatorException.class);
          CompletableFuture<String> asked = node.write("a", "x");
          assertThatThrownBy(asked::join).hasCauseInstanceOf(NotCoordinatorException.class);
          assertThatThrownBy(waits::join).hasCauseInstanceOf(NotCoordinatorException.class);
          node.replicas.standAside(false);
          assertThat(node.read("a")).isEmpty();
        });
  }

  @Test
  void noTimerGoesOnWhileItsNodeStandsAside() {
    run(
        SimulationOptions.defaults(),
        (world, node) -> {
          node.coordinator.submit("a", new Command.WriteLater("a", 5_000)).join();
          sleepMs(world, 1_000);
          node.replicas.reconcile(inSync(1, SELF, 2)).join();
          node.replicas.standAside(true);
          sleepMs(world, 20_000);
          node.replicas.standAside(false);
          node.replicas.reconcile(inSync(2, SELF)).join();
          sleepMs(world, 3_500);
          assertThat(node.read("a")).isEmpty();
          sleepMs(world, 1_000);
          assertThat(node.read("a")).isNotEmpty();
        });
  }

  @Test
  void answersWaitUntilWhatTheySayIsReplicated() {
    run(
        SLOW_DISK,
        (world, node) -> {
          CompletableFuture<String> first = node.write("a", "1");
          sleepMs(world, 100);
          // Has no records, and says what was not replicated yet.
          CompletableFuture<String> second =
              node.coordinator.submit("a", new Command.WriteLater("a", 600_000));
          sleepMs(world, 100);
          assertThat(first).isNotDone();
          assertThat(second).isNotDone();
          assertThat(node.read("a")).isEmpty();
          assertThat(first.join()).isEmpty();
          assertThat(second.join()).isEqualTo("a");
          assertThat(node.read("a")).isEqualTo("1");
          assertThat(node.write("a", "2").join()).isEqualTo("1");
        });
  }

  @Test
  void oneCommandAnswersAnother() {
    run(
        SimulationOptions.defaults(),
        (world, node) -> {
          CompletableFuture<String> waiting = node.coordinator.submit("a", new Command.Await("a"));
          sleepMs(world, 1_000);
          assertThat(waiting).isNotDone();
          node.write("a", "here").join();
          assertThat(waiting.join()).isEqualTo("here");
        });
  }

  @Test
  void timersRunOut() {
    run(
        SimulationOptions.defaults(),
        (world, node) -> {
          node.coordinator.submit("a", new Command.WriteLater("a", 5_000)).join();
          sleepMs(world, 4_000);
          assertThat(node.read("a")).isEmpty();
          sleepMs(world, 2_000);
          assertThat(node.read("a")).isEqualTo(Notes.ALARM);
        });
  }

  @Test
  void whatCannotBeAppendedHasNotHappened() {
    run(
        SimulationOptions.defaults(),
        (world, node) -> {
          node.write("a", "before").join();
          CompletableFuture<String> waiting = node.coordinator.submit("a", new Command.Await("a"));
          CompletableFuture<String> refused = node.write("a", "x".repeat(20_000));
          assertThatThrownBy(refused::join).hasCauseInstanceOf(RecordTooLargeException.class);
          assertThat(node.read("a")).isEqualTo("before");
          assertThat(waiting).isNotDone();
          assertThat(node.write("a", "after").join()).isEqualTo("before");
          assertThat(waiting.join()).isEqualTo("after");
        });
  }

  @Test
  void whoeverWaitsIsToldThatTheLeadershipIsGone() {
    run(
        SimulationOptions.defaults(),
        (world, node) -> {
          node.write("a", "1").join();
          CompletableFuture<String> waiting = node.coordinator.submit("a", new Command.Await("a"));
          sleepMs(world, 100);
          node.become(image(2, 1));
          assertThatThrownBy(waiting::join).hasCauseInstanceOf(NotCoordinatorException.class);
          assertThatThrownBy(node.write("a", "2")::join)
              .hasCauseInstanceOf(NotCoordinatorException.class);
          assertThatThrownBy(() -> node.read("a")).isInstanceOf(NotCoordinatorException.class);
          node.leading(2);
          assertThat(node.read("a")).isEqualTo("1");
        });
  }

  /** Its own disk is said to be damaged, and found to be good: the log is opened once more. */
  @Test
  void aLogThatIsOpenedAnewInTheSameEpochIsLoadedAnew() {
    run(
        SimulationOptions.defaults(),
        (world, node) -> {
          node.write("a", "1").join();
          CompletableFuture<String> waiting = node.coordinator.submit("a", new Command.Await("a"));
          sleepMs(world, 100);
          node.become(saidToBeDamaged());
          assertThatThrownBy(waiting::join).hasCauseInstanceOf(NotCoordinatorException.class);
          boolean isRead = false;
          for (int i = 0; i < 100 && !isRead; i++) {
            sleepMs(world, 100);
            isRead = node.isRead("a");
          }
          assertThat(isRead).isTrue();
          assertThat(node.read("a")).isEqualTo("1");
          assertThat(node.write("a", "2").join()).isEqualTo("1");
        });
  }

  private static ClusterImage saidToBeDamaged() {
    ClusterImage image =
        ClusterImage.empty("c").apply(List.of(new Fact.TopicCreated("notes", TOPIC)));
    for (int i = 0; i < PARTITIONS; i++) {
      PartitionImage partition =
          new PartitionImage(
              List.of(SELF, 2),
              List.of(PartitionImage.LOST, PartitionImage.UNASSIGNED),
              List.of(SELF),
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              SELF,
              0,
              1,
              false);
      image = image.apply(List.of(new Fact.PartitionAdded(TOPIC, i, partition)));
    }
    return image;
  }

  @Test
  void noMoreThanABoundedNumberWaits() {
    run(
        SLOW_DISK,
        (world, node) -> {
          List<CompletableFuture<String>> answers = new ArrayList<>();
          for (int i = 0; i < 1_000; i++) {
            answers.add(node.write("a", Integer.toString(i)));
          }
          int refused = 0;
          String last = "";
          for (int i = 0; i < answers.size(); i++) {
            try {
              answers.get(i).join();
              last = Integer.toString(i);
            } catch (RuntimeException e) {
              assertThat(e).hasCauseInstanceOf(CoordinatorLoadInProgressException.class);
              refused++;
            }
          }
          assertThat(refused).isPositive();
          assertThat(node.read("a")).isEqualTo(last);
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void whatWasAnsweredSurvivesACrash(long seed) {
    SimulationOptions options = SimulationOptions.defaults();
    SimulatedWorld world = new SimulatedWorld(seed, options);
    Map<String, Integer> answered = new HashMap<>();
    Map<String, Integer> sent = new HashMap<>();
    RunEnd end =
        world.run(
            () -> {
              Running node = new Running(world).leading(0);
              world
                  .clock()
                  .schedule(
                      TimeUnit.MILLISECONDS.toNanos(50 * seed),
                      () -> world.crash(CrashMode.RANDOM));
              for (int i = 1; ; i++) {
                String name = List.of("a", "b", "c", "d").get(i % 4);
                int text = i;
                sent.put(name, text);
                CompletableFuture<Void> _ =
                    node.write(name, Integer.toString(i))
                        .thenAccept(before -> answered.merge(name, text, Math::max));
                sleepMs(world, 1);
              }
            });
    assertThat(end).isEqualTo(RunEnd.CRASHED);
    SimulatedWorld next = new SimulatedWorld(seed, options, world.disk());
    next.run(
        () -> {
          try (Running node = new Running(next).leading(1)) {
            answered.forEach(
                (name, text) -> {
                  int found = Integer.parseInt(node.read(name));
                  assertThat(found).isBetween(text, sent.getOrDefault(name, 0));
                });
          }
        });
    assertThat(answered).isNotEmpty();
  }
}
