package io.barnabas.quorum;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A listener whose state is the list of all entries, as text. */
final class Recorder implements CommitListener {
  private final List<String> entries = new ArrayList<>();
  private final List<IOException> failures = new ArrayList<>();
  private final List<Leadership> leaderships = new ArrayList<>();
  private int snapshotsLoaded;

  @Override
  public void loadSnapshot(long index, byte[] snapshot) {
    snapshotsLoaded++;
    entries.clear();
    entries.addAll(text(snapshot).lines().toList());
  }

  @Override
  public void committed(long index, byte[] entry) {
    if (index != entries.size() + 1) {
      throw new IllegalStateException(
          "Entry %d was told after %d".formatted(index, entries.size()));
    }
    entries.add(text(entry));
  }

  @Override
  public byte[] snapshot() {
    return bytes(String.join("\n", entries));
  }

  @Override
  public void led(Leadership leadership) {
    leaderships.add(leadership);
  }

  List<Leadership> leaderships() {
    return leaderships;
  }

  @Override
  public void failed(IOException cause) {
    failures.add(cause);
  }

  List<String> entries() {
    return entries;
  }

  List<IOException> failures() {
    return failures;
  }

  int snapshotsLoaded() {
    return snapshotsLoaded;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
