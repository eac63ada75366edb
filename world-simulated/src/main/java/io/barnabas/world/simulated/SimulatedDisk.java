package io.barnabas.world.simulated;

import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory. It outlives the machine that it is in: give it to the next one. Tests may use
 * it directly, from their own thread too, which never waits. Paths are those of the machine's one
 * file system; the real one is never touched.
 *
 * <p>What a crash leaves is decided for each file's content and for each directory's names on their
 * own, so a file that was forced in a directory that was not is lost.
 */
public final class SimulatedDisk implements Disk {
  /** A change of the disk. */
  @FunctionalInterface
  interface Change {
    void run() throws IOException;
  }

  private final FileTree tree = new FileTree();
  private final DiskFaults faults = new DiskFaults();
  private final Map<Path, Object> locks = new HashMap<>();
  private long totalBytes;
  private long usedBytes;
  private long operations;
  private long crashAtOperation = -1;
  private CrashMode crashMode = CrashMode.LOSE_UNFORCED;
  private @Nullable DelayRange slowness;
  private @Nullable SimulatedMachine machine;
  private SeededRandom random = new SeededRandom(0);

  /** An empty disk. */
  public SimulatedDisk(long totalBytes) {
    this.totalBytes = totalBytes;
  }

  // --- for tests

  /** How many operations that change the disk have begun, ever. */
  public long operations() {
    return operations;
  }

  /**
   * Takes the machine's power away when operation number {@code n} begins, counted like {@link
   * #operations}: with 0 the first. In {@link CrashMode#RANDOM} that operation may still be carried
   * out, but nobody hears of it.
   */
  public void crashAtOperation(long n, CrashMode mode) {
    crashAtOperation = n;
    crashMode = mode;
  }

  /** Makes the next operation of a kind fail with an {@code IOException}; adds up. */
  public void failNext(DiskOperation operation) {
    faults.failNext(operation, path -> true);
  }

  /** Makes the next operation of a kind on such a path fail; adds up. */
  public void failNext(DiskOperation operation, Predicate<Path> paths) {
    faults.failNext(operation, paths);
  }

  /** Makes all operations of a kind on such paths fail until {@link #heal}. */
  public void failAlways(DiskOperation operation, Predicate<Path> paths) {
    faults.failAlways(operation, paths);
  }

  /** Makes each operation take this long until {@link #heal}. */
  public void slowDown(DelayRange delay) {
    slowness = delay;
  }

  /** Ends the faults and the slowness; what they lost stays lost. */
  public void heal() {
    faults.heal();
    slowness = null;
  }

  /** Changes the size of the disk, below what is used too: then it is full. */
  public void resize(long newTotalBytes) {
    totalBytes = newTotalBytes;
  }

  /** Flips bits of a byte of a file as the disk itself might, forced or not. */
  public void corrupt(Path path, long position, int mask) throws IOException {
    tree.file(path).flip(Math.toIntExact(position), mask);
  }

  /** The whole content of a file. */
  public byte[] content(Path path) throws IOException {
    return tree.file(path).content().copy();
  }

  /** Leaves on the disk what a crash leaves; the machine is not touched. */
  void crash(CrashMode mode) {
    tree.crash(mode, random);
    usedBytes = tree.usedBytes();
    locks.clear();
    crashAtOperation = -1;
    machine = null;
  }

  void attach(SimulatedMachine newMachine) {
    // Whoever had it before is gone, if only because a test dropped that world.
    tree.crash(CrashMode.KEEP_ALL, random);
    locks.clear();
    machine = newMachine;
    random = newMachine.scheduler().random().fork();
  }

  // --- Disk

  @Override
  public DiskFile openForRead(Path path) throws IOException {
    enter();
    return new SimulatedFile(this, tree.file(path), path, false);
  }

  @Override
  public DiskFile openForAppend(Path path) throws IOException {
    enter();
    if (tree.find(path) == null) {
      create(path);
    }
    return new SimulatedFile(this, tree.file(path), path, true);
  }

  private void create(Path path) throws IOException {
    change(
        DiskOperation.CREATE,
        path,
        () -> {
          if (tree.find(path) == null) {
            tree.create(path, nowMillis());
          }
        });
  }

  @Override
  public void createDirectories(Path path) throws IOException {
    enter();
    if (!isDirectory(path)) {
      change(DiskOperation.CREATE_DIRECTORIES, path, () -> tree.createDirectories(path));
    }
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    enter();
    return tree.directory(directory).names().stream().map(Path::of).toList();
  }

  @Override
  public boolean exists(Path path) {
    enter();
    return tree.find(path) != null;
  }

  @Override
  public boolean isDirectory(Path path) {
    enter();
    return tree.find(path) instanceof DirectoryNode;
  }

  @Override
  public long size(Path path) throws IOException {
    enter();
    return tree.file(path).content().size();
  }

  @Override
  public long lastModifiedMillis(Path path) throws IOException {
    enter();
    return tree.file(path).lastModifiedMillis();
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    change(DiskOperation.RENAME, from, () -> unlink(tree.rename(from, to)));
  }

  @Override
  public void delete(Path path) throws IOException {
    if (exists(path)) {
      change(DiskOperation.DELETE, path, () -> unlink(tree.delete(path)));
    }
  }

  private void unlink(@Nullable Node node) {
    if (node instanceof FileNode file) {
      file.unlink();
      usedBytes -= file.content().size();
    }
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    change(DiskOperation.FORCE_DIRECTORY, directory, () -> tree.directory(directory).force());
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    enter();
    return Math.max(0, totalBytes - usedBytes);
  }

  @Override
  public long totalBytes(Path path) throws IOException {
    enter();
    return totalBytes;
  }

  @Override
  public Optional<Closeable> tryLock(Path path) throws IOException {
    openForAppend(path).close();
    Path key = FileTree.canonical(path);
    Object holder = new Object();
    return locks.putIfAbsent(key, holder) == null
        ? Optional.of(() -> locks.remove(key, holder))
        : Optional.empty();
  }

  // --- for SimulatedFile

  /** Where every operation begins that changes nothing. */
  void enter() {
    if (machine != null) {
      machine.enter();
    }
  }

  void beginRead(Path path) throws IOException {
    enter();
    pause(DiskOperation.READ);
    faults.check(DiskOperation.READ, path);
  }

  /** Carries out a change, if the disk is well and the power is on. */
  void change(DiskOperation operation, Path path, Change change) throws IOException {
    enter();
    pause(operation);
    if (operations++ == crashAtOperation) {
      losePower(change);
    }
    faults.check(operation, path);
    change.run();
    trace(operation + " " + path, operations);
  }

  void trace(String what, long detail) {
    if (machine != null) {
      machine.scheduler().trace().add("disk", what, detail);
    }
  }

  private void losePower(Change lastChange) throws IOException {
    CrashMode mode = crashMode;
    if (mode == CrashMode.RANDOM && random.nextInt(4) != 0) {
      lastChange.run();
    }
    if (machine != null) {
      machine.crash(mode);
    } else {
      crash(mode);
    }
    throw new IOException("the power was lost");
  }

  private void pause(DiskOperation operation) {
    SimulatedMachine running = machine;
    if (running == null) {
      return;
    }
    Scheduler scheduler = running.scheduler();
    SimulationOptions options = scheduler.options();
    if (slowness != null) {
      scheduler.pause(slowness);
    } else if (operation == DiskOperation.FORCE || operation == DiskOperation.FORCE_DIRECTORY) {
      scheduler.pause(options.forceDelay());
    } else if (random.oneIn(4)) {
      scheduler.pause(options.diskDelay());
    }
    running.enter();
  }

  /** Takes room for bytes of a linked file; gives back how many of them there is room for. */
  int reserve(FileNode file, int count) {
    if (!file.isLinked()) {
      return count;
    }
    int taken = (int) Math.max(0, Math.min(count, totalBytes - usedBytes));
    usedBytes += taken;
    return taken;
  }

  void release(FileNode file, int count) {
    if (file.isLinked()) {
      usedBytes -= count;
    }
  }

  SeededRandom random() {
    return random;
  }

  long nowMillis() {
    return machine == null ? 0 : machine.clock().wallTimeMillis();
  }
}
