package io.barnabas.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.DiskOperation;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SingleNodeQuorumTest {
  private static final QuorumMember SELF = new QuorumMember(1, new UUID(1, 1), "127.0.0.1", 9093);

  private static final Path DIRECTORY = Path.of("/data/__quorum");
  private static final Path FIRST_LOG = DIRECTORY.resolve(Names.entries(1));
  private static final SingleNodeOptions NO_SNAPSHOTS = new SingleNodeOptions(1 << 20, 1_000, 16);
  private static final long DISK_BYTES = 1 << 20;

  private final SimulatedDisk disk = new SimulatedDisk(DISK_BYTES);
  private final Recorder recorder = new Recorder();
  private long seed;

  @FunctionalInterface
  private interface Body {
    void run(SimulatedWorld world, Quorum quorum) throws Exception;
  }

  /** A life of the node on the disk; the recorder sees it all. */
  private void live(SingleNodeOptions options, Body body) {
    SimulatedWorld world = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    recorder.loadSnapshot(0, new byte[0]);
    world.run(
        () -> {
          try (Quorum quorum = SingleNodeQuorum.open(world, SELF, DIRECTORY, options)) {
            quorum.start(recorder);
            body.run(world, quorum);
          }
        });
  }

  private static void proposeAndWait(Quorum quorum, int from, int count) {
    for (int i = from; i < from + count; i++) {
      assertThat(quorum.propose(i, Recorder.bytes("e" + i)).join()).isTrue();
    }
  }

  private static List<String> entries(int count) {
    return IntStream.range(0, count).mapToObj(i -> "e" + i).toList();
  }

  @Test
  void ofTwoEntriesDecidedOnTheSameOneOnlyTheFirstIsTaken() {
    live(
        NO_SNAPSHOTS,
        (world, quorum) -> {
          CompletableFuture<Boolean> first = quorum.propose(0, Recorder.bytes("e0"));
          CompletableFuture<Boolean> second = quorum.propose(0, Recorder.bytes("late"));
          CompletableFuture<Boolean> third = quorum.propose(1, Recorder.bytes("e1"));
          CompletableFuture<Boolean> ahead = quorum.propose(7, Recorder.bytes("from nowhere"));
          assertThat(List.of(first.join(), second.join(), third.join(), ahead.join()))
              .containsExactly(true, false, true, false);
        });
    assertThat(recorder.entries()).isEqualTo(entries(2));
  }

  @Test
  void manyEntriesAreForcedTogetherAndTheQueueIsBounded() {
    long[] operations = new long[1];
    live(
        NO_SNAPSHOTS,
        (world, quorum) -> {
          long before = disk.operations();
          List<CompletableFuture<Boolean>> outcomes = new ArrayList<>();
          while (outcomes.isEmpty() || !outcomes.getLast().isCompletedExceptionally()) {
            outcomes.add(quorum.propose(outcomes.size(), Recorder.bytes("e" + outcomes.size())));
          }
          assertThatThrownBy(outcomes.removeLast()::join)
              .hasCauseInstanceOf(NotAppendedException.class);
          assertThat(outcomes).hasSizeGreaterThanOrEqualTo(16).allMatch(CompletableFuture::join);
          operations[0] = disk.operations() - before;
        });
    assertThat(operations[0]).as("appends and forces").isLessThan(16);
  }

  @Test
  void aSnapshotReplacesTheLogBeforeIt() throws IOException {
    SingleNodeOptions options = new SingleNodeOptions(200, 1_000, 16);
    live(options, (world, quorum) -> proposeAndWait(quorum, 0, 40));
    assertThat(disk.list(DIRECTORY)).hasSize(3);
    assertThat(disk.exists(FIRST_LOG)).isFalse();
    live(options, (world, quorum) -> proposeAndWait(quorum, 40, 1));
    assertThat(recorder.entries()).isEqualTo(entries(41));
    assertThat(recorder.snapshotsLoaded()).as("two of them the test's own").isEqualTo(3);
  }

  @Test
  void aFailedForceFailsTheQuorumForGood() {
    live(
        NO_SNAPSHOTS,
        (world, quorum) -> {
          proposeAndWait(quorum, 0, 2);
          disk.failNext(DiskOperation.FORCE);
          CompletableFuture<Boolean> inFlight = quorum.propose(2, Recorder.bytes("e2"));
          CompletableFuture<Boolean> behind = quorum.propose(3, Recorder.bytes("e3"));
          assertThatThrownBy(inFlight::join).isInstanceOf(CompletionException.class);
          assertThatThrownBy(behind::join).isInstanceOf(CompletionException.class);
          assertThatThrownBy(quorum.propose(2, Recorder.bytes("e2"))::join)
              .hasCauseExactlyInstanceOf(IOException.class)
              .hasMessageContaining("The quorum has failed");
        });
    assertThat(recorder.entries()).isEqualTo(entries(2));
    assertThat(recorder.failures()).hasSize(1);
  }

  @Test
  void aFullDiskRefusesEntriesAndSnapshotsUntilThereIsRoom() {
    SingleNodeOptions options = new SingleNodeOptions(300, 1_000, 16);
    live(
        options,
        (world, quorum) -> {
          proposeAndWait(quorum, 0, 7);
          long used = DISK_BYTES - disk.usableBytes(DIRECTORY);
          disk.resize(used + 10);
          assertThatThrownBy(quorum.propose(7, Recorder.bytes("e7"))::join)
              .hasCauseInstanceOf(NotAppendedException.class);
          // Room for the entries, none for the snapshot that is due with them.
          disk.resize(used + 110);
          proposeAndWait(quorum, 7, 3);
        });
    live(options, (world, quorum) -> assertThat(recorder.entries()).isEqualTo(entries(10)));
    disk.resize(DISK_BYTES);
    live(options, (world, quorum) -> proposeAndWait(quorum, 10, 20));
    assertThat(disk.exists(FIRST_LOG)).isFalse();
    live(options, (world, quorum) -> assertThat(recorder.entries()).isEqualTo(entries(30)));
    assertThat(recorder.failures()).isEmpty();
  }

  @Test
  void anyFlippedBitBeforeTheLastEntryIsRefused() throws IOException {
    live(NO_SNAPSHOTS, (world, quorum) -> proposeAndWait(quorum, 0, 4));
    int frame = disk.content(FIRST_LOG).length / 4;
    for (int position = 0; position < 3 * frame; position++) {
      disk.corrupt(FIRST_LOG, position, 1 << (position % 8));
      assertThatThrownBy(() -> live(NO_SNAPSHOTS, (world, quorum) -> {}))
          .hasRootCauseInstanceOf(IOException.class)
          .rootCause()
          .hasMessageContaining("is damaged at byte %d: ", position / frame * frame);
      disk.corrupt(FIRST_LOG, position, 1 << (position % 8));
    }
    live(NO_SNAPSHOTS, (world, quorum) -> {});
    assertThat(recorder.entries()).isEqualTo(entries(4));
  }

  @Test
  void aDamagedSnapshotIsRefused() throws IOException {
    SingleNodeOptions options = new SingleNodeOptions(200, 1_000, 16);
    live(options, (world, quorum) -> proposeAndWait(quorum, 0, 40));
    Path snapshot = Names.listSnapshots(disk, DIRECTORY).lastEntry().getValue();
    disk.corrupt(snapshot, 20, 4);
    assertThatThrownBy(() -> live(options, (world, quorum) -> {}))
        .rootCause()
        .hasMessage("The snapshot %s is damaged; restore it from a backup".formatted(snapshot));
  }

  @Test
  void aTornLastFrameIsCutOff() throws IOException {
    live(NO_SNAPSHOTS, (world, quorum) -> proposeAndWait(quorum, 0, 3));
    byte[] whole = disk.content(FIRST_LOG);
    int frame = whole.length / 3;
    for (int cut = 1; cut < frame; cut++) {
      disk.delete(FIRST_LOG);
      try (var file = disk.openForAppend(FIRST_LOG)) {
        file.append(ByteBuffer.wrap(whole, 0, whole.length - cut));
      }
      live(NO_SNAPSHOTS, (world, quorum) -> proposeAndWait(quorum, 2, 1));
      assertThat(recorder.entries()).isEqualTo(entries(3));
      assertThat(disk.content(FIRST_LOG)).isEqualTo(whole);
    }
  }

  @Test
  void aDirectoryIsForOneAtATime() {
    live(
        NO_SNAPSHOTS,
        (world, quorum) ->
            assertThatThrownBy(() -> SingleNodeQuorum.open(world, SELF, DIRECTORY, NO_SNAPSHOTS))
                .hasMessageContaining("Another process uses " + DIRECTORY));
    live(NO_SNAPSHOTS, (world, quorum) -> world.crash(CrashMode.KEEP_ALL));
    live(NO_SNAPSHOTS, (world, quorum) -> proposeAndWait(quorum, 0, 1));
    assertThat(recorder.entries()).isEqualTo(entries(1));
  }

  @Test
  void closingCarriesOutWhatWasProposed() {
    List<CompletableFuture<Boolean>> outcomes = new ArrayList<>();
    live(
        NO_SNAPSHOTS,
        (world, quorum) -> {
          for (int i = 0; i < 5; i++) {
            outcomes.add(quorum.propose(i, Recorder.bytes("e" + i)));
          }
          quorum.close();
          assertThat(outcomes).allMatch(CompletableFuture::join);
          assertThatThrownBy(quorum.propose(5, new byte[0])::join)
              .hasMessageContaining("The quorum is not running");
        });
    assertThat(recorder.entries()).isEqualTo(entries(5));
  }
}
