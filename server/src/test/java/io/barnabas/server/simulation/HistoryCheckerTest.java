package io.barnabas.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.server.simulation.History.End;
import io.barnabas.server.simulation.History.Event;
import io.barnabas.server.simulation.History.Impossible;
import io.barnabas.server.simulation.History.InSyncChange;
import io.barnabas.server.simulation.History.OutOfRange;
import io.barnabas.server.simulation.History.Outcome;
import io.barnabas.server.simulation.History.Part;
import io.barnabas.server.simulation.History.Poll;
import io.barnabas.server.simulation.History.Seen;
import io.barnabas.server.simulation.History.Send;
import io.barnabas.server.simulation.History.Trim;
import io.barnabas.server.simulation.HistoryChecker.Anomaly;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** The checker on histories made by hand: each anomaly is seen, and what is allowed is none. */
class HistoryCheckerTest {
  private static final Part PART = new Part(new Uuid(1, 1), 0);
  private static final long PRODUCER = 7;
  private static final Part OTHER = new Part(new Uuid(1, 1), 1);

  private long now;

  // --- what is allowed

  @Test
  void aGoodHistoryHasNoAnomalies() {
    assertKinds(
        logs("a0", "a1", "b0"),
        acked(0, 0, "a0", "a1"),
        poll(1, 0, 3, "a0", "a1"),
        new Send("b", PART, 0, -1, PRODUCER, List.of("b0"), Outcome.ACKNOWLEDGED, 2, 1, 5, 6),
        poll(1, 2, 3, "b0"),
        poll(2, 0, 3, "a0", "a1", "b0"),
        end(2, 3));
  }

  @Test
  void unreadRecordsOfOneAckAndUnknownOutcomesMayBeThereOrNot() {
    assertKinds(
        logs("u1"),
        send(0, 1, Outcome.ACKNOWLEDGED, 0, "gone"),
        send(1, -1, Outcome.UNKNOWN, -1, "u0"),
        send(2, -1, Outcome.UNKNOWN, -1, "u1"),
        send(3, 0, Outcome.UNKNOWN, -1, "u2"));
  }

  @Test
  void whatWasInADeletedPartitionIsNotLost() {
    assertKinds(Map.of(), acked(0, 0, "a0"), poll(1, 0, 1, "a0"));
  }

  @Test
  void aNewLeaderMayLagButOnlyWhereItDoesNotSayThatThisIsTheEnd() {
    assertKinds(
        logs("a0", "a1"), acked(0, 0, "a0", "a1"), poll(1, 0, 2, "a0", "a1"), poll(2, 0, 0));
    assertKinds(
        logs("a0", "a1"),
        "end-back, stale-end",
        acked(0, 0, "a0", "a1"),
        poll(1, 0, 2, "a0", "a1"),
        end(2, 1));
  }

  @Test
  void anOldLeaderMayTellOfItsTime() {
    assertKinds(
        logs("a0"),
        new Send("a", PART, 0, -1, PRODUCER, List.of("a0"), Outcome.ACKNOWLEDGED, 0, 2, 0, now()),
        end(1, 0));
  }

  @Test
  void whatWasDeletedMayBeGoneButNothingBehindIt() {
    Event sent = acked(0, 0, "a0", "a1");
    OutOfRange below = new OutOfRange("c", PART, 1, 0, now());
    Map<Part, List<Seen>> log = Map.of(PART, List.of(new Seen(1, "a1")));
    assertKinds(log, sent, poll(1, 0, 2, "a0", "a1"), new Trim(PART, 1), below);
    assertKinds(
        log, "out-of-range", sent, new Trim(PART, 1), new OutOfRange("c", PART, 1, 1, now()));
    assertKinds(log, "hole, lost-write, lost-read", sent, poll(1, 0, 2, "a0", "a1"));
    assertKinds(Map.of(PART, List.of()), "unseen", sent, new Trim(PART, 1));
  }

  // --- what is not

  @Test
  void lostAndUnseenWritesAreFound() {
    assertKinds(
        logs("b0"),
        "lost-write, inconsistent-offsets",
        acked(0, 0, "a0"),
        send(1, 1, Outcome.UNKNOWN, -1, "b0"));
    assertKinds(logs(), "unseen", acked(0, 0, "a0"));
    assertKinds(logs(), "unseen", send(0, -1, Outcome.ACKNOWLEDGED, -1, "a0"));
  }

  @Test
  void whatWasReadMustStay() {
    assertKinds(
        logs(), "lost-read", send(0, 1, Outcome.ACKNOWLEDGED, 0, "a0"), poll(1, 0, 1, "a0"));
  }

  @Test
  void offsetsHaveOneValueAndValuesOneOffset() {
    Event a = send(0, -1, Outcome.UNKNOWN, -1, "a0");
    Event b = send(1, -1, Outcome.UNKNOWN, -1, "b0");
    assertKinds(logs("a0", "b0"), "inconsistent-offsets, duplicate", a, b, poll(1, 0, 1, "b0"));
    assertKinds(logs("a0", "a0"), "duplicate", a);
    assertKinds(logs("b0", "a0"), "inconsistent-offsets, duplicate", b, acked(0, 0, "a0"));
  }

  @Test
  void refusedAndForeignValuesMustNotBeSeen() {
    assertKinds(logs("a0"), "refused-seen", send(0, -1, Outcome.REFUSED, -1, "a0"));
    assertKinds(logs("x"), "never-sent");
    Send elsewhere =
        new Send("a", OTHER, 0, -1, -1, List.of("a0"), Outcome.UNKNOWN, -1, 1, 0, now());
    assertKinds(logs("a0"), "never-sent", elsewhere);
  }

  @Test
  void pollsLeaveNothingOutAndDoNotGoBack() {
    Event sent = acked(0, 0, "a0", "a1");
    Poll skips = new Poll("c", PART, 1, true, 0, 2, List.of(new Seen(1, "a1")), now(), now());
    assertKinds(logs("a0", "a1"), "skipped-poll", sent, skips);
    Poll back =
        new Poll(
            "c", PART, 1, true, 0, 2, List.of(new Seen(0, "a0"), new Seen(0, "a0")), now(), now());
    assertKinds(logs("a0", "a1"), "nonmonotonic-poll", sent, back);
    assertKinds(logs("a0", "a1"), "above-watermark", sent, poll(1, 0, 1, "a0", "a1"));
    assertKinds(logs("a0", "a1"), "out-of-range", sent, new OutOfRange("c", PART, 1, 1, now()));
  }

  @Test
  void sendsStayInOrder() {
    assertKinds(logs("a1", "a0"), "nonmonotonic-send", acked(0, 1, "a0"), acked(1, 0, "a1"));
    Send first =
        new Send("a", PART, 0, -1, PRODUCER, List.of("a0"), Outcome.UNKNOWN, -1, 1, 0, now());
    Send second =
        new Send("a", PART, 1, -1, PRODUCER, List.of("a1"), Outcome.UNKNOWN, -1, 1, 0, now());
    assertKinds(logs("a1", "a0"), "nonmonotonic-send", first, second);
  }

  @Test
  void theHighWatermarkDoesNotGoBackInOneEpoch() {
    Event sent = acked(0, 0, "a0", "a1");
    assertKinds(logs("a0", "a1"), "watermark-back", sent, poll(1, 0, 2), poll(1, 0, 1));
    assertKinds(logs("a0", "a1"), "watermark-back, stale-end", sent, poll(1, 2, 2), end(1, 1));
    long begin = now();
    Poll overlaps = new Poll("d", PART, 1, true, 0, 1, List.of(), begin, begin + 1_000);
    assertKinds(logs("a0", "a1"), "", sent, poll(1, 0, 2), overlaps);
    Poll lags = new Poll("d", PART, 1, false, 0, 1, List.of(), now(), now());
    assertKinds(logs("a0", "a1"), "", sent, poll(1, 0, 2), lags);
  }

  @Test
  void changesOfTheInSyncReplicasAreOfTheNewestState() {
    assertKinds(logs(), new InSyncChange(PART, 4, 5));
    assertKinds(logs(), "stale-change", new InSyncChange(PART, 4, 6));
    assertKinds(logs(), "impossible", new Impossible("UNKNOWN_SERVER_ERROR"));
  }

  // --- histories

  private long now() {
    return now++;
  }

  private Send send(int number, int acks, Outcome outcome, long offset, String... values) {
    return new Send("a", PART, number, acks, -1, List.of(values), outcome, offset, 1, now(), now());
  }

  private Send acked(int number, long offset, String... values) {
    return send(number, -1, Outcome.ACKNOWLEDGED, offset, values);
  }

  private Poll poll(int epoch, long from, long highWatermark, String... values) {
    List<Seen> seen = new ArrayList<>();
    for (String value : values) {
      seen.add(new Seen(from + seen.size(), value));
    }
    return new Poll("c", PART, epoch, true, from, highWatermark, seen, now(), now());
  }

  private End end(int epoch, long offset) {
    return new End("c", PART, epoch, offset, now(), now());
  }

  private static Map<Part, List<Seen>> logs(String... values) {
    List<Seen> log = new ArrayList<>();
    for (String value : values) {
      log.add(new Seen(log.size(), value));
    }
    return Map.of(PART, log);
  }

  private static void assertKinds(Map<Part, List<Seen>> logs, Event... events) {
    assertKinds(logs, "", events);
  }

  private static void assertKinds(Map<Part, List<Seen>> logs, String kinds, Event... events) {
    List<Anomaly> anomalies = HistoryChecker.check(List.of(events), logs);
    List<String> expected = kinds.isEmpty() ? List.of() : List.of(kinds.split(", ", -1));
    assertThat(anomalies.stream().map(Anomaly::kind).distinct())
        .as(() -> anomalies.toString())
        .containsExactlyInAnyOrderElementsOf(expected);
  }
}
