package io.barnabas.server.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.server.settings.SettingsException;
import io.barnabas.world.DiskFile;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryIdentityTest {
  private static final Path DIRECTORY = Path.of("/data");
  private static final Path FILE = DIRECTORY.resolve("meta.properties");
  private static final int SEEDS = 5;

  /** A life has fewer than that change the disk. */
  private static final int OPERATIONS = 9;

  private final SimulatedDisk disk = new SimulatedDisk(1 << 20);
  private long seed;

  @BeforeEach
  void makeTheDirectory() throws IOException {
    disk.createDirectories(DIRECTORY);
    disk.createDirectories(DIRECTORY.resolve("lost+found"));
    disk.openForAppend(DIRECTORY.resolve(".lock")).close();
  }

  private DirectoryIdentity establish(int nodeId, Optional<String> clusterId) {
    SimulatedWorld world = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    return world.call(() -> DirectoryIdentity.establish(world, DIRECTORY, nodeId, clusterId));
  }

  private void write(String content) throws IOException {
    disk.delete(FILE);
    try (DiskFile file = disk.openForAppend(FILE)) {
      file.append(ByteBuffer.wrap(content.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  @Test
  void anEmptyDirectoryIsGivenToANewClusterAndKeepsIt() throws IOException {
    DirectoryIdentity first = establish(3, Optional.empty());
    assertThat(Uuid.fromString(first.clusterId().orElseThrow())).isNotIn(Uuid.RESERVED);
    assertThat(new String(disk.content(FILE), StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "cluster.id=%s\ndirectory.id=%s\nnode.id=3\nversion=1\n"
                .formatted(first.clusterId().orElseThrow(), first.directoryId()));
    assertThat(establish(3, Optional.empty())).isEqualTo(first);
    assertThat(establish(3, first.clusterId())).isEqualTo(first);
  }

  @Test
  void theClusterThatTheSettingNamesIsTaken() {
    assertThat(establish(3, Optional.of("wörk: #1 \\")).clusterId()).contains("wörk: #1 \\");
    assertThat(establish(3, Optional.empty()).clusterId()).contains("wörk: #1 \\");
  }

  @Test
  void anotherNodeOrClusterIsRefused() {
    establish(3, Optional.of("right"));
    assertThatThrownBy(() -> establish(4, Optional.empty()))
        .rootCause()
        .isInstanceOf(SettingsException.class)
        .hasMessage("The setting node.id is 4, but the data in /data is that of node 3.");
    assertThatThrownBy(() -> establish(3, Optional.of("wrong")))
        .rootCause()
        .isInstanceOf(SettingsException.class)
        .hasMessage("The setting cluster.id is wrong, but the data in /data is of cluster right.");
  }

  @Test
  void aFileOfKafkaIsTakenAndADirectoryIdAddedIfItHasNone() throws IOException {
    write("#\n#Sat Nov 21 13:21:06 UTC 2026\nnode.id=1\nversion=1\ncluster.id=abc\n");
    DirectoryIdentity first = establish(1, Optional.empty());
    assertThat(first.clusterId()).contains("abc");
    assertThat(establish(1, Optional.empty())).isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "version=0\nbroker.id=1\ncluster.id=abc\n",
        "version=1\ncluster.id=abc\n",
        "version=1\nnode.id=1\n",
        "version=1\nnode.id=one\ncluster.id=abc\n",
        "version=1\nnode.id=1\ncluster.id=abc\ndirectory.id=?\n",
        "version=1\nnode.id=1\ncluster.id=\\u00\n"
      })
  void aDamagedFileIsRefused(String content) throws IOException {
    write(content);
    assertThatThrownBy(() -> establish(1, Optional.empty()))
        .hasStackTraceContaining("/data/meta.properties cannot be used: ");
    assertThat(disk.content(FILE)).isEqualTo(content.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void aNodeAmongOthersKeepsItsDirectoryIdAndIsToldOfTheClusterLater() {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults(), disk);
    DirectoryIdentity first = world.call(() -> member(world, Optional.empty()));
    assertThat(first.clusterId()).isEmpty();
    assertThat(world.call(() -> member(world, Optional.of("one")))).isEqualTo(first);
    DirectoryIdentity joined = world.call(() -> first.in(disk, DIRECTORY, "one"));
    assertThat(joined.clusterId()).contains("one");
    assertThat(joined.directoryId()).isEqualTo(first.directoryId());
    assertThat(world.call(() -> member(world, Optional.empty()))).isEqualTo(joined);
    assertThatThrownBy(() -> world.call(() -> joined.in(disk, DIRECTORY, "other")))
        .rootCause()
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "The data in /data is of cluster one, but the other nodes are of cluster other.");
  }

  private static DirectoryIdentity member(SimulatedWorld world, Optional<String> clusterId)
      throws Exception {
    return DirectoryIdentity.establishMember(world, DIRECTORY, 1, clusterId);
  }

  @Test
  void dataThatDoesNotSayWhoseItIsIsRefused() throws IOException {
    establish(1, Optional.empty());
    disk.createDirectories(DIRECTORY.resolve("topic-0"));
    disk.delete(FILE);
    assertThatThrownBy(() -> establish(1, Optional.empty()))
        .rootCause()
        .hasMessageStartingWith("/data holds data (topic-0), but its file meta.properties");
  }

  @ParameterizedTest
  @EnumSource(CrashMode.class)
  void aPowerLossAtAnyOperationLeavesTheIdentityOrNone(CrashMode mode) throws IOException {
    int crashes = 0;
    for (seed = 0; seed < SEEDS; seed++) {
      long operation = 0;
      for (long next = 0; next < OPERATIONS; next++) {
        operation = 0;
        while (crashesAt(operation, next, mode)) {
          operation++;
        }
      }
      crashes += (int) operation;
    }
    assertThat(crashes).as("cut points tried").isGreaterThanOrEqualTo(SEEDS * 6);
  }

  /**
   * Whether the first life was cut off; the one after it is cut off, too. What a life reported must
   * hold in all that follow.
   */
  private boolean crashesAt(long operation, long next, CrashMode mode) throws IOException {
    SimulatedDisk fresh = new SimulatedDisk(1 << 20);
    fresh.createDirectories(DIRECTORY);
    AtomicReference<Optional<DirectoryIdentity>> reported = new AtomicReference<>(Optional.empty());
    fresh.crashAtOperation(fresh.operations() + operation, mode);
    if (live(seed, fresh, reported) == RunEnd.FINISHED) {
      return false;
    }
    fresh.crashAtOperation(fresh.operations() + next, CrashMode.LOSE_UNFORCED);
    live(seed + 1, fresh, reported);
    fresh.crashAtOperation(-1, mode);
    assertThat(live(seed + 2, fresh, reported)).isEqualTo(RunEnd.FINISHED);
    return true;
  }

  private static RunEnd live(
      long seed, SimulatedDisk disk, AtomicReference<Optional<DirectoryIdentity>> reported) {
    SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults(), disk);
    return world.run(
        () -> {
          DirectoryIdentity identity =
              DirectoryIdentity.establish(world, DIRECTORY, 1, Optional.empty());
          reported.get().ifPresent(before -> assertThat(identity).isEqualTo(before));
          reported.set(Optional.of(identity));
          disk.createDirectories(DIRECTORY.resolve("__quorum"));
        });
  }
}
