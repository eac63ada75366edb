package io.barnabas.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.server.simulation.History.Part;
import io.barnabas.server.simulation.History.Seen;
import io.barnabas.server.simulation.HistoryChecker.Anomaly;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** What is compared once a cluster is whole again and its clients have ended. */
final class Ending {
  private final WholeClusterRun run;
  private final Operator operator;
  private final Wholeness wholeness;

  Ending(WholeClusterRun run, Operator operator, Wholeness wholeness) {
    this.run = run;
    this.operator = operator;
    this.wholeness = wholeness;
  }

  void check() {
    Map<Part, List<Seen>> logs = new HashMap<>();
    ClusterImage image = run.nodes().newest();
    for (TopicImage topic : image.topics().values()) {
      if (run.mayLack(topic.name())) {
        continue;
      }
      for (int number : topic.partitions().keySet()) {
        ByteBuffer bytes = wholeness.bytes(topic, number).orElseThrow();
        logs.put(
            new Part(topic.id(), number), Consumer.seen(MemoryRecords.readableRecords(bytes), 0));
      }
    }
    List<Anomaly> anomalies = HistoryChecker.check(run.promised(), logs);
    assertThat(anomalies.stream().limit(3).map(Anomaly::toString))
        .as("%d anomalies", anomalies.size())
        .isEmpty();
    for (History.Event event : run.promised()) {
      if (event instanceof History.Send send && !logs.containsKey(send.part())) {
        assertThat(operator.wasDeleted(send.part().topic())).as("%s is gone", send.part()).isTrue();
      }
    }
  }
}
