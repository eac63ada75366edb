package io.barnabas.chaos;

import java.util.List;

/** The report: one page of HTML that needs nothing else. */
final class Page {
  private static final String HEAD =
      """
      <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>TITLE</title><style>
      body { font: 14px/1.4 sans-serif; margin: 2em; color: #222 }
      svg text { font: 11px sans-serif }
      table { border-collapse: collapse; margin: 1em 0 } .picture { overflow-x: auto }
      td, th { padding: 2px 10px; text-align: left; border-bottom: 1px solid #ddd }
      .bad { color: #b00 } .good { color: #070 }
      </style></head><body><h1>TITLE</h1>
      """;

  private final StringBuilder html = new StringBuilder();

  private Page() {}

  static String of(Outcome outcome) {
    Page page = new Page();
    page.write(outcome);
    return page.html.toString();
  }

  private void write(Outcome outcome) {
    Summary summary = new Summary(outcome);
    Timeline timeline = new Timeline(outcome);
    String title = escaped(summary.title());
    html.append(HEAD.replace("TITLE", title));
    String colour = outcome.work().findings().isClean() ? "good" : "bad";
    html.append("<p class='").append(colour).append("'><b>");
    html.append(escaped(summary.verdict())).append("</b></p>\n<ul class='bad'>");
    summary.told().forEach(line -> html.append("<li>").append(escaped(line)).append("</li>\n"));
    html.append("</ul>\n<div class='picture'>").append(timeline.svg()).append("</div>\n");
    html.append(
        "<p>Bars are faults; their words are under the pointer. Red: no acknowledgement.</p>");
    table(List.of("figure", "value"), summary.figures());
    table(List.of("anomaly", "count", "allowed", "meaning"), summary.anomalies());
    table(
        List.of("fault", "times", "all silent, ms", "a partition silent, ms", "well after, ms", ""),
        summary.gaps());
    html.append("<p>Median / greatest of each, within the fault's round.</p>\n");
    table(List.of("clients were told", "times"), summary.trouble());
    table(
        List.of(
            "round",
            "at, s",
            "for, s",
            "fault",
            "what",
            "all silent, ms",
            "a partition silent, ms",
            "well after, ms"),
        timeline.rows(summary));
    html.append("</body></html>\n");
  }

  private void table(List<String> head, List<List<String>> rows) {
    html.append("<table><tr>");
    head.forEach(cell -> html.append("<th>").append(escaped(cell)).append("</th>"));
    html.append("</tr>\n");
    for (List<String> row : rows) {
      html.append("<tr>");
      row.forEach(cell -> html.append("<td>").append(escaped(cell)).append("</td>"));
      html.append("</tr>\n");
    }
    html.append("</table>\n");
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;");
  }
}
