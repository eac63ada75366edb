package io.barnabas.cli.files;

import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Bytes;
import io.barnabas.cli.text.Output;
import io.barnabas.log.inspect.BatchHeader;
import io.barnabas.log.inspect.BatchReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.Record;
import org.jspecify.annotations.Nullable;

/** Prints the batches of a file, each on a line, and the records in them on lines of their own. */
final class BatchPrinter {
  private static final int LOOK_EVERY = 1_000;

  private final Path file;
  private final boolean withRecords;
  private final Output out;
  private long lines;
  private boolean isUnread;

  BatchPrinter(Path file, boolean withRecords, Output out) {
    this.file = file;
    this.withRecords = withRecords;
    this.out = out;
  }

  /** Whether nobody reads what is printed. */
  boolean isUnread() {
    return isUnread;
  }

  private void counted() {
    lines++;
    isUnread |= lines % LOOK_EVERY == 0 && !out.flush();
  }

  void print(BatchReader reader, BatchHeader batch) throws IOException {
    if (out.isJson()) {
      out.json(json(batch));
    } else {
      out.line(text(batch));
    }
    counted();
    if (withRecords) {
      reader.records(
          batch,
          record -> {
            print(batch, record);
            return !isUnread;
          });
    }
  }

  private static String text(BatchHeader batch) {
    StringBuilder text = new StringBuilder();
    text.append(
        "offsets %d to %d at byte %d: "
            .formatted(batch.baseOffset(), batch.lastOffset(), batch.position()));
    text.append(
        "%s, %d bytes, leader epoch %d, %s to %s"
            .formatted(
                Amounts.count(batch.count(), "record"),
                batch.sizeBytes(),
                batch.leaderEpoch(),
                time(batch.baseTimestampMs()),
                time(batch.maxTimestampMs())));
    text.append(batch.isLogAppendTime() ? " (log append time), " : ", ");
    text.append(batch.compression().name);
    if (batch.producerId() >= 0) {
      text.append(", producer %d epoch %d".formatted(batch.producerId(), batch.producerEpoch()));
    }
    if (batch.baseSequence() >= 0) {
      text.append(" sequence %d to %d".formatted(batch.baseSequence(), batch.lastSequence()));
    }
    text.append(batch.isTransactional() ? ", transactional" : "");
    text.append(batch.isControl() ? ", control" : "");
    batch.deleteHorizonMs().ifPresent(ms -> text.append(", delete horizon ").append(time(ms)));
    return text.toString();
  }

  private static String time(long millis) {
    return Amounts.time(millis);
  }

  private Map<String, @Nullable Object> json(BatchHeader batch) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("file", file.toString());
    json.put("type", "batch");
    json.put("position", batch.position());
    json.put("size", batch.sizeBytes());
    json.put("baseOffset", batch.baseOffset());
    json.put("lastOffset", batch.lastOffset());
    json.put("records", batch.count());
    json.put("leaderEpoch", batch.leaderEpoch());
    json.put("crc", batch.crc());
    json.put("compression", batch.compression().name);
    TimestampType type =
        batch.isLogAppendTime() ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
    json.put("timestampType", type.toString());
    json.put("baseTimestamp", batch.baseTimestampMs());
    json.put("maxTimestamp", batch.maxTimestampMs());
    json.put("producerId", batch.producerId());
    json.put("producerEpoch", batch.producerEpoch());
    json.put("baseSequence", batch.baseSequence());
    json.put("lastSequence", batch.lastSequence());
    json.put("transactional", batch.isTransactional());
    json.put("control", batch.isControl());
    batch.deleteHorizonMs().ifPresent(ms -> json.put("deleteHorizon", ms));
    return json;
  }

  private void print(BatchHeader batch, Record record) {
    if (out.isJson()) {
      out.json(json(batch, record));
    } else {
      String content = batch.isControl() ? marker(record) : content(record);
      out.line("  %d %s %s".formatted(record.offset(), time(record.timestamp()), content));
    }
    counted();
  }

  private static String content(Record record) {
    StringBuilder text = new StringBuilder();
    text.append("key ").append(Bytes.quoted(bytes(record.key())));
    text.append(" value ").append(Bytes.quoted(bytes(record.value())));
    String separator = " headers ";
    for (Header header : record.headers()) {
      text.append(separator).append(header.key()).append('=').append(Bytes.quoted(header.value()));
      separator = ", ";
    }
    return text.toString();
  }

  private static String marker(Record record) {
    ControlRecordType type = ControlRecordType.parse(record.key());
    return endsTransaction(type)
        ? "%s by the coordinator of epoch %d"
            .formatted(type, EndTransactionMarker.deserialize(record).coordinatorEpoch())
        : type + " " + content(record);
  }

  private static boolean endsTransaction(ControlRecordType type) {
    return type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT;
  }

  private Map<String, @Nullable Object> json(BatchHeader batch, Record record) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("file", file.toString());
    json.put("type", "record");
    json.put("offset", record.offset());
    json.put("timestamp", record.timestamp());
    if (record.sequence() >= 0) {
      json.put("sequence", record.sequence());
    }
    if (batch.isControl()) {
      ControlRecordType type = ControlRecordType.parse(record.key());
      json.put("control", type.toString());
      if (endsTransaction(type)) {
        json.put("coordinatorEpoch", EndTransactionMarker.deserialize(record).coordinatorEpoch());
      }
    }
    Bytes.put(json, "key", bytes(record.key()));
    Bytes.put(json, "value", bytes(record.value()));
    List<Map<String, @Nullable Object>> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      Map<String, @Nullable Object> entry = new LinkedHashMap<>();
      entry.put("name", header.key());
      Bytes.put(entry, "value", header.value());
      headers.add(entry);
    }
    json.put("headers", headers);
    return json;
  }

  private static byte @Nullable [] bytes(@Nullable ByteBuffer buffer) {
    if (buffer == null) {
      return null;
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
