package io.barnabas.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Only the real world reaches outside; everyone else goes through {@code World}. */
class BannedCallsTest {
  private static final String REAL_WORLD = "io.barnabas.world.Real";

  private final JavaClasses classes = new ClassFileImporter().importPackages("io.barnabas");

  @Test
  void onlyTheRealWorldReachesOutside() throws IOException {
    Allowed allowed = Allowed.read("allowed-calls.txt");
    Set<String> violations = new TreeSet<>();
    for (JavaClass origin : classes) {
      if (!origin.getName().startsWith(REAL_WORLD) && !isTidy(origin)) {
        forbiddenCalls(origin)
            .filter(call -> !allowed.allows(origin.getName(), target(call)))
            .forEach(call -> violations.add(call.getDescription()));
      }
    }
    assertThat(violations).isEmpty();
    assertThat(allowed.unused()).as("exceptions that nothing needs").isEmpty();
  }

  /** Were the table wrong, the real world would look as innocent as everyone else. */
  @Test
  void theRealWorldIsSeenToReachOutside() {
    Set<String> seen =
        classes.stream()
            .filter(origin -> origin.getName().startsWith(REAL_WORLD))
            .flatMap(BannedCallsTest::forbiddenCalls)
            .map(BannedCallsTest::target)
            .collect(Collectors.toSet());
    assertThat(seen)
        .contains(
            "java.lang.System.nanoTime",
            "java.lang.Thread.ofVirtual",
            "java.util.concurrent.ScheduledThreadPoolExecutor.schedule",
            "java.util.concurrent.locks.Condition.awaitNanos",
            "java.nio.file.Files.list",
            "java.nio.channels.FileChannel.open",
            "java.nio.channels.SocketChannel.open",
            "java.security.SecureRandom.<init>");
  }

  private static boolean isTidy(JavaClass origin) {
    return origin.getPackageName().equals(BannedCallsTest.class.getPackageName());
  }

  private static Stream<? extends JavaCodeUnitAccess<?>> forbiddenCalls(JavaClass origin) {
    return Stream.concat(
            origin.getCodeUnitCallsFromSelf().stream(),
            origin.getCodeUnitReferencesFromSelf().stream())
        .filter(call -> Bans.forbids(call.getTarget()));
  }

  private static String target(JavaAccess<?> call) {
    return call.getTargetOwner().getName() + "." + call.getName();
  }
}
