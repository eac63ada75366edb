package io.barnabas.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Measured values by figure and contender. Not for several threads. */
final class Results {

  /** Two contenders whose medians are put in proportion. */
  private record Ratio(Contender of, Contender to) {
    String title() {
      return of + " / " + to;
    }
  }

  private static final List<Ratio> RATIOS =
      List.of(
          new Ratio(Contender.BARNABAS, Contender.KAFKA),
          new Ratio(Contender.BARNABAS, Contender.KAFKA_SHORT_SESSION),
          new Ratio(Contender.BARNABAS_NO_FSYNC, Contender.KAFKA),
          new Ratio(Contender.BARNABAS, Contender.KAFKA_FSYNC),
          new Ratio(Contender.BARNABAS, Contender.BARNABAS_NO_FSYNC));

  private final List<Contender> all;
  private final Map<String, Map<Contender, List<Double>>> figures = new LinkedHashMap<>();

  Results(List<Contender> contenders) {
    this.all = List.copyOf(contenders);
  }

  /** Adds one value and tells the person who waits. */
  void add(String figure, Contender contender, double value) {
    figures
        .computeIfAbsent(figure, f -> new EnumMap<>(Contender.class))
        .computeIfAbsent(contender, c -> new ArrayList<>())
        .add(value);
    System.err.printf(Locale.ROOT, "  %s, %s: %.3f%n", contender, figure, value);
  }

  /** Medians with the least and greatest value, and the medians' ratios, as Markdown. */
  String markdown() {
    List<Contender> contenders = all.stream().filter(this::hasTakenPart).toList();
    List<Ratio> ratios =
        RATIOS.stream()
            .filter(ratio -> contenders.contains(ratio.of()) && contenders.contains(ratio.to()))
            .toList();
    StringBuilder table = new StringBuilder("| figure: median (least–greatest) |");
    contenders.forEach(c -> table.append(' ').append(c).append(" |"));
    ratios.forEach(r -> table.append(' ').append(r.title()).append(" |"));
    table.append("\n|---|").append("---:|".repeat(contenders.size() + ratios.size())).append('\n');
    figures.forEach(
        (figure, values) -> {
          table.append("| ").append(figure).append(" |");
          contenders.forEach(
              c -> table.append(' ').append(cell(values.getOrDefault(c, List.of()))).append(" |"));
          ratios.forEach(r -> table.append(' ').append(proportion(values, r)).append(" |"));
          table.append('\n');
        });
    return table.toString();
  }

  private boolean hasTakenPart(Contender contender) {
    return figures.values().stream().anyMatch(values -> values.containsKey(contender));
  }

  /** Every value, in the order measured. */
  String json() {
    return figures.entrySet().stream()
        .map(figure -> "  \"" + figure.getKey() + "\": {" + jsonValues(figure.getValue()) + "}")
        .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
  }

  private static String jsonValues(Map<Contender, List<Double>> values) {
    return values.entrySet().stream()
        .map(entry -> "\"" + entry.getKey() + "\": " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String cell(List<Double> values) {
    if (values.isEmpty()) {
      return "";
    }
    List<Double> sorted = values.stream().sorted().toList();
    return number(median(values))
        + (sorted.size() == 1
            ? ""
            : " (" + number(sorted.getFirst()) + "–" + number(sorted.getLast()) + ")");
  }

  private static String proportion(Map<Contender, List<Double>> values, Ratio ratio) {
    List<Double> of = values.getOrDefault(ratio.of(), List.of());
    List<Double> to = values.getOrDefault(ratio.to(), List.of());
    return of.isEmpty() || to.isEmpty()
        ? ""
        : String.format(Locale.ROOT, "%.2f", median(of) / median(to));
  }

  private static String number(double value) {
    return String.format(
        Locale.ROOT, value >= 1000 ? "%,.0f" : value >= 10 ? "%.1f" : "%.3f", value);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
