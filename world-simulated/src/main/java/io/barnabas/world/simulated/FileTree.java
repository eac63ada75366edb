package io.barnabas.world.simulated;

import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The names on a disk. A rename within one directory is one step for a crash; from one directory to
 * another it is two, one in each.
 */
final class FileTree {
  private DirectoryNode root = new DirectoryNode();

  void crash(CrashMode mode, SeededRandom random) {
    root = root.survivor(mode, random);
  }

  @Nullable Node find(Path path) {
    Node node = root;
    for (Path name : canonical(path)) {
      node = node instanceof DirectoryNode directory ? directory.get(name.toString()) : null;
      if (node == null) {
        return null;
      }
    }
    return node;
  }

  FileNode file(Path path) throws FileSystemException {
    return switch (find(path)) {
      case null -> throw new NoSuchFileException(path.toString());
      case FileNode file -> file;
      case DirectoryNode directory ->
          throw new FileSystemException(path.toString(), null, "Is a directory");
    };
  }

  DirectoryNode directory(Path path) throws FileSystemException {
    return switch (find(path)) {
      case null -> throw new NoSuchFileException(path.toString());
      case FileNode file -> throw new NotDirectoryException(path.toString());
      case DirectoryNode directory -> directory;
    };
  }

  FileNode create(Path path, long nowMillis) throws FileSystemException {
    FileNode file = new FileNode(nowMillis);
    parent(path).put(name(path), file);
    return file;
  }

  void createDirectories(Path path) throws FileSystemException {
    DirectoryNode directory = root;
    for (Path element : canonical(path)) {
      String name = element.toString();
      Node next = directory.get(name);
      if (next == null) {
        next = new DirectoryNode();
        directory.put(name, next);
        directory.force();
      }
      if (!(next instanceof DirectoryNode child)) {
        throw new FileAlreadyExistsException(path.toString());
      }
      directory = child;
    }
  }

  /** Gives back what the rename replaced, if anything. */
  @Nullable Node rename(Path from, Path to) throws FileSystemException {
    Node node = find(from);
    if (node == null) {
      throw new NoSuchFileException(from.toString());
    }
    Node replaced = find(to);
    if (replaced == node) {
      return null;
    }
    checkReplaceable(to, node, replaced);
    if (node instanceof DirectoryNode && canonical(to).startsWith(canonical(from))) {
      throw new FileSystemException(from.toString(), to.toString(), "Invalid argument");
    }
    DirectoryNode source = parent(from);
    DirectoryNode target = parent(to);
    if (source == target) {
      source.rename(name(from), name(to), node);
    } else {
      target.put(name(to), node);
      source.remove(name(from));
    }
    return replaced;
  }

  private static void checkReplaceable(Path to, Node node, @Nullable Node replaced)
      throws FileSystemException {
    switch (replaced) {
      case null -> {}
      case DirectoryNode directory -> {
        if (node instanceof FileNode || !directory.isEmpty()) {
          throw new DirectoryNotEmptyException(to.toString());
        }
      }
      case FileNode file -> {
        if (node instanceof DirectoryNode) {
          throw new NotDirectoryException(to.toString());
        }
      }
    }
  }

  /** Gives back what was removed, if anything. */
  @Nullable Node delete(Path path) throws FileSystemException {
    Node node = find(path);
    if (node instanceof DirectoryNode directory && !directory.isEmpty()) {
      throw new DirectoryNotEmptyException(path.toString());
    }
    if (node != null) {
      parent(path).remove(name(path));
    }
    return node;
  }

  long usedBytes() {
    return usedBytes(root);
  }

  private static long usedBytes(Node node) {
    return switch (node) {
      case FileNode file -> file.content().size();
      case DirectoryNode directory ->
          directory.nodes().stream().mapToLong(FileTree::usedBytes).sum();
    };
  }

  private DirectoryNode parent(Path path) throws FileSystemException {
    Path parent = canonical(path).getParent();
    if (parent == null) {
      throw new FileSystemException(path.toString(), null, "Is the root");
    }
    return directory(parent);
  }

  private static String name(Path path) {
    return String.valueOf(canonical(path).getFileName());
  }

  static Path canonical(Path path) {
    return path.toAbsolutePath().normalize();
  }
}
