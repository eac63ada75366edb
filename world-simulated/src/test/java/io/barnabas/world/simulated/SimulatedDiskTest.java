package io.barnabas.world.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.DiskFile;
import io.barnabas.world.WorldThread;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {
  private static final Path HOME = Path.of("/simulated/home");
  private static final Path FILE = HOME.resolve("a");
  private static final Path OTHER = HOME.resolve("b");

  private final SimulatedDisk disk = new SimulatedDisk(1_000_000);

  @BeforeEach
  void makeHome() throws IOException {
    disk.createDirectories(HOME);
  }

  @Test
  void aStrictCrashLosesExactlyWhatWasNotForced() throws IOException {
    DiskFile file = append(FILE, "forced");
    file.force();
    disk.forceDirectory(HOME);
    file.append(buffer(" lost"));
    file.truncate(3);
    DiskFile nameless = append(OTHER, "forced in a directory that is not");
    nameless.force();
    disk.crash(CrashMode.LOSE_UNFORCED);
    assertThat(disk.list(HOME)).containsExactly(Path.of("a"));
    assertThat(text(FILE)).isEqualTo("forced");
  }

  @Test
  void aForceCoversOnlyWhatCameBeforeIt() throws IOException {
    long second = 1_000_000_000;
    SimulationOptions options =
        SimulationOptions.defaults()
            .withDiskDelays(DelayRange.NONE, new DelayRange(second, second));
    SimulatedWorld world = new SimulatedWorld(8, options);
    world.run(
        () -> {
          DiskFile file = world.disk().openForAppend(Path.of("/file"));
          world.disk().forceDirectory(Path.of("/"));
          file.append(buffer("before"));
          WorldThread forcing =
              world.threads().startPlatform("forcing", () -> forceUnchecked(file));
          world.threads().sleep(second / 2);
          file.append(buffer(" during"));
          forcing.join();
          world.crash(CrashMode.LOSE_UNFORCED);
        });
    assertThat(world.disk().content(Path.of("/file"))).isEqualTo(bytes("before"));
  }

  private static void forceUnchecked(DiskFile file) {
    try {
      file.force();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aForcedTruncationAndAnEmptyFileSurvive() throws IOException {
    DiskFile file = append(FILE, "abcdef");
    file.truncate(3);
    file.append(buffer("XY"));
    file.force();
    append(OTHER, "never forced");
    disk.forceDirectory(HOME);
    disk.crash(CrashMode.LOSE_UNFORCED);
    assertThat(text(FILE)).isEqualTo("abcXY");
    assertThat(text(OTHER)).isEmpty();
  }

  @Test
  void renamesAndDeletionsComeBackUnlessTheDirectoryWasForced() throws IOException {
    append(FILE, "a").force();
    append(OTHER, "b").force();
    disk.forceDirectory(HOME);
    disk.rename(FILE, OTHER);
    assertThat(text(OTHER)).isEqualTo("a");
    disk.delete(OTHER);
    disk.crash(CrashMode.LOSE_UNFORCED);
    assertThat(text(FILE)).isEqualTo("a");
    assertThat(text(OTHER)).isEqualTo("b");
    disk.rename(FILE, OTHER);
    disk.forceDirectory(HOME);
    disk.crash(CrashMode.LOSE_UNFORCED);
    assertThat(disk.exists(FILE)).isFalse();
    assertThat(text(OTHER)).isEqualTo("a");
  }

  @Test
  void aRandomCrashTearsWritesAndKeepsPrefixes() throws IOException {
    String forced = "forced;";
    String written = "0123456789".repeat(100);
    Set<String> kinds = new HashSet<>();
    for (long seed = 0; seed < 300; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults());
      SimulatedDisk crashing = world.disk();
      world.run(
          () -> {
            crashing.createDirectories(HOME);
            DiskFile file = crashing.openForAppend(FILE);
            crashing.forceDirectory(HOME);
            file.append(buffer(forced));
            file.force();
            file.append(buffer(written));
            world.crash(CrashMode.RANDOM);
          });
      kinds.add(kind(forced, written, crashing.content(FILE)));
    }
    assertThat(kinds).containsExactlyInAnyOrder("whole", "none", "torn", "spoiled");
  }

  private static String kind(String forced, String written, byte[] content) {
    String text = new String(content, StandardCharsets.ISO_8859_1);
    assertThat(text).startsWith(forced);
    String rest = text.substring(forced.length());
    assertThat(rest.length()).isLessThanOrEqualTo(written.length());
    if (rest.isEmpty() || rest.equals(written)) {
      return rest.isEmpty() ? "none" : "whole";
    }
    return written.startsWith(rest) ? "torn" : "spoiled";
  }

  @Test
  void powerIsLostAtTheChosenOperation() throws IOException {
    for (int cut = 0; cut < 5; cut++) {
      SimulatedWorld world = new SimulatedWorld(cut, SimulationOptions.defaults());
      world.disk().crashAtOperation(cut, CrashMode.LOSE_UNFORCED);
      boolean[] returned = new boolean[1];
      RunEnd end =
          world.run(
              () -> {
                world.disk().createDirectories(HOME);
                DiskFile file = world.disk().openForAppend(FILE);
                world.disk().forceDirectory(HOME);
                file.append(buffer("x"));
                file.force();
                returned[0] = true;
              });
      assertThat(end).isEqualTo(RunEnd.CRASHED);
      assertThat(returned[0]).isFalse();
      assertThat(world.disk().isDirectory(HOME)).isEqualTo(cut > 0);
      assertThat(world.disk().exists(FILE)).isEqualTo(cut > 2);
    }
  }

  @Test
  void locksHoldUntilTheyAreClosedOrThePowerIsLost() throws IOException {
    Closeable lock = disk.tryLock(FILE).orElseThrow();
    assertThat(disk.tryLock(FILE)).isEmpty();
    lock.close();
    assertThat(disk.tryLock(FILE)).isPresent();
    lock.close();
    assertThat(disk.tryLock(FILE)).isEmpty();
    disk.crash(CrashMode.LOSE_UNFORCED);
    assertThat(disk.tryLock(FILE)).isPresent();
  }

  @Test
  void aKilledProgramLosesItsLocksButNothingThatItWrote() throws IOException {
    append(FILE, "abc");
    assertThat(disk.tryLock(OTHER)).isPresent();
    disk.crash(CrashMode.KEEP_ALL);
    assertThat(text(FILE)).isEqualTo("abc");
    assertThat(disk.tryLock(OTHER)).isPresent();
    disk.crash(CrashMode.LOSE_UNFORCED);
    assertThat(disk.exists(FILE)).isFalse();
  }

  @Test
  void twoThreadsMustNotChangeAFileAtOnce() {
    SimulatedWorld world = new SimulatedWorld(5, SimulationOptions.defaults());
    world.disk().slowDown(DelayRange.ofMicros(100, 200));
    assertThatThrownBy(
            () ->
                world.run(
                    () -> {
                      DiskFile file = world.disk().openForAppend(Path.of("/file"));
                      world.threads().startVirtual("other", () -> appendUnchecked(file));
                      file.append(buffer("a"));
                      world.threads().sleep(1_000_000);
                    }))
        .hasMessageContaining("two threads change the file at once");
  }

  private static void appendUnchecked(DiskFile file) {
    try {
      file.append(buffer("b"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSlowDiskTakesItsTimeUntilHealed() {
    SimulatedWorld world = new SimulatedWorld(6, SimulationOptions.defaults());
    long second = 1_000_000_000;
    world.disk().slowDown(new DelayRange(second, second));
    world.run(
        () -> {
          DiskFile file = world.disk().openForAppend(Path.of("/file"));
          long begin = world.clock().nanoTime();
          file.append(buffer("a"));
          file.force();
          assertThat(world.clock().nanoTime() - begin).isBetween(2 * second, 3 * second);
          world.disk().heal();
          file.force();
          assertThat(world.clock().nanoTime() - begin).isLessThan(3 * second);
        });
  }

  @Test
  void aFailedForceLosesWhatItShouldHaveForced() throws IOException {
    DiskFile file = append(FILE, "abc");
    disk.forceDirectory(HOME);
    disk.failNext(DiskOperation.FORCE);
    assertThatThrownBy(file::force).isInstanceOf(IOException.class);
    assertThat(text(FILE)).isEqualTo("abc");
    file.append(buffer("def"));
    file.force();
    disk.crash(CrashMode.LOSE_UNFORCED);
    assertThat(text(FILE)).isEqualTo("\0\0\0def");
  }

  @Test
  void faultsHitTheirPathsUntilHealed() throws IOException {
    DiskFile file = append(FILE, "abc");
    disk.failAlways(DiskOperation.APPEND, path -> path.equals(FILE));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> file.append(buffer("d"))).isInstanceOf(IOException.class);
    }
    append(OTHER, "fine");
    disk.heal();
    file.append(buffer("d"));
    assertThat(text(FILE)).isEqualTo("abcd");
    disk.corrupt(FILE, 1, 1);
    assertThat(text(FILE)).isEqualTo("accd");
  }

  @Test
  void aFullDiskTakesWhatFitsAndAgainAfterDeleting() throws IOException {
    append(OTHER, "x".repeat(6));
    disk.resize(10);
    DiskFile file = disk.openForAppend(FILE);
    assertThat(disk.usableBytes(FILE)).isEqualTo(4);
    assertThatThrownBy(() -> file.append(buffer("abcdef")))
        .hasMessageContaining("No space left on device");
    assertThat(text(FILE)).isEqualTo("abcd");
    assertThat(disk.usableBytes(FILE)).isZero();
    disk.delete(OTHER);
    file.append(buffer("ef"));
    file.truncate(1);
    assertThat(disk.usableBytes(FILE)).isEqualTo(9);
  }

  @Test
  void refusalsAreThoseOfARealDisk() throws IOException {
    assertThatThrownBy(() -> disk.openForRead(FILE)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.list(FILE)).isInstanceOf(NoSuchFileException.class);
    DiskFile file = append(FILE, "abc");
    assertThatThrownBy(() -> disk.delete(HOME)).isInstanceOf(DirectoryNotEmptyException.class);
    DiskFile reader = disk.openForRead(FILE);
    assertThatThrownBy(() -> reader.append(buffer("x")))
        .isInstanceOf(NonWritableChannelException.class);
    disk.delete(FILE);
    disk.delete(FILE);
    ByteBuffer target = ByteBuffer.allocate(10);
    assertThat(reader.read(target, 1)).isEqualTo(2);
    assertThat(reader.read(target, 3)).isEqualTo(-1);
    file.close();
    assertThatThrownBy(file::force).isInstanceOf(ClosedChannelException.class);
    assertThat(Files.exists(HOME)).isFalse();
  }

  private DiskFile append(Path path, String text) throws IOException {
    DiskFile file = disk.openForAppend(path);
    file.append(buffer(text));
    return file;
  }

  private String text(Path path) throws IOException {
    return new String(disk.content(path), StandardCharsets.UTF_8);
  }

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
