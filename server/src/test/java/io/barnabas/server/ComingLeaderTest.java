package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Producers that come to a follower, which may be the next leader and not know it yet. */
class ComingLeaderTest {
  private static final int LEADER = 1;
  private static final int NEXT = 2;
  private static final int OTHER = 3;
  private static final long MILLISECOND_NANOS = 1_000_000;

  private interface Body {
    void run(SimulatedCluster cluster, Uuid topic) throws Exception;
  }

  private static void run(Body body) {
    SimulatedCluster.run(
        1,
        3,
        cluster -> {
          try (TestClient leader = cluster.client(LEADER)) {
            Uuid topic = Requests.createTopicOn(leader, "t", List.of(LEADER, NEXT, OTHER));
            cluster.await("it is written", 10_000, () -> written(leader, topic) == Errors.NONE);
            cluster.await(
                "all are in sync",
                10_000,
                () -> cluster.image(NEXT).partition(topic, 0).orElseThrow().isr().size() == 3);
            body.run(cluster, topic);
          }
        });
  }

  private static Errors written(TestClient client, Uuid topic) {
    try {
      return Errors.forCode(Requests.produce(client, topic, 0, -1, -1, List.of("a")).errorCode());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void oneThatHeardOfTheLeaderBeforeItselfIsServed() {
    run(
        (cluster, topic) -> {
          CompletableFuture<Errors> answer = new CompletableFuture<>();
          try (TestClient early = cluster.client(NEXT)) {
            cluster
                .world()
                .threads()
                .startVirtual("early", () -> answer.complete(written(early, topic)));
            cluster.world().threads().sleep(10 * MILLISECOND_NANOS);
            assertThat(answer).isNotDone();
            cluster.stop(LEADER);
            assertThat(answer.join()).isEqualTo(Errors.NONE);
          }
        });
  }

  @Test
  void oneThatCameToTheWrongPlaceHearsThatAfterAMoment() {
    run(
        (cluster, topic) -> {
          try (TestClient wrong = cluster.client(OTHER)) {
            long begin = cluster.world().clock().nanoTime();
            assertThat(written(wrong, topic)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
            assertThat((cluster.world().clock().nanoTime() - begin) / MILLISECOND_NANOS)
                .isBetween(100L, 110L);
            assertThat(written(wrong, topic)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
            assertThat((cluster.world().clock().nanoTime() - begin) / MILLISECOND_NANOS)
                .as("the next one does not wait")
                .isBetween(100L, 120L);
          }
        });
  }
}
