package io.barnabas.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.cli.client.ReplicaProbe.Progress;
import io.barnabas.cli.text.Json;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.Test;

class ReplicasViewTest {
  private static final Node ONE = new Node(1, "one", 9092);
  private static final Node TWO = new Node(2, "two", 9092);
  private static final Node THREE = new Node(3, "", -1);

  @Test
  void rolesStatesAndLags() {
    TopicPartitionInfo partition =
        new TopicPartitionInfo(
            7, TWO, List.of(ONE, TWO, THREE), List.of(TWO), List.of(THREE), List.of());
    ReplicasView view =
        new ReplicasView(
            ReplicasView.rows(partition, Map.of(1, progress(4, 10), 2, progress(5, 1012))));
    assertThat(view.table().toString())
        .isEqualTo(
            """
            PARTITION  NODE  ROLE      STATE     LEADER EPOCH  START    END  HIGH WATERMARK    LAG
                    7     1  follower  behind               4      3     10               9  1,002
                    7     2  leader    in sync              5      3  1,012           1,011      0
                    7     3  follower  eligible             -      -      -               -      -\
            """);
    assertThat(Json.of(view.json(7)))
        .isEqualTo(
            """
            [{"node":1,"leader":false,"state":"behind","leaderEpoch":4,"startOffset":3,\
            "endOffset":10,"highWatermark":9,"lag":1002},\
            {"node":2,"leader":true,"state":"in sync","leaderEpoch":5,"startOffset":3,\
            "endOffset":1012,"highWatermark":1011,"lag":0},\
            {"node":3,"leader":false,"state":"eligible","leaderEpoch":null,"startOffset":null,\
            "endOffset":null,"highWatermark":null,"lag":null}]\
            """);
    assertThat(view.json(8)).isEmpty();
  }

  @Test
  void whoIsAskedLaterThanTheLeaderHasNoNegativeLagAndWithoutLeaderNobodyHasOne() {
    TopicPartitionInfo led =
        new TopicPartitionInfo(0, ONE, List.of(ONE, TWO), List.of(ONE, TWO), List.of(), List.of());
    assertThat(ReplicasView.rows(led, Map.of(1, progress(1, 5), 2, progress(1, 6))))
        .extracting(ReplicasView.Row::lag)
        .containsExactly(OptionalLong.of(0), OptionalLong.of(0));
    TopicPartitionInfo unled =
        new TopicPartitionInfo(0, null, List.of(ONE), List.of(), List.of(ONE), List.of());
    assertThat(ReplicasView.rows(unled, Map.of(1, progress(1, 5))))
        .extracting(ReplicasView.Row::lag)
        .containsExactly(OptionalLong.empty());
  }

  private static Progress progress(int epoch, long end) {
    return new Progress(
        OptionalInt.of(epoch), OptionalLong.of(3), OptionalLong.of(end), OptionalLong.of(end - 1));
  }
}
