package io.barnabas.cli.files;

import io.barnabas.cli.text.Output;
import io.barnabas.log.inspect.BatchHeader;
import io.barnabas.log.inspect.BatchReader;
import io.barnabas.log.inspect.Damage;
import io.barnabas.log.inspect.DamagedFileException;
import io.barnabas.log.inspect.FileKind;
import io.barnabas.log.inspect.IndexEntry;
import io.barnabas.log.inspect.IndexReader;
import io.barnabas.log.inspect.SmallFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code barnabas log dump}. */
@Command(
    name = "dump",
    description = {
      "Show what is in the files: the batches of a log, the entries of its other files.",
      "Damaged bytes are shown as such, and the exit code is 1 then."
    })
final class LogDump extends FilesCommand {
  @Option(
      names = {"-r", "--records"},
      description = "Show the records in the batches, too.")
  private boolean withRecords;

  private boolean isGood = true;

  @Override
  boolean run(List<Path> named, Output out) throws IOException {
    List<Path> files = files(named, kind -> true);
    for (Path file : files) {
      if (!out.isJson() && files.size() > 1) {
        out.line(file + ":");
      }
      try {
        dump(file, out);
      } catch (DamagedFileException e) {
        damaged(e.damage(), out);
      }
      if (!out.flush()) {
        break;
      }
    }
    return isGood;
  }

  private void damaged(Damage damage, Output out) {
    isGood = false;
    if (out.isJson()) {
      out.json(json(damage));
    } else {
      out.line("DAMAGED: " + damage.sentence());
    }
  }

  private void dump(Path file, Output out) throws IOException {
    switch (FileKind.of(file).orElseThrow()) {
      case BATCHES -> batches(file, out);
      case OFFSET_INDEX -> {
        try (IndexReader<IndexEntry.OfOffset> entries = IndexReader.offsets(disk(), file)) {
          for (var entry = entries.next(); entry.isPresent(); entry = entries.next()) {
            line(
                file,
                out,
                "index",
                Map.entry("offset", entry.get().offset()),
                Map.entry("position", entry.get().position()));
          }
        }
      }
      case TIME_INDEX -> {
        try (IndexReader<IndexEntry.OfTime> entries = IndexReader.times(disk(), file)) {
          for (var entry = entries.next(); entry.isPresent(); entry = entries.next()) {
            line(
                file,
                out,
                "timeindex",
                Map.entry("timestamp", entry.get().timestampMs()),
                Map.entry("offset", entry.get().offset()));
          }
        }
      }
      case TRANSACTION_INDEX -> aborted(file, out);
      case PRODUCERS -> producers(file, out);
      case LEADER_EPOCHS -> {
        for (SmallFiles.EpochStart start : SmallFiles.epochs(disk(), file)) {
          line(
              file,
              out,
              "leaderEpoch",
              Map.entry("epoch", start.epoch()),
              Map.entry("startOffset", start.startOffset()));
        }
      }
      case OFFSETS -> {
        for (SmallFiles.PartitionOffset noted : SmallFiles.offsets(disk(), file)) {
          line(
              file,
              out,
              "checkpoint",
              Map.entry("topic", noted.partition().topic()),
              Map.entry("partition", noted.partition().partition()),
              Map.entry("offset", noted.offset()));
        }
      }
      case PROPERTIES ->
          SmallFiles.properties(disk(), file)
              .forEach((name, value) -> line(file, out, "property", Map.entry(name, value)));
    }
  }

  private void batches(Path file, Output out) throws IOException {
    BatchPrinter printer = new BatchPrinter(file, withRecords, out);
    try (BatchReader reader = BatchReader.open(disk(), file)) {
      for (var piece = reader.next(); piece.isPresent(); piece = reader.next()) {
        switch (piece.get()) {
          case Damage damage -> damaged(damage, out);
          case BatchHeader batch -> {
            try {
              printer.print(reader, batch);
            } catch (DamagedFileException e) {
              damaged(e.damage(), out);
            }
          }
        }
        if (printer.isUnread()) {
          return;
        }
      }
    }
  }

  private void aborted(Path file, Output out) throws IOException {
    try (IndexReader<IndexEntry.OfAborted> entries = IndexReader.aborted(disk(), file)) {
      for (var entry = entries.next(); entry.isPresent(); entry = entries.next()) {
        line(
            file,
            out,
            "abortedTransaction",
            Map.entry("producerId", entry.get().producerId()),
            Map.entry("firstOffset", entry.get().firstOffset()),
            Map.entry("lastOffset", entry.get().lastOffset()),
            Map.entry("lastStableOffset", entry.get().lastStableOffset()));
      }
    }
  }

  private void producers(Path file, Output out) throws IOException {
    for (SmallFiles.Producer producer : SmallFiles.producers(disk(), file)) {
      line(
          file,
          out,
          "producer",
          Map.entry("producerId", producer.producerId()),
          Map.entry("producerEpoch", producer.epoch()),
          Map.entry("lastSequence", producer.lastSequence()),
          Map.entry("lastOffset", producer.lastOffset()),
          Map.entry("offsetDelta", producer.offsetDelta()),
          Map.entry("lastTimestamp", producer.lastTimestampMs()),
          Map.entry("coordinatorEpoch", producer.coordinatorEpoch()),
          Map.entry("transactionStart", producer.transactionStart()));
    }
  }

  /** One entry: for a person its names and values, for a program with the file and what it is. */
  @SafeVarargs
  private static void line(
      Path file, Output out, String type, Map.Entry<String, ?>... namesAndValues) {
    if (out.isJson()) {
      Map<String, @Nullable Object> json = new LinkedHashMap<>();
      json.put("file", file.toString());
      json.put("type", type);
      for (Map.Entry<String, ?> entry : namesAndValues) {
        json.put(entry.getKey(), entry.getValue());
      }
      out.json(json);
      return;
    }
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, ?> entry : namesAndValues) {
      text.append(text.isEmpty() ? "" : ", ").append(entry.getKey()).append(' ');
      text.append(entry.getValue());
    }
    out.line(text);
  }
}
