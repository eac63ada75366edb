package io.barnabas.conformance.load;

import io.barnabas.conformance.ClassPaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * A cluster of real nodes through days that are not usual. What one step leaves is what the next
 * one begins with, and what was acknowledged in one must be there after all later ones.
 */
final class QuorumJourney {
  private QuorumJourney() {}

  /**
   * What came of it.
   *
   * @param report for people
   * @param complaints a sentence for each thing that does not hold
   */
  record Verdict(String report, List<String> complaints) {
    /** Both, one after the other. */
    Verdict and(Verdict later) {
      List<String> all = new ArrayList<>(complaints);
      all.addAll(later.complaints);
      return new Verdict(report + "\n" + later.report, all);
    }
  }

  /**
   * Goes all the way, or to the first step that cannot be ended.
   *
   * @param launcher of Barnabas, before {@code start}
   * @param directory an empty or absent one, where data and output stay
   */
  static Verdict run(ClassPaths paths, List<String> launcher, Path directory, JourneyPlan plan)
      throws IOException, InterruptedException {
    try (Journey journey = Journey.begin(paths, launcher, directory, plan)) {
      return verdict(journey, () -> steps(journey));
    }
  }

  /**
   * The same with other roles, and TLS.
   *
   * @param directory where another journey has ended
   */
  static Verdict runRoles(ClassPaths paths, List<String> launcher, Path directory, JourneyPlan plan)
      throws IOException, InterruptedException {
    TlsStores keys = TlsStores.create(directory.resolve("keys"));
    TlsStores otherKeys = TlsStores.create(directory.resolve("other-keys"));
    try (Journey journey =
        Journey.begin(
            paths,
            launcher,
            directory.resolve("roles"),
            plan,
            id -> RolesAndTls.settings(keys, id))) {
      return verdict(
          journey,
          () ->
              new RolesAndTls(journey, keys, otherKeys)
                  .run(directory.resolve("node-1").resolve("data")));
    }
  }

  private static Verdict verdict(Journey journey, Steps steps) throws InterruptedException {
    try {
      steps.go();
    } catch (IOException | ExecutionException e) {
      journey.complain("a step did not come to its end: " + withCauses(e));
    }
    return new Verdict(journey.report(), journey.complaints());
  }

  /**
   * The same as it is when there is little time: no snapshot is needed, and no voter goes for good.
   */
  static Verdict runShort(ClassPaths paths, List<String> launcher, Path directory)
      throws IOException, InterruptedException {
    return run(paths, launcher, directory, new JourneyPlan(500, 5, false, 300, 200, false, 1));
  }

  private static void steps(Journey journey)
      throws IOException, InterruptedException, ExecutionException {
    new ListenerAway(journey).run();
    VoterReplaced replaced = new VoterReplaced(journey);
    replaced.byItself();
    int third = 3;
    if (journey.plan().replacements()) {
      replaced.byAdmin();
      new VoterExchanged(journey).run();
      third = 5;
    }
    new AllKilled(journey).run();
    OldDirectory old = new OldDirectory(journey, third);
    old.run();
    old.whileTheLastInSyncIsGone();
  }

  @FunctionalInterface
  private interface Steps {
    void go() throws IOException, InterruptedException, ExecutionException;
  }

  private static String withCauses(Throwable failure) {
    StringBuilder text = new StringBuilder(String.valueOf(failure.getMessage()));
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      text.append(", because of ").append(cause);
    }
    return text.toString();
  }
}
