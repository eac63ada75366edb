package io.barnabas.chaos.check;

import static io.barnabas.chaos.check.AnomalyKind.REPLICAS_DIFFER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas are the same when their batches are, in whatever files. */
class ReplicaFilesTest {
  @TempDir Path directory = Path.of("");

  private final Findings findings = new Findings();

  @Test
  void theSameBatchesInOtherSegmentsAreTheSame() throws IOException {
    Path one = replica("one", batch(0, 1), batch(5, 2));
    Path other = replica("other", batch(0, 1));
    Files.write(other.resolve("00000000000000000005.log"), batch(5, 2));
    compare(one, other, 8);
    assertThat(findings.isClean()).isTrue();
  }

  @Test
  void whatLiesBehindTheEndDoesNotCount() throws IOException {
    compare(replica("one", batch(0, 1), batch(5, 2)), replica("other", batch(0, 1)), 5);
    assertThat(findings.isClean()).isTrue();
  }

  @Test
  void oneByteIsEnough() throws IOException {
    compare(replica("one", batch(0, 1)), replica("other", batch(0, 2)), 5);
    assertThat(findings.count(REPLICAS_DIFFER)).isOne();
  }

  @Test
  void aMissingBatchIsFound() throws IOException {
    compare(replica("one", batch(0, 1)), replica("other", batch(0, 1), batch(5, 2)), 8);
    assertThat(findings.told(REPLICAS_DIFFER).getFirst()).contains("missing at node 1");
  }

  @Test
  void aFileThatEndsWithinABatchIsAnError() throws IOException {
    byte[] torn = new byte[20];
    System.arraycopy(batch(0, 1), 0, torn, 0, 20);
    Path replica = replica("torn", torn);
    assertThatThrownBy(() -> ReplicaFiles.read(replica, 5)).isInstanceOf(IOException.class);
  }

  private void compare(Path one, Path other, long end) throws IOException {
    TreeMap<Integer, List<ReplicaFiles.Batch>> replicas = new TreeMap<>();
    replicas.put(1, ReplicaFiles.read(one, end));
    replicas.put(2, ReplicaFiles.read(other, end));
    ReplicaFiles.compare("topic-0", replicas, findings);
  }

  private Path replica(String name, byte[]... batches) throws IOException {
    Path folder = Files.createDirectory(directory.resolve(name));
    ByteBuffer all = ByteBuffer.allocate(1000);
    for (byte[] batch : batches) {
      all.put(batch);
    }
    byte[] bytes = new byte[all.position()];
    all.flip().get(bytes);
    Files.write(folder.resolve("00000000000000000000.log"), bytes);
    return folder;
  }

  private static byte[] batch(long baseOffset, int content) {
    return ByteBuffer.allocate(64).putLong(baseOffset).putInt(52).putInt(content).array();
  }
}
