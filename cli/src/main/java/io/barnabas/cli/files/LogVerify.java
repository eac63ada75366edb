package io.barnabas.cli.files;

import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Output;
import io.barnabas.log.inspect.Damage;
import io.barnabas.log.inspect.Inspection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code barnabas log verify}. */
@Command(
    name = "verify",
    description = {
      "Read all of the files, compare them with their checksums and with each other, and say what"
          + " is damaged.",
      "The exit code is 0 if nothing is, else 1."
    })
final class LogVerify extends FilesCommand {
  @Override
  boolean run(List<Path> named, Output out) throws IOException {
    Inspection inspection = new Inspection(disk(), damage -> show(damage, out));
    for (Path path : expanded(named)) {
      if (disk().isDirectory(path)) {
        inspection.folder(path);
      } else {
        inspection.file(path);
      }
    }
    Inspection.Totals totals = inspection.totals();
    if (out.isJson()) {
      out.json(json(totals));
    } else {
      out.line(
          "%s with %s, %s, %s of batches: %s."
              .formatted(
                  Amounts.count(totals.files(), "file"),
                  batches(totals.batches()),
                  Amounts.count(totals.records(), "record"),
                  Amounts.bytes(totals.bytes()),
                  totals.damaged() == 0
                      ? "nothing is damaged"
                      : Amounts.count(totals.damaged(), "place") + " damaged"));
    }
    return totals.damaged() == 0;
  }

  private static String batches(long count) {
    return Amounts.count(count) + (count == 1 ? " batch" : " batches");
  }

  private static void show(Damage damage, Output out) {
    if (out.isJson()) {
      out.json(json(damage));
    } else {
      out.line(damage.file() + ": " + damage.sentence());
    }
  }

  private static Map<String, Object> json(Inspection.Totals totals) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("type", "totals");
    json.put("files", totals.files());
    json.put("batches", totals.batches());
    json.put("records", totals.records());
    json.put("bytes", totals.bytes());
    json.put("damaged", totals.damaged());
    return json;
  }
}
