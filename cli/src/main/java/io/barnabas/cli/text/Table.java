package io.barnabas.cli.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows under a line of headings, in aligned columns. A heading that begins with {@code >} is that
 * of a column of numbers, whose ends are aligned.
 */
public final class Table {
  private static final String GAP = "  ";

  private final List<String> headings = new ArrayList<>();
  private final boolean[] isNumeric;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table without rows. */
  public Table(String... columns) {
    isNumeric = new boolean[columns.length];
    for (int i = 0; i < columns.length; i++) {
      isNumeric[i] = columns[i].startsWith(">");
      headings.add(isNumeric[i] ? columns[i].substring(1) : columns[i]);
    }
  }

  /**
   * Adds a row.
   *
   * @param cells one for each column
   */
  public void add(Object... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + headings);
    }
    rows.add(Arrays.stream(cells).map(String::valueOf).toList());
  }

  /** The lines, without a line break at the end. */
  @Override
  public String toString() {
    int[] widths = new int[headings.size()];
    widen(widths, headings);
    rows.forEach(row -> widen(widths, row));
    StringBuilder out = new StringBuilder(line(widths, headings));
    rows.forEach(row -> out.append('\n').append(line(widths, row)));
    return out.toString();
  }

  private static void widen(int[] widths, List<String> cells) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], cells.get(i).length());
    }
  }

  private String line(int[] widths, List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = cells.get(i);
      String padding = " ".repeat(widths[i] - cell.length());
      line.append(i == 0 ? "" : GAP);
      line.append(isNumeric[i] ? padding + cell : cell + padding);
    }
    return line.toString().stripTrailing();
  }
}
