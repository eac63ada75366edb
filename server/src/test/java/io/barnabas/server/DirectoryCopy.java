package io.barnabas.server;

import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** All files below a directory as they were at one moment, to be put back later. */
final class DirectoryCopy {
  private final Path root;
  private final Map<Path, byte[]> files = new TreeMap<>();

  private DirectoryCopy(Path root) {
    this.root = root;
  }

  static DirectoryCopy of(Disk disk, Path root) throws IOException {
    DirectoryCopy copy = new DirectoryCopy(root);
    copy.read(disk, root);
    return copy;
  }

  private void read(Disk disk, Path folder) throws IOException {
    for (Path name : disk.list(folder)) {
      Path path = folder.resolve(name);
      if (disk.isDirectory(path)) {
        read(disk, path);
      } else {
        try (DiskFile file = disk.openForRead(path)) {
          ByteBuffer content = ByteBuffer.allocate((int) file.size());
          file.read(content, 0);
          files.put(path, content.array());
        }
      }
    }
  }

  /** Puts them in the place of all that is there. */
  void restore(Disk disk) throws IOException {
    clear(disk, root);
    for (Map.Entry<Path, byte[]> each : files.entrySet()) {
      Path folder = Objects.requireNonNull(each.getKey().getParent(), "below the root");
      disk.createDirectories(folder);
      try (DiskFile file = disk.openForAppend(each.getKey())) {
        file.append(ByteBuffer.wrap(each.getValue()));
        file.force();
      }
      disk.forceDirectory(folder);
    }
  }

  private static void clear(Disk disk, Path folder) throws IOException {
    for (Path name : disk.list(folder)) {
      Path path = folder.resolve(name);
      if (disk.isDirectory(path)) {
        clear(disk, path);
      }
      disk.delete(path);
    }
    disk.forceDirectory(folder);
  }
}
