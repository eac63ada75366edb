package io.barnabas.cli.files;

import io.barnabas.cli.CliException;
import io.barnabas.cli.WrongUsageException;
import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Table;
import io.barnabas.cli.text.Times;
import io.barnabas.log.inspect.BatchHeader;
import io.barnabas.log.inspect.Damage;
import io.barnabas.log.inspect.FileKind;
import io.barnabas.log.inspect.RecordPlace;
import io.barnabas.log.inspect.SegmentSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code barnabas log offsets}. */
@Command(
    name = "offsets",
    description = {
      "Show which offsets and times are in which file; or find where an offset or a time is.",
      "The exit code is 1 if something in the files is damaged."
    })
final class LogOffsets extends FilesCommand {
  private static final Comparator<Path> BY_OFFSET =
      Comparator.comparing((Path file) -> String.valueOf(file.toAbsolutePath().getParent()))
          .thenComparing(file -> FileKind.baseOffset(file).orElse(Long.MAX_VALUE));

  @ArgGroup private @Nullable Wanted wanted;

  /** What is looked for. */
  static final class Wanted {
    @Option(
        names = "--offset",
        paramLabel = "N",
        required = true,
        description = "Find the first record of each partition that has this offset or a later.")
    private @Nullable Long offset;

    @Option(
        names = "--time",
        paramLabel = "TIME",
        required = true,
        description =
            "Find the first record of each partition that is not older than this, such as"
                + " 2026-11-21T13:00:00Z or a number of milliseconds since 1970.")
    private @Nullable String time;

    /** Whether a later file in the same folder begins at or before what is looked for. */
    private boolean isBehind(Path later) {
      return offset != null && FileKind.baseOffset(later).orElse(Long.MAX_VALUE) <= offset;
    }
  }

  @Override
  boolean run(List<Path> named, Output out) throws IOException {
    List<Path> files = new ArrayList<>(files(named, kind -> kind == FileKind.BATCHES));
    if (files.isEmpty()) {
      throw new CliException("There are no .log files there.");
    }
    files.sort(BY_OFFSET);
    return wanted == null ? list(files, out) : find(files, wanted, out);
  }

  private boolean list(List<Path> files, Output out) throws IOException {
    List<Map<String, @Nullable Object>> json = new ArrayList<>();
    Table table =
        new Table(
            "FILE", ">SIZE", ">BATCHES", ">RECORDS", ">FIRST", ">LAST", "FIRST TIME", "LAST TIME");
    long damaged = 0;
    for (Path file : files) {
      SegmentSummary segment = SegmentSummary.of(disk(), file);
      damaged += segment.damaged();
      json.add(json(segment));
      table.add(
          file,
          Amounts.bytes(segment.sizeBytes()),
          Amounts.count(segment.batches()),
          Amounts.count(segment.records()),
          segment.firstOffset() < 0 ? "-" : segment.firstOffset(),
          segment.lastOffset() < 0 ? "-" : segment.lastOffset(),
          Amounts.time(segment.firstTimestampMs()),
          Amounts.time(segment.maxTimestampMs()));
    }
    if (out.isJson()) {
      out.json(json);
    } else {
      out.line(table);
      if (damaged > 0) {
        out.line(
            Amounts.count(damaged, "place")
                + " damaged, which 'barnabas log verify' names; nothing in them is counted.");
      }
    }
    return damaged == 0;
  }

  private static Map<String, @Nullable Object> json(SegmentSummary segment) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("file", segment.file().toString());
    json.put("size", segment.sizeBytes());
    json.put("batches", segment.batches());
    json.put("records", segment.records());
    json.put("firstOffset", segment.firstOffset() < 0 ? null : segment.firstOffset());
    json.put("lastOffset", segment.lastOffset() < 0 ? null : segment.lastOffset());
    json.put("firstTimestamp", segment.firstTimestampMs() < 0 ? null : segment.firstTimestampMs());
    json.put("maxTimestamp", segment.maxTimestampMs() < 0 ? null : segment.maxTimestampMs());
    json.put("damaged", segment.damaged());
    return json;
  }

  private boolean find(List<Path> files, Wanted wanted, Output out) throws IOException {
    long timeMs = wanted.time == null ? -1 : millis(wanted.time);
    List<Damage> passed = new ArrayList<>();
    Path done = null;
    for (int i = 0; i < files.size(); i++) {
      Path file = files.get(i);
      Path folder = file.toAbsolutePath().getParent();
      Path next = i + 1 < files.size() ? files.get(i + 1) : null;
      boolean isPassed =
          next != null
              && Objects.equals(next.toAbsolutePath().getParent(), folder)
              && wanted.isBehind(next);
      if (isPassed || Objects.equals(folder, done)) {
        continue;
      }
      Optional<RecordPlace> place =
          wanted.offset == null
              ? RecordPlace.ofTime(disk(), file, timeMs, passed::add)
              : RecordPlace.ofOffset(disk(), file, wanted.offset, passed::add);
      if (place.isPresent()) {
        done = folder;
        show(place.get(), out);
      }
    }
    if (done == null) {
      throw new CliException(
          wanted.offset == null
              ? "No record in these files has that time or a later one."
              : "No record in these files has that offset or a later one.");
    }
    if (!passed.isEmpty() && !out.isJson()) {
      out.line(
          Amounts.count(passed.size(), "place")
              + " before are damaged, where an earlier one may have been; 'barnabas log verify'"
              + " names them.");
    }
    return passed.isEmpty();
  }

  private static void show(RecordPlace place, Output out) {
    BatchHeader batch = place.batch();
    if (out.isJson()) {
      Map<String, @Nullable Object> json = new LinkedHashMap<>();
      json.put("file", place.file().toString());
      json.put("position", batch.position());
      json.put("size", batch.sizeBytes());
      json.put("baseOffset", batch.baseOffset());
      json.put("lastOffset", batch.lastOffset());
      json.put("offset", place.offset());
      json.put("timestamp", place.timestampMs());
      out.json(json);
    } else {
      out.line(
          "%s: offset %d of %s is in the batch of the offsets %d to %d at byte %d, %d bytes."
              .formatted(
                  place.file(),
                  place.offset(),
                  Amounts.time(place.timestampMs()),
                  batch.baseOffset(),
                  batch.lastOffset(),
                  batch.position(),
                  batch.sizeBytes()));
    }
  }

  private static long millis(String text) {
    if (text.matches("[0-9]{1,18}")) {
      return Long.parseLong(text);
    }
    return Times.parse(text)
        .map(Instant::toEpochMilli)
        .orElseThrow(
            () ->
                new WrongUsageException(
                    "'%s' is no time: write it such as 2026-11-21T13:00:00Z.".formatted(text)));
  }
}
