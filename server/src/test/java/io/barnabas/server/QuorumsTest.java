package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.server.control.DirectoryIdentity;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.RealWorld;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuorumsTest {
  @TempDir Path data;

  /** It might take back under its old name what it promised to the other voters. */
  @Test
  void aMemberWhosePartOfTheQuorumIsGoneDoesNotStart() throws Exception {
    NodeSettings settings =
        NodeSettings.parse(
            Map.of(
                "log.dirs",
                data.toString(),
                "node.id",
                "1",
                "listeners",
                "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093",
                "controller.listener.names",
                "CONTROLLER",
                "controller.quorum.voters",
                "1@127.0.0.1:9093"));
    DirectoryIdentity identity =
        new DirectoryIdentity(Optional.of(new Uuid(7, 7).toString()), 1, new Uuid(1, 1));
    assertThatThrownBy(() -> new Quorums().open(RealWorld.create(), settings, identity))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining(data.resolve("raft") + " is gone")
        .hasMessageContaining("empty the whole data directory");
    assertThat(data).isEmptyDirectory();
  }
}
