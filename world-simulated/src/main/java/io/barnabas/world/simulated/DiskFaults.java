package io.barnabas.world.simulated;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What a disk has been told to go wrong with. */
final class DiskFaults {
  private record Fault(DiskOperation operation, Predicate<Path> paths) {}

  private final List<Fault> once = new ArrayList<>();
  private final List<Fault> always = new ArrayList<>();

  void failNext(DiskOperation operation, Predicate<Path> paths) {
    once.add(new Fault(operation, paths));
  }

  void failAlways(DiskOperation operation, Predicate<Path> paths) {
    always.add(new Fault(operation, paths));
  }

  void heal() {
    once.clear();
    always.clear();
  }

  void check(DiskOperation operation, Path path) throws IOException {
    if (takeFirst(operation, path) || always.stream().anyMatch(f -> hits(f, operation, path))) {
      throw new IOException("Input/output error (" + operation + " " + path + ")");
    }
  }

  private boolean takeFirst(DiskOperation operation, Path path) {
    for (Fault fault : once) {
      if (hits(fault, operation, path)) {
        return once.remove(fault);
      }
    }
    return false;
  }

  private static boolean hits(Fault fault, DiskOperation operation, Path path) {
    return fault.operation == operation && fault.paths.test(path);
  }
}
