package io.barnabas.world;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealDiskTest {
  private final Disk disk = RealWorld.create().disk();
  @TempDir private Path directory;

  @Test
  void appendsGoToTheEndAlsoAfterReopening() throws IOException {
    Path path = directory.resolve("file");
    try (DiskFile file = disk.openForAppend(path)) {
      file.append(bytes("one"), bytes(""), bytes("two"));
      file.force();
      assertThat(file.size()).isEqualTo(6);
    }
    try (DiskFile file = disk.openForAppend(path)) {
      file.append(bytes("three"));
      assertThat(text(file, 0, 100)).isEqualTo("onetwothree");
      assertThat(text(file, 3, 3)).isEqualTo("two");
      assertThat(file.read(ByteBuffer.allocate(1), 11)).isEqualTo(-1);
    }
    assertThat(disk.size(path)).isEqualTo(11);
  }

  @Test
  void truncatingCutsAndNeverGrows() throws IOException {
    try (DiskFile file = disk.openForAppend(directory.resolve("file"))) {
      file.append(bytes("abcdef"));
      file.truncate(10);
      assertThat(file.size()).isEqualTo(6);
      file.truncate(2);
      file.append(bytes("x"));
      assertThat(text(file, 0, 100)).isEqualTo("abx");
      assertThat(disk.size(directory.resolve("file"))).isEqualTo(3);
    }
  }

  @Test
  void aMissingFileIsNotMadeForReading() {
    Path path = directory.resolve("file");
    assertThatThrownBy(() -> disk.openForRead(path)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.list(path)).isInstanceOf(NoSuchFileException.class);
    assertThat(disk.exists(path)).isFalse();
  }

  @Test
  void renameReplacesAndDeleteIsRepeatable() throws IOException {
    Path a = write("a", "new");
    Path b = write("b", "old");
    disk.rename(a, b);
    disk.forceDirectory(directory);
    assertThat(disk.list(directory)).containsExactly(Path.of("b"));
    assertThat(Files.readString(b)).isEqualTo("new");
    disk.delete(b);
    disk.delete(b);
    assertThat(disk.list(directory)).isEmpty();
  }

  @Test
  void namesAreListedSorted() throws IOException {
    write("b", "");
    write("a", "");
    disk.createDirectories(directory.resolve("c"));
    assertThat(disk.list(directory)).containsExactly(Path.of("a"), Path.of("b"), Path.of("c"));
  }

  @Test
  void directoriesAreMadeDownwards() throws IOException {
    Path deep = directory.resolve("x/y/z");
    disk.createDirectories(deep);
    disk.createDirectories(deep);
    assertThat(disk.isDirectory(deep)).isTrue();
    Path file = write("file", "");
    assertThatThrownBy(() -> disk.createDirectories(file))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void aLockHasOneHolderUntilItIsGivenBack() throws IOException {
    Path path = directory.resolve("lock");
    Closeable lock = disk.tryLock(path).orElseThrow();
    assertThat(disk.tryLock(path)).isEmpty();
    assertThat(RealWorld.create().disk().tryLock(path)).isEmpty();
    lock.close();
    Closeable second = disk.tryLock(path).orElseThrow();
    lock.close();
    assertThat(disk.tryLock(path)).isEmpty();
    second.close();
  }

  @Test
  void aRefusedHolderDoesNotTakeTheLockFromTheKernel() throws IOException {
    Path locks = Path.of("/proc/locks");
    Assumptions.assumeTrue(Files.isReadable(locks));
    Path path = directory.resolve("lock");
    Closeable lock = disk.tryLock(path).orElseThrow();
    String inode = ":" + Files.getAttribute(path, "unix:ino") + " ";
    assertThat(Files.readString(locks)).contains(inode);
    assertThat(disk.tryLock(path)).isEmpty();
    assertThat(Files.readString(locks)).contains(inode);
    lock.close();
    assertThat(Files.readString(locks)).doesNotContain(inode);
  }

  private Path write(String name, String text) throws IOException {
    Path path = directory.resolve(name);
    try (DiskFile file = disk.openForAppend(path)) {
      file.append(bytes(text));
    }
    return path;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private static String text(DiskFile file, long position, int atMost) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(atMost);
    int read = file.read(buffer, position);
    return new String(buffer.array(), 0, read, UTF_8);
  }
}
