package io.barnabas.server.api;

import static io.barnabas.server.api.Wire.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** A round of a session costs what has changed, not what it has. */
class SessionFetchTest {
  private static final int PARTITIONS = 20;
  private static final long SECOND_NANOS = 1_000_000_000;

  private interface Body {
    void run(DataNode node, Uuid topic, FetchSession session, SessionFetch fetch) throws Exception;
  }

  private static void run(Body body) {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    world.run(
        () ->
            DataNode.with(
                world,
                10,
                node -> {
                  Uuid topic = node.topic("t", PARTITIONS, Map.of());
                  List<FetchedPartition> fetched =
                      IntStream.range(0, PARTITIONS).mapToObj(i -> wanted(topic, i, 0)).toList();
                  long nowMs = node.world.clock().nanoTime() / 1_000_000;
                  FetchSession session = new FetchSession(1, true, nowMs, fetched);
                  FetchReader reader =
                      FetchReader.forConsumer(
                          node.replicas, 1 << 20, new FetchReader.Consumer(false, false, Set.of()));
                  SessionFetch fetch = new SessionFetch(reader, session, node.world.clock());
                  assertThat(read(session, fetch)).as("all for the first time").hasSize(PARTITIONS);
                  assertThat(read(session, fetch)).as("all are told now").hasSize(PARTITIONS);
                  assertThat(read(session, fetch)).isEmpty();
                  body.run(node, topic, session, fetch);
                }));
  }

  private static FetchedPartition wanted(Uuid topic, int partition, long offset) {
    return new FetchedPartition(FetchedPartition.Key.byId(topic, partition), at(partition, offset));
  }

  /** The numbers of the partitions that are read; the client is told of all of them. */
  private static List<Integer> read(FetchSession session, SessionFetch fetch) {
    FetchResult result = fetch.readFirst();
    List<Integer> numbers = new ArrayList<>();
    session.locked(
        () -> {
          for (int i = 0; i < result.size(); i++) {
            numbers.add(result.partition(i).key().partition());
            var read = result.read(i);
            if (read != null) {
              result.partition(i).boundsChanged(read.highWatermark(), read.logStartOffset());
            }
          }
          return true;
        });
    result.close();
    return numbers;
  }

  private static void ask(FetchSession session, FetchedPartition partition) {
    session.locked(
        () -> {
          session.update(List.of(partition), List.of());
          return true;
        });
  }

  @Test
  void onlyWhatSomethingHappenedToIsRead() {
    run(
        (node, topic, session, fetch) -> {
          node.append(topic, 7, "a");
          node.append(topic, 3, "b");
          assertThat(read(session, fetch)).containsExactly(7, 3);
          assertThat(read(session, fetch)).as("they are still there").containsExactly(7, 3);
          ask(session, wanted(topic, 7, 1));
          assertThat(read(session, fetch)).containsExactly(7, 3);
          assertThat(read(session, fetch)).containsExactly(3);
          ask(session, wanted(topic, 3, 1));
          assertThat(read(session, fetch)).containsExactly(3);
          assertThat(read(session, fetch)).isEmpty();
          node.world.threads().sleep(5 * SECOND_NANOS);
          assertThat(read(session, fetch)).as("all now and then").hasSize(PARTITIONS);
          assertThat(read(session, fetch)).isEmpty();
        });
  }

  @Test
  void whoWaitsIsWokenByWhatHappensAndByNothingElse() {
    run(
        (node, topic, session, fetch) -> {
          List<String> woken = new ArrayList<>();
          fetch.listen(() -> woken.add("woken"));
          node.world.threads().sleep(SECOND_NANOS);
          assertThat(woken).isEmpty();
          node.append(topic, 5, "a");
          assertThat(woken).isNotEmpty();
          assertThat(read(session, fetch)).containsExactly(5);
          woken.clear();
          node.append(topic, 6, "b");
          fetch.ignore();
          woken.clear();
          fetch.listen(() -> woken.add("late"));
          assertThat(woken).as("something had happened since the read").containsExactly("late");
          fetch.ignore();
          node.append(topic, 6, "c");
          assertThat(woken).containsExactly("late");
        });
  }

  @Test
  void aLeaderThatChangesIsNoticed() {
    run(
        (node, topic, session, fetch) -> {
          node.apply(List.of(new Fact.PartitionChanged(topic, 4, DataNode.led(2, 1))));
          assertThat(read(session, fetch)).containsExactly(4);
          assertThat(read(session, fetch)).as("an error is told each time").containsExactly(4);
          node.apply(List.of(new Fact.PartitionChanged(topic, 4, DataNode.led(1, 2))));
          assertThat(read(session, fetch)).containsExactly(4);
          assertThat(read(session, fetch)).isEmpty();
          node.append(topic, 4, "a");
          assertThat(read(session, fetch)).containsExactly(4);
        });
  }

  @Test
  void aTopicThatIsMadeAnewIsListenedTo() {
    run(
        (node, topic, session, fetch) -> {
          node.apply(List.of(new Fact.TopicDeleted(topic)));
          assertThat(read(session, fetch)).hasSize(PARTITIONS);
          assertThat(read(session, fetch)).as("nobody knows them").hasSize(PARTITIONS);
          assertThat(node.topic("t", PARTITIONS, Map.of())).isEqualTo(topic);
          assertThat(read(session, fetch)).hasSize(PARTITIONS);
          assertThat(read(session, fetch)).isEmpty();
          node.append(topic, 9, "a");
          assertThat(read(session, fetch)).containsExactly(9);
        });
  }

  @Test
  void aSessionThatIsClosedListensToNothing() {
    run(
        (node, topic, session, fetch) -> {
          session.close();
          node.append(topic, 5, "a");
          assertThat(session.ready().take().keys()).isEmpty();
        });
  }
}
