package io.barnabas.tidy;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who may use whom. */
class ArchitectureTest {
  private static final String HOUSE = "io.barnabas.";

  private static final String SIMULATED_WORLD = "world.simulated";

  private static final String SIMULATED_QUORUM = "quorum.simulated";

  /** Each room with the rooms it may use; nothing else in the house may be used. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          entry("world", Set.of()),
          entry(SIMULATED_WORLD, Set.of("world")),
          entry("log", Set.of("world")),
          entry("metadata", Set.of()),
          entry("quorum", Set.of("world")),
          entry(SIMULATED_QUORUM, Set.of("world", SIMULATED_WORLD, "quorum")),
          entry("replica", Set.of("world", "log", "metadata")),
          entry("coordinator", Set.of("world", "log", "metadata", "replica")),
          entry("server", Set.of("world", "log", "metadata", "quorum", "replica", "coordinator")),
          entry("cli", Set.of("world", "log", "metadata", "server")));

  private final JavaClasses classes = new ClassFileImporter().importPackages("io.barnabas");

  @Test
  void roomsUseOnlyTheRoomsBelowThem() {
    Set<String> violations = new TreeSet<>();
    for (JavaClass origin : classes) {
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        String target = dependency.getTargetClass().getName();
        if (target.startsWith(HOUSE) && !mayUse(room(origin.getName()), room(target))) {
          violations.add(dependency.getDescription());
        }
      }
    }
    assertThat(violations).isEmpty();
  }

  @Test
  void everyClassLivesInARoom() {
    assertThat(classes)
        .extracting(JavaClass::getName)
        .filteredOn(name -> !name.startsWith(HOUSE + "tidy."))
        .isNotEmpty()
        .allSatisfy(name -> assertThat(ARROWS).containsKey(room(name)));
  }

  private static boolean mayUse(String from, String to) {
    return from.equals(to)
        || from.equals("tidy")
        || ARROWS.getOrDefault(from, Set.of()).contains(to);
  }

  /** The part of the name after the house's. */
  private static String room(String className) {
    String inHouse = className.substring(HOUSE.length());
    for (String simulated : List.of(SIMULATED_WORLD, SIMULATED_QUORUM)) {
      if (inHouse.startsWith(simulated + ".")) {
        return simulated;
      }
    }
    int dot = inHouse.indexOf('.');
    return dot < 0 ? inHouse : inHouse.substring(0, dot);
  }
}
