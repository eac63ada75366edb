package io.barnabas.cli.client;

import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Bytes;
import io.barnabas.cli.text.Output;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Prints records: for a person the wanted parts and then the value, with tabs between and the bytes
 * unchanged; for a program one JSON object in each line.
 *
 * @param withPlace partition and offset
 */
record RecordPrinter(
    boolean withPlace, boolean withTimestamp, boolean withHeaders, boolean withKey, Output out) {
  private static final byte[] TAB = {'\t'};
  private static final byte[] NEW_LINE = {'\n'};
  private static final byte[] NULL = "null".getBytes(StandardCharsets.UTF_8);

  void print(ConsumerRecord<byte[], byte[]> record) {
    if (out.isJson()) {
      out.json(json(record));
      return;
    }
    if (withPlace) {
      text(record.partition() + "\t" + record.offset());
    }
    if (withTimestamp) {
      text(Amounts.time(record.timestamp()));
    }
    if (withHeaders) {
      text(headers(record));
    }
    if (withKey) {
      bytes(record.key());
      out.bytes(TAB);
    }
    bytes(record.value());
    out.bytes(NEW_LINE);
  }

  private void text(String text) {
    out.bytes(text.getBytes(StandardCharsets.UTF_8));
    out.bytes(TAB);
  }

  private void bytes(byte @Nullable [] bytes) {
    out.bytes(bytes == null ? NULL : bytes);
  }

  private static String headers(ConsumerRecord<byte[], byte[]> record) {
    StringBuilder text = new StringBuilder();
    for (Header header : record.headers()) {
      byte @Nullable [] value = header.value();
      text.append(text.isEmpty() ? "" : ",").append(header.key()).append('=');
      text.append(value == null ? "null" : new String(value, StandardCharsets.UTF_8));
    }
    return text.isEmpty() ? "-" : text.toString();
  }

  private static Map<String, @Nullable Object> json(ConsumerRecord<byte[], byte[]> record) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("topic", record.topic());
    json.put("partition", record.partition());
    json.put("offset", record.offset());
    json.put("timestamp", record.timestamp());
    json.put("timestampType", record.timestampType().toString());
    Bytes.put(json, "key", record.key());
    Bytes.put(json, "value", record.value());
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
}
