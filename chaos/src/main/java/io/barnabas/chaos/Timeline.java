package io.barnabas.chaos;

import java.util.List;
import java.util.Locale;

/** The picture of a run: acknowledgements over time, and the faults below them as bars. */
final class Timeline {
  private static final int INTERVAL_MS = 100;
  private static final int MOST_COLUMNS = 6_000;
  private static final int LEFT = 90;
  private static final int ACKS_HEIGHT = 220;
  private static final int LANE_HEIGHT = 22;
  private static final int AXIS_HEIGHT = 24;

  private final Outcome outcome;
  private final int[] acks;
  private final int perColumn;
  private final StringBuilder svg = new StringBuilder();

  Timeline(Outcome outcome) {
    this.outcome = outcome;
    this.acks = outcome.work().acks().perInterval(INTERVAL_MS, outcome.endMs());
    this.perColumn = 1 + acks.length / MOST_COLUMNS;
  }

  /** The picture as SVG. */
  String svg() {
    int lanes = outcome.plan().nodes() + 1;
    int width = LEFT + x(outcome.endMs()) + 20;
    int height = ACKS_HEIGHT + lanes * LANE_HEIGHT + AXIS_HEIGHT;
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d'>%n",
            width,
            height));
    addAxis(ACKS_HEIGHT + lanes * LANE_HEIGHT);
    addAcks();
    for (int lane = 0; lane < lanes; lane++) {
      int y = ACKS_HEIGHT + lane * LANE_HEIGHT;
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x='4' y='%d'>%s</text>%n",
              y + 15,
              lane == 0 ? "all nodes" : "node " + lane));
    }
    outcome.bars().forEach(this::addBar);
    return svg.append("</svg>\n").toString();
  }

  private int x(long timeMs) {
    return (int) (timeMs / INTERVAL_MS / perColumn);
  }

  private void addAxis(int bottom) {
    long stepMs = 10_000L * perColumn;
    for (long timeMs = 0; timeMs <= outcome.endMs(); timeMs += stepMs) {
      int x = LEFT + x(timeMs);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1='%d' y1='0' x2='%d' y2='%d' stroke='#e4e4e4'/>",
              x,
              x,
              bottom));
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x='%d' y='%d'>%d s</text>%n",
              x + 2,
              bottom + 16,
              timeMs / 1_000));
    }
  }

  /** Each column shows its best interval pale and its worst dark; none at all is red. */
  private void addAcks() {
    int most = 1;
    for (int count : acks) {
      most = Math.max(most, count);
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x='4' y='14'>acks in %d ms</text><text x='4' y='30'>%d</text>%n",
            INTERVAL_MS,
            most));
    for (int column = 0; column * perColumn < acks.length; column++) {
      int worst = Integer.MAX_VALUE;
      int best = 0;
      for (int i = column * perColumn; i < Math.min(acks.length, (column + 1) * perColumn); i++) {
        worst = Math.min(worst, acks[i]);
        best = Math.max(best, acks[i]);
      }
      addColumn(LEFT + column, best, most, "#9cc3e6");
      addColumn(LEFT + column, worst, most, "#2b6ca3");
      if (worst == 0) {
        svg.append(
            String.format(
                Locale.ROOT,
                "<rect x='%d' y='%d' width='1' height='6' fill='#c00'/>",
                LEFT + column,
                ACKS_HEIGHT - 8));
      }
    }
  }

  private void addColumn(int x, int count, int most, String colour) {
    int height = (int) ((long) count * (ACKS_HEIGHT - 20) / most);
    if (height > 0) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect x='%d' y='%d' width='1' height='%d' fill='%s'/>",
              x,
              ACKS_HEIGHT - 10 - height,
              height,
              colour));
    }
  }

  private void addBar(Bar bar) {
    int lane = bar.step().fault().isAlone() ? 0 : bar.step().node();
    int y = ACKS_HEIGHT + lane * LANE_HEIGHT + 2;
    int x = LEFT + x(bar.fromMs());
    int width = Math.max(3, x(bar.toMs()) - x(bar.fromMs()));
    int hue = Math.floorMod(bar.step().fault().label().hashCode() * 31, 360);
    svg.append(
        String.format(
            Locale.ROOT,
            "<g><title>%s</title><rect x='%d' y='%d' width='%d' height='%d'"
                + " fill='hsl(%d,60%%,70%%)'/>",
            Page.escaped("%.1f s: %s".formatted(bar.fromMs() / 1_000.0, bar.what())),
            x,
            y,
            width,
            LANE_HEIGHT - 4,
            hue));
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x='%d' y='%d'>%s</text></g>%n",
            x + 2,
            y + 13,
            bar.step().fault().label()));
  }

  /** What the picture shows, one row for each fault. */
  List<List<String>> rows(Summary summary) {
    return outcome.bars().stream()
        .map(
            bar ->
                List.of(
                    Integer.toString(bar.round()),
                    String.format(Locale.ROOT, "%.1f", bar.fromMs() / 1_000.0),
                    String.format(Locale.ROOT, "%.1f", (bar.toMs() - bar.fromMs()) / 1_000.0),
                    bar.step().fault().label(),
                    bar.what(),
                    Long.toString(summary.gapOfAll(bar)),
                    Long.toString(summary.gapOfAPartition(bar)),
                    Long.toString(bar.untilMs() - bar.toMs())))
        .toList();
  }
}
