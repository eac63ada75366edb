package io.barnabas.chaos;

import io.barnabas.chaos.check.AnomalyKind;
import io.barnabas.chaos.check.Findings;
import io.barnabas.chaos.check.PartitionHistory;
import io.barnabas.chaos.plan.Fault;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;

/** The figures of a run, as lines of Markdown tables. */
final class Summary {
  private final Outcome outcome;

  Summary(Outcome outcome) {
    this.outcome = outcome;
  }

  /** One sentence: what was run. */
  String title() {
    JourneyPlan plan = outcome.plan();
    return String.format(
        Locale.ROOT,
        "%s, %d nodes, seed %d, %d s of faults",
        plan.broker(),
        plan.nodes(),
        plan.seed(),
        plan.seconds());
  }

  /** One sentence: what came of it. */
  String verdict() {
    return outcome.work().findings().isClean()
        ? "No anomaly that the model forbids."
        : "There are anomalies that the model forbids.";
  }

  /** Name and value. */
  List<List<String>> figures() {
    Parts parts = outcome.work().parts();
    Acks acks = outcome.work().acks();
    return List.of(
        List.of("partitions", Integer.toString(parts.all().size())),
        List.of("records sent", number(parts.sum(PartitionHistory::sentCount))),
        List.of("acknowledged", number(parts.sum(PartitionHistory::acknowledgedCount))),
        List.of("in the final reading", number(parts.sum(PartitionHistory::finalCount))),
        List.of("producers, one after the other", number(outcome.work().producers().get())),
        List.of("faults", number(outcome.bars().size())),
        List.of(
            "longest time without any acknowledgement",
            number(acks.longestOfAll(outcome.beginMs(), outcome.endMs())) + " ms"),
        List.of(
            "longest in one partition",
            number(acks.longestOfAPartition(outcome.beginMs(), outcome.endMs())) + " ms"));
  }

  /** Kind, count, whether it is forbidden, what it means. */
  List<List<String>> anomalies() {
    Findings findings = outcome.work().findings();
    List<List<String>> rows = new ArrayList<>();
    for (AnomalyKind kind : AnomalyKind.values()) {
      rows.add(
          List.of(
              kind.label(),
              number(findings.count(kind)),
              kind.isForbidden() ? "no" : "yes",
              kind.meaning()));
    }
    return rows;
  }

  /** The first anomalies of each forbidden kind, in words. */
  List<String> told() {
    Findings findings = outcome.work().findings();
    return Arrays.stream(AnomalyKind.values())
        .filter(AnomalyKind::isForbidden)
        .flatMap(kind -> findings.told(kind).stream().map(what -> kind.label() + ": " + what))
        .toList();
  }

  /** For each fault: how often, and the longest silences. */
  List<List<String>> gaps() {
    List<List<String>> rows = new ArrayList<>();
    for (Fault fault : outcome.plan().faults()) {
      List<Bar> bars = outcome.bars().stream().filter(bar -> bar.step().fault() == fault).toList();
      if (!bars.isEmpty()) {
        rows.add(
            List.of(
                fault.label(),
                number(bars.size()),
                spread(bars.stream().mapToLong(this::gapOfAll)),
                spread(bars.stream().mapToLong(this::gapOfAPartition)),
                spread(bars.stream().mapToLong(bar -> bar.untilMs() - bar.toMs())),
                fault.meaning()));
      }
    }
    return rows;
  }

  /** The longest time without any acknowledgement in the round of a fault, milliseconds. */
  long gapOfAll(Bar bar) {
    return outcome.work().acks().longestOfAll(bar.fromMs(), bar.untilMs());
  }

  /** The longest time without one in any one partition, milliseconds. */
  long gapOfAPartition(Bar bar) {
    return outcome.work().acks().longestOfAPartition(bar.fromMs(), bar.untilMs());
  }

  private static String spread(LongStream values) {
    long[] sorted = values.sorted().toArray();
    return number(sorted[sorted.length / 2]) + " / " + number(sorted[sorted.length - 1]);
  }

  /** Errors that clients were told of, and how often. */
  List<List<String>> trouble() {
    return outcome.work().trouble().counts().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> List.of(entry.getKey(), number(entry.getValue())))
        .toList();
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** All of it for a terminal. */
  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append("# ").append(title()).append("\n\n").append(verdict()).append("\n\n");
    table(text, List.of("figure", "value"), figures());
    table(text, List.of("anomaly", "count", "allowed", "meaning"), anomalies());
    told().forEach(line -> text.append("- ").append(line).append('\n'));
    text.append('\n');
    table(
        text,
        List.of("fault", "times", "all silent, ms", "a partition silent, ms", "well after, ms", ""),
        gaps());
    text.append("Median / greatest of each, within the fault's round.\n\n");
    table(text, List.of("clients were told", "times"), trouble());
    return text.toString();
  }

  private static void table(StringBuilder text, List<String> head, List<List<String>> rows) {
    line(text, head);
    line(text, head.stream().map(_ -> "---").toList());
    rows.forEach(row -> line(text, row));
    text.append('\n');
  }

  private static void line(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
