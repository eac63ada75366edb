package io.barnabas.tidy;

import static java.util.Map.entry;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What reaches around {@code World}: calls that wait, start threads, read clocks, draw random
 * numbers or touch files and sockets.
 */
final class Bans {
  private static final String ALL = ".*";
  private static final String NEW = "<init>";

  /** Types, each with a pattern of the names of its methods that nobody may call. */
  private static final Map<String, Pattern> METHODS =
      Map.ofEntries(
          ban("java.lang.Thread", NEW + "|ofVirtual|ofPlatform|startVirtualThread|sleep|interrupt"),
          ban("java.lang.System", "nanoTime|currentTimeMillis"),
          ban("java.lang.Object", "wait|notify|notifyAll"),
          ban("java.lang.Math", "random"),
          ban("java.util.Random", NEW),
          ban("java.util.SplittableRandom", NEW),
          ban("java.security.SecureRandom", ALL),
          ban("java.util.concurrent.ThreadLocalRandom", ALL),
          ban("java.util.UUID", "randomUUID"),
          ban("org.apache.kafka.common.Uuid", "randomUuid"),
          ban("java.util.Timer", ALL),
          ban("java.util.Date", NEW),
          ban("java.time.Instant", "now"),
          ban("java.time.LocalDate", "now"),
          ban("java.time.LocalDateTime", "now"),
          ban("java.time.OffsetDateTime", "now"),
          ban("java.time.ZonedDateTime", "now"),
          ban("java.time.Clock", "system.*|tick.*"),
          ban("org.apache.kafka.common.utils.SystemTime", ALL),
          ban("java.util.concurrent.Executors", ALL),
          ban("java.util.concurrent.ThreadPoolExecutor", ALL),
          ban("java.util.concurrent.ScheduledThreadPoolExecutor", ALL),
          ban("java.util.concurrent.ForkJoinPool", ALL),
          ban("java.util.concurrent.StructuredTaskScope", ALL),
          ban("java.util.concurrent.CompletableFuture", ".*Async|orTimeout|delayedExecutor"),
          ban("java.util.concurrent.locks.Condition", "awaitNanos|awaitUntil"),
          ban("java.util.concurrent.locks.LockSupport", "parkNanos|parkUntil"),
          ban("java.util.Collection", "parallelStream"),
          ban("java.util.List", "parallelStream"),
          ban("java.util.stream.Stream", "parallel"),
          ban("java.nio.file.Files", ALL),
          ban("java.nio.file.Path", "toFile|toRealPath"),
          ban("java.nio.channels.FileChannel", "open"),
          ban("java.nio.channels.AsynchronousFileChannel", "open"),
          ban("java.nio.channels.SocketChannel", "open"),
          ban("java.nio.channels.ServerSocketChannel", "open"),
          ban("java.nio.channels.DatagramChannel", "open"),
          ban("java.nio.channels.Selector", "open"),
          ban("java.net.Socket", NEW),
          ban("java.net.ServerSocket", NEW),
          ban("java.net.DatagramSocket", NEW),
          ban("java.net.http.HttpClient", ALL),
          ban("java.io.File", NEW),
          ban("java.io.FileInputStream", NEW),
          ban("java.io.FileOutputStream", NEW),
          ban("java.io.FileReader", NEW),
          ban("java.io.FileWriter", NEW),
          ban("java.io.RandomAccessFile", NEW));

  /** Types of a parameter that make any wait a timed one. */
  private static final Set<String> TIMES =
      Set.of("java.util.concurrent.TimeUnit", "java.time.Duration");

  private Bans() {}

  private static Map.Entry<String, Pattern> ban(String owner, String methods) {
    return entry(owner, Pattern.compile(methods));
  }

  /** Whether nobody outside the real world may call this. */
  static boolean forbids(CodeUnitAccessTarget target) {
    String owner = target.getOwner().getName();
    Pattern methods = METHODS.get(owner);
    if (methods != null && methods.matcher(target.getName()).matches()) {
      return true;
    }
    return isTimedWait(owner, target.getName(), target.getRawParameterTypes());
  }

  private static boolean isTimedWait(String owner, String method, List<JavaClass> parameters) {
    if (owner.equals("java.lang.Thread")) {
      return method.equals("join") && !parameters.isEmpty();
    }
    return owner.startsWith("java.util.concurrent.")
        && !TIMES.contains(owner)
        && parameters.stream().anyMatch(parameter -> TIMES.contains(parameter.getName()));
  }
}
