package io.barnabas.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.AppendContext;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.log.Origin;
import io.barnabas.log.PartitionLog;
import io.barnabas.world.RealWorld;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code barnabas log} on files that the log has written. */
class LogCommandTest {
  private static final TopicIdPartition ID = new TopicIdPartition(new Uuid(1, 2), 0, "notes");
  private static final String FIRST = "00000000000000000000";

  private final PrintStream usualOut = System.out;
  private final PrintStream usualErr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir Path directory = Path.of("target");

  @BeforeEach
  void listenAndWrite() throws IOException {
    try (LogDirectory logs =
        LogDirectory.open(RealWorld.create(), directory, LogDirectoryOptions.defaults())) {
      PartitionLog log = logs.openOrCreate(ID, LogConfig.of(Map.of("segment.bytes", "180")));
      AppendContext context = new AppendContext(3, Origin.CLIENT);
      log.append(
          MemoryRecords.withRecords(
                  Compression.NONE,
                  new SimpleRecord(
                      1_000,
                      "k".getBytes(UTF_8),
                      "one\ntwo".getBytes(UTF_8),
                      new Header[] {new RecordHeader("h", new byte[] {(byte) 0xff})}))
              .buffer(),
          context);
      log.append(
          MemoryRecords.withIdempotentRecords(
                  Compression.gzip().build(),
                  9,
                  (short) 0,
                  0,
                  new SimpleRecord(2_000, null, new byte[] {0, 1}),
                  new SimpleRecord(3_000, (byte[]) null, null))
              .buffer(),
          context);
      // Into a segment of its own, so that there are indexes and a snapshot of the first.
      log.append(
          MemoryRecords.withRecords(
                  Compression.NONE, new SimpleRecord(4_000, "last".getBytes(UTF_8)))
              .buffer(),
          context);
    }
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(err, true, UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(usualOut);
    System.setErr(usualErr);
  }

  private Path file(String name) {
    return directory.resolve("notes-0").resolve(name);
  }

  private List<String> run(int exitCode, Object... arguments) {
    out.reset();
    err.reset();
    String[] texts = new String[arguments.length + 1];
    texts[0] = "log";
    for (int i = 0; i < arguments.length; i++) {
      texts[i + 1] = arguments[i].toString();
    }
    assertThat(Commands.run(texts)).as(err.toString(UTF_8)).isEqualTo(exitCode);
    return out.toString(UTF_8).lines().toList();
  }

  private String refused(int exitCode, Object... arguments) {
    assertThat(run(exitCode, arguments)).isEmpty();
    return err.toString(UTF_8).strip();
  }

  @Test
  void batchesAndRecordsAreShown() {
    List<String> lines = run(0, "dump", "--records", file(FIRST + ".log"));
    assertThat(lines).hasSize(5);
    assertThat(lines.get(0))
        .matches(
            "offsets 0 to 0 at byte 0: 1 record, \\d+ bytes, leader epoch 3,"
                + " 1970-01-01T00:00:01Z to 1970-01-01T00:00:01Z, none");
    assertThat(lines.get(1))
        .isEqualTo("  0 1970-01-01T00:00:01Z key \"k\" value \"one\\ntwo\" headers h=0xff");
    assertThat(lines.get(2)).endsWith(", gzip, producer 9 epoch 0 sequence 0 to 1");
    assertThat(lines.get(3)).isEqualTo("  1 1970-01-01T00:00:02Z key null value 0x0001");
    assertThat(lines.get(4)).isEqualTo("  2 1970-01-01T00:00:03Z key null value null");
  }

  @Test
  void programsGetAnObjectForEachEntry() {
    assertThat(run(0, "dump", "--records", "--json", file(FIRST + ".log")))
        .hasSize(5)
        .anyMatch(
            line ->
                line.contains("\"type\":\"batch\"")
                    && line.contains("\"baseOffset\":1,\"lastOffset\":2,\"records\":2")
                    && line.contains("\"compression\":\"gzip\"")
                    && line.contains("\"producerId\":9"))
        .anyMatch(
            line ->
                line.endsWith(
                    "\"offset\":0,\"timestamp\":1000,\"key\":\"k\",\"value\":\"one\\ntwo\","
                        + "\"headers\":[{\"name\":\"h\",\"valueBase64\":\"/w==\"}]}"));
  }

  @Test
  void theOtherFilesOfAFolderAreShown() {
    assertThat(run(0, "dump", directory))
        .contains(
            "topic_id " + ID.topicId(),
            "epoch 3, startOffset 0",
            "topic notes, partition 0, offset 4",
            "timestamp 3000, offset 2",
            "producerId 9, producerEpoch 0, lastSequence 1, lastOffset 2, offsetDelta 1,"
                + " lastTimestamp 3000, coordinatorEpoch -1, transactionStart -1");
  }

  @Test
  void whatIsSoundIsSaidToBeSo() {
    assertThat(run(0, "verify", directory))
        .singleElement()
        .asString()
        .matches("\\d+ files with 3 batches, 4 records, .* of batches: nothing is damaged\\.");
  }

  @Test
  void damageIsNamedAndTheRestIsShown() throws IOException {
    Path log = file(FIRST + ".log");
    byte[] content = Files.readAllBytes(log);
    content[70] ^= 1;
    Files.write(log, content);
    assertThat(run(1, "verify", file(FIRST + ".timeindex")))
        .first()
        .asString()
        .startsWith(log + ": at byte 0 is a batch that does not match its checksum, ");
    List<String> dumped = run(1, "dump", log);
    assertThat(dumped).hasSize(2);
    assertThat(dumped.getFirst()).startsWith("DAMAGED: at byte 0 is a batch that");
    assertThat(dumped.getLast()).startsWith("offsets 1 to 2 at byte ");
    assertThat(run(1, "verify", "--json", log))
        .anyMatch(line -> line.contains("\"type\":\"damage\",\"position\":0,"))
        .last()
        .asString()
        .startsWith("{\"type\":\"totals\",");
    assertThat(run(1, "offsets", log)).last().asString().startsWith("1 place damaged");
  }

  @Test
  void offsetsAndTimesAreFound() {
    assertThat(run(0, "offsets", directory))
        .hasSize(3)
        .element(1)
        .asString()
        .contains("3      0     2");
    assertThat(run(0, "offsets", "--offset", 2, directory))
        .singleElement()
        .asString()
        .contains(
            ": offset 2 of 1970-01-01T00:00:03Z is in the batch of the offsets 1 to 2 at byte");
    assertThat(run(0, "offsets", "--time", "1970-01-01T00:00:02Z", "--json", directory))
        .singleElement()
        .asString()
        .endsWith("\"baseOffset\":1,\"lastOffset\":2,\"offset\":1,\"timestamp\":2000}");
    assertThat(refused(1, "offsets", "--offset", 4, directory))
        .isEqualTo("No record in these files has that offset or a later one.");
  }

  @Test
  void whatCannotBeReadIsOneSentence() throws IOException {
    Path missing = directory.resolve("gone.log");
    assertThat(refused(1, "dump", missing)).isEqualTo("There is no file %s.".formatted(missing));
    Path other = Files.writeString(directory.resolve("words.txt"), "no log");
    assertThat(refused(1, "verify", other)).startsWith(other + " is not a file of a log");
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertThat(refused(1, "offsets", empty))
        .isEqualTo("There are no files of a log in %s.".formatted(empty));
    assertThat(refused(2, "dump")).contains("See barnabas log dump --help.");
    assertThat(refused(2, "offsets", "--time", "soon", directory)).startsWith("'soon' is no time");
  }
}
