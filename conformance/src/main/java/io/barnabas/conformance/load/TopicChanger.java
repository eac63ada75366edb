package io.barnabas.conformance.load;

import io.barnabas.conformance.ClusterProcess;
import io.barnabas.conformance.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * A client that creates, grows, configures and deletes topics of its own, at one node until that
 * fails and then at the next, and keeps a book of what each topic may be now.
 *
 * <p>A change without an answer, or with one that leaves open whether it was done, makes both
 * states possible; that topic is left alone from then on.
 */
final class TopicChanger implements Runnable {
  private static final int MOST_TOPICS = 12;
  private static final int MOST_PARTITIONS = 6;
  private static final int REPLICAS = 3;

  /** Answers by which the change may have been made, or may yet be. */
  private static final Set<Errors> OPEN =
      Set.of(
          Errors.NOT_CONTROLLER,
          Errors.REQUEST_TIMED_OUT,
          Errors.UNKNOWN_SERVER_ERROR,
          Errors.BROKER_NOT_AVAILABLE,
          Errors.NETWORK_EXCEPTION);

  private final int id;
  private final ClusterProcess cluster;
  private final ChangeClock clock;
  private final Random random;
  private final Map<String, TopicState> settled = new TreeMap<>();
  private final Map<String, List<Optional<TopicState>>> open = new TreeMap<>();
  private final Map<Errors, Integer> answers = new EnumMap<>(Errors.class);
  private final List<String> complaints = new ArrayList<>();
  private int made;
  private int acknowledged;
  private int unanswered;
  private int turn;
  private @Nullable RawClient connection;

  TopicChanger(int id, ClusterProcess cluster, ChangeClock clock, long seed) {
    this.id = id;
    this.cluster = cluster;
    this.clock = clock;
    this.random = new Random(seed);
    this.turn = id;
  }

  @Override
  public void run() {
    while (clock.mayBegin()) {
      step();
    }
    disconnect();
  }

  private void step() {
    List<String> names = List.copyOf(settled.keySet());
    int dice = random.nextInt(10);
    if (names.isEmpty() || (dice < 4 && names.size() < MOST_TOPICS)) {
      String name = "changed-" + id + "-" + made++;
      TopicState wanted = new TopicState(random.nextInt(1, 4), newRetentionMs());
      change(
          name,
          Optional.empty(),
          Optional.of(wanted),
          client -> TopicRequests.create(client, name, wanted, REPLICAS));
      return;
    }
    String name = names.get(random.nextInt(names.size()));
    TopicState now = settled.getOrDefault(name, new TopicState(0, 0));
    if (dice < 6) {
      change(
          name, Optional.of(now), Optional.empty(), client -> TopicRequests.delete(client, name));
    } else if (dice < 8 && now.partitions() < MOST_PARTITIONS) {
      TopicState wanted = new TopicState(now.partitions() + 1, now.retentionMs());
      change(
          name,
          Optional.of(now),
          Optional.of(wanted),
          client -> TopicRequests.grow(client, name, wanted.partitions()));
    } else {
      TopicState wanted = new TopicState(now.partitions(), newRetentionMs());
      change(
          name,
          Optional.of(now),
          Optional.of(wanted),
          client -> TopicRequests.retain(client, name, wanted.retentionMs()));
    }
  }

  private void change(
      String name, Optional<TopicState> before, Optional<TopicState> after, Change change) {
    RawClient client = connect();
    long sentNanos = System.nanoTime();
    Errors answer;
    try {
      answer = change.at(client);
    } catch (IOException e) {
      unanswered++;
      leaveOpen(name, before, after);
      moveOn();
      return;
    }
    answers.merge(answer, 1, Integer::sum);
    if (answer == Errors.NONE) {
      clock.acknowledged(sentNanos);
      acknowledged++;
      settled.remove(name);
      after.ifPresent(state -> settled.put(name, state));
    } else {
      leaveOpen(name, before, after);
      if (!OPEN.contains(answer)) {
        complaints.add(name + " from " + before + " to " + after + " was answered " + answer);
      }
    }
  }

  private void leaveOpen(String name, Optional<TopicState> before, Optional<TopicState> after) {
    settled.remove(name);
    open.put(name, List.of(before, after));
  }

  /** The connection, to the first node from this client's on that takes one. */
  private RawClient connect() {
    while (true) {
      RawClient current = connection;
      if (current != null) {
        return current;
      }
      try {
        List<Integer> nodes = cluster.ids();
        int node = nodes.get(turn % nodes.size());
        connection = RawClient.connect(cluster.node(node).address());
      } catch (IOException e) {
        moveOn();
      }
    }
  }

  private void moveOn() {
    disconnect();
    turn++;
  }

  private void disconnect() {
    if (connection != null) {
      try {
        connection.close();
      } catch (IOException e) {
        complaints.add("a connection could not be closed: " + e);
      }
      connection = null;
    }
  }

  private long newRetentionMs() {
    return random.nextLong(1_000_000_000L, 2_000_000_000L);
  }

  /** What each topic may be, by name; only after {@link #run()} has returned. */
  Map<String, List<Optional<TopicState>>> possible() {
    Map<String, List<Optional<TopicState>>> possible = new TreeMap<>(open);
    settled.forEach((name, state) -> possible.put(name, List.of(Optional.of(state))));
    return possible;
  }

  /** How often each error was answered; only after {@link #run()} has returned. */
  Map<Errors, Integer> answers() {
    return answers;
  }

  /** Answers that must not be; only after {@link #run()} has returned. */
  List<String> complaints() {
    return complaints;
  }

  /** Changes that were answered as done; only after {@link #run()} has returned. */
  int acknowledgedCount() {
    return acknowledged;
  }

  /** Changes to which no answer came; only after {@link #run()} has returned. */
  int unansweredCount() {
    return unanswered;
  }

  /** One request for a change. */
  @FunctionalInterface
  private interface Change {
    Errors at(RawClient client) throws IOException;
  }
}
