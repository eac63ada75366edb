package io.barnabas.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.cli.PropertiesFile;
import io.barnabas.cli.WrongUsageException;
import io.barnabas.server.settings.NodeSettings;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevLayoutTest {
  private static final OptionalInt NONE = OptionalInt.empty();

  @TempDir private Path directory = Path.of("none");

  private NodeSettings settings(DevMember member) throws Exception {
    Map<String, String> all = new HashMap<>();
    PropertiesFile.read(member.settings())
        .forEach((name, value) -> all.put(String.valueOf(name), String.valueOf(value)));
    return NodeSettings.parse(all);
  }

  @Test
  void nodesKnowEachOtherAndHaveTheirOwnPortsAndDirectories() throws Exception {
    List<DevMember> members = DevLayout.open(directory, NONE, OptionalInt.of(20_000));
    assertThat(members)
        .extracting(DevMember::address)
        .containsExactly("127.0.0.1:20000", "127.0.0.1:20001", "127.0.0.1:20002");
    Set<Path> directories = new HashSet<>();
    for (DevMember member : members) {
      NodeSettings settings = settings(member);
      assertThat(settings.nodeId()).isEqualTo(member.id());
      assertThat(settings.cluster().voters()).hasSize(3);
      assertThat(settings.cluster().quorumListener().orElseThrow().port())
          .isEqualTo(20_002 + member.id());
      assertThat(settings.topicDefaults()).containsEntry("min.insync.replicas", "2");
      directories.add(settings.logDir());
    }
    assertThat(directories).hasSize(3).allMatch(path -> path.startsWith(directory));
  }

  @Test
  void theDataDirectoryOfANodeIsLeftAlone() throws Exception {
    Files.createFile(directory.resolve("meta.properties"));
    assertThatThrownBy(() -> DevLayout.open(directory, NONE, NONE))
        .isInstanceOf(WrongUsageException.class)
        .hasMessageContaining("is the data directory of a node");
    assertThat(directory).isDirectoryNotContaining("glob:**node*");
  }

  @Test
  void aClusterIsFoundAgainAsItWas() throws Exception {
    List<DevMember> members = DevLayout.open(directory, OptionalInt.of(2), NONE);
    assertThat(DevLayout.open(directory, NONE, NONE)).isEqualTo(members);
    assertThat(DevLayout.open(directory, OptionalInt.of(2), NONE)).isEqualTo(members);
    assertThatThrownBy(() -> DevLayout.open(directory, OptionalInt.of(3), NONE))
        .isInstanceOf(WrongUsageException.class)
        .hasMessageContaining("has 2 nodes");
    assertThatThrownBy(() -> DevLayout.open(directory, NONE, OptionalInt.of(9092)))
        .isInstanceOf(WrongUsageException.class)
        .hasMessageContaining("has its ports already");
  }

  @Test
  void oneNodeNeedsNoQuorum() throws Exception {
    List<DevMember> members = DevLayout.open(directory, OptionalInt.of(1), OptionalInt.of(20_000));
    assertThat(settings(members.getFirst()).cluster().hasQuorum()).isFalse();
  }

  @Test
  void otherPortsAreTakenWhereTheUsualOnesAreNotFree() throws Exception {
    try (ServerSocket _ = usualPort()) {
      assertThat(DevLayout.open(directory, NONE, NONE))
          .extracting(DevMember::address)
          .doesNotContain("127.0.0.1:9092")
          .doesNotHaveDuplicates();
    }
  }

  /** Taken by this test, or by another process already. */
  private static ServerSocket usualPort() throws Exception {
    try {
      return new ServerSocket(9092, 1, InetAddress.getLoopbackAddress());
    } catch (BindException e) {
      return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
  }

  @Test
  void whatCannotBeIsRefused() {
    for (int nodes : new int[] {0, 6}) {
      assertThatThrownBy(() -> DevLayout.open(directory, OptionalInt.of(nodes), NONE))
          .isInstanceOf(WrongUsageException.class)
          .hasMessage("There can be 1 to 5 nodes.");
    }
    assertThatThrownBy(() -> DevLayout.open(directory, NONE, OptionalInt.of(65_531)))
        .isInstanceOf(WrongUsageException.class)
        .hasMessage("The option --port must leave room for 6 ports below 65536.");
  }
}
