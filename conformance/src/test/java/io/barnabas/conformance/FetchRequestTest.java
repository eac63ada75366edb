package io.barnabas.conformance;

import static io.barnabas.conformance.Requests.error;
import static io.barnabas.conformance.Requests.fetch;
import static io.barnabas.conformance.Requests.only;
import static io.barnabas.conformance.Requests.partitionAt;
import static io.barnabas.conformance.Requests.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fetch requests as they are on the wire: every version, sessions, long polls and mistakes. */
@OnEverySubject
class FetchRequestTest {

  private static final int LATEST = 18;

  private final Subject subject;

  FetchRequestTest(Subject subject) {
    this.subject = subject;
  }

  static Stream<Integer> versions() {
    return Requests.servedVersions(ApiKeys.FETCH);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void readsInEveryVersion(int version) throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    subject.append(topic, "a", "b", "c");
    subject.append(topic, "d");
    try (RawClient client = subject.connect()) {
      FetchResponseData response = call(client, version, fetch(topic, 0, 0));

      assertThat(error(response.errorCode())).isEqualTo(Errors.NONE);
      FetchResponseData.FetchableTopicResponse answered = response.responses().getFirst();
      assertThat(answered.topic()).isEqualTo(version <= 12 ? topic.name() : "");
      assertThat(answered.topicId()).isEqualTo(version <= 12 ? Uuid.ZERO_UUID : topic.id());
      FetchResponseData.PartitionData partition = only(response);
      assertThat(error(partition.errorCode())).isEqualTo(Errors.NONE);
      assertThat(valuesOf(partition)).containsExactly("a", "b", "c", "d");
      assertThat(partition.highWatermark()).isEqualTo(4);
      assertThat(partition.lastStableOffset()).isEqualTo(4);
      assertThat(partition.logStartOffset()).isEqualTo(version >= 5 ? 0 : -1);
    }
  }

  @Test
  void anOffsetInsideABatchGetsTheWholeBatch() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    subject.append(topic, "a", "b", "c");
    subject.append(topic, "d");
    try (RawClient client = subject.connect()) {
      assertThat(valuesOf(only(call(client, LATEST, fetch(topic, 0, 2)))))
          .containsExactly("a", "b", "c", "d");
      assertThat(valuesOf(only(call(client, LATEST, fetch(topic, 0, 3))))).containsExactly("d");
    }
  }

  @Test
  void aSmallLimitStillGetsOneBatch() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    subject.append(topic, "a".repeat(5000));
    subject.append(topic, "b");
    try (RawClient client = subject.connect()) {
      FetchRequestData request =
          fetch(topic, partitionAt(0, 0).setPartitionMaxBytes(10)).setMaxBytes(10);
      assertThat(valuesOf(only(call(client, LATEST, request)))).containsExactly("a".repeat(5000));
    }
  }

  @Test
  void offsetsOutsideTheLog() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    subject.append(topic, "a");
    try (RawClient client = subject.connect()) {
      for (long offset : new long[] {2, Long.MAX_VALUE, -5}) {
        FetchResponseData.PartitionData answer =
            only(call(client, LATEST, fetch(topic, 0, offset)));
        assertThat(error(answer.errorCode())).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(answer.highWatermark()).isEqualTo(-1);
      }
    }
  }

  @Test
  void unknownTopicsAndPartitions() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    Topic unknown = new Topic(subject.newTopicName(), Uuid.randomUuid());
    try (RawClient client = subject.connect()) {
      assertThat(refusal(client, 12, fetch(unknown, 0, 0)))
          .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
      assertThat(refusal(client, 18, fetch(unknown, 0, 0))).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
      assertThat(refusal(client, 18, fetch(topic, 9, 0)))
          .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
  }

  @Test
  void wrongLeaderEpochs() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    subject.append(topic, "a");
    try (RawClient client = subject.connect()) {
      assertThat(refusal(client, LATEST, fetch(topic, partitionAt(0, 0).setCurrentLeaderEpoch(7))))
          .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
      assertThat(refusal(client, LATEST, fetch(topic, partitionAt(0, 0).setCurrentLeaderEpoch(0))))
          .isEqualTo(Errors.NONE);
    }
  }

  @ParameterizedTest
  @MethodSource("versions")
  void whoIsNoReplicaIsNoFollower(int version) throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    subject.append(topic, "a");
    try (RawClient client = subject.connect()) {
      FetchRequestData request = fetch(topic, 0, 0);
      if (version >= 15) {
        request.replicaState().setReplicaId(77).setReplicaEpoch(0);
      } else {
        request.setReplicaId(77);
      }
      assertThat(refusal(client, version, request)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
      if (version >= 9) {
        request.topics().getFirst().partitions().getFirst().setCurrentLeaderEpoch(0);
        assertThat(refusal(client, version, request)).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
      }
    }
  }

  @Test
  void aLongPollEndsWithTheFirstRecord() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    try (RawClient client = subject.connect()) {
      FetchRequestData request = fetch(topic, 0, 0).setMaxWaitMs(15_000);
      long before = System.nanoTime();
      client.send(ApiKeys.FETCH, LATEST, request);
      Thread.sleep(100);
      subject.append(topic, "at last");
      var response = (FetchResponseData) client.receive(ApiKeys.FETCH, LATEST);

      assertThat(valuesOf(only(response))).containsExactly("at last");
      assertThat(System.nanoTime() - before).isLessThan(10_000_000_000L);
    }
  }

  @Test
  void aLongPollEndsAtItsTime() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    try (RawClient client = subject.connect()) {
      long before = System.nanoTime();
      FetchResponseData.PartitionData answer =
          only(call(client, LATEST, fetch(topic, 0, 0).setMaxWaitMs(300)));

      assertThat(valuesOf(answer)).isEmpty();
      assertThat(answer.highWatermark()).isZero();
      assertThat(System.nanoTime() - before).isBetween(280_000_000L, 10_000_000_000L);
    }
  }

  @Test
  void aSessionSendsOnlyWhatChanged() throws Exception {
    Topic topic = subject.newTopic(2, Map.of());
    subject.append(topic, "a");
    try (RawClient client = subject.connect()) {
      FetchRequestData first =
          fetch(topic, 0, 0).setSessionEpoch(0).setTopics(both(topic, 0)).setMaxWaitMs(100);
      FetchResponseData opened = call(client, LATEST, first);
      int session = opened.sessionId();
      assertThat(session).isPositive();
      assertThat(opened.responses().getFirst().partitions()).hasSize(2);

      FetchResponseData quiet = call(client, LATEST, incremental(session, 1, both(topic, 1)));
      assertThat(quiet.sessionId()).isEqualTo(session);
      assertThat(quiet.responses()).isEmpty();

      subject.append(topic, "b");
      FetchResponseData changed = call(client, LATEST, incremental(session, 2, List.of()));
      assertThat(changed.responses()).hasSize(1);
      assertThat(changed.responses().getFirst().partitions()).hasSize(1);
      assertThat(valuesOf(only(changed))).containsExactly("b");

      assertThat(error(call(client, LATEST, incremental(session, 9, List.of())).errorCode()))
          .isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
      assertThat(error(call(client, LATEST, incremental(session + 1, 1, List.of())).errorCode()))
          .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }
  }

  private static List<FetchRequestData.FetchTopic> both(Topic topic, long offset) {
    return List.of(
        new FetchRequestData.FetchTopic()
            .setTopic(topic.name())
            .setTopicId(topic.id())
            .setPartitions(List.of(partitionAt(0, offset), partitionAt(1, 0))));
  }

  private static FetchRequestData incremental(
      int session, int epoch, List<FetchRequestData.FetchTopic> topics) {
    return new FetchRequestData()
        .setMaxWaitMs(100)
        .setMinBytes(1)
        .setMaxBytes(1_000_000)
        .setSessionId(session)
        .setSessionEpoch(epoch)
        .setTopics(topics);
  }

  private static FetchResponseData call(RawClient client, int version, FetchRequestData request)
      throws Exception {
    return client.call(ApiKeys.FETCH, version, request, FetchResponseData.class);
  }

  private static Errors refusal(RawClient client, int version, FetchRequestData request)
      throws Exception {
    return error(only(call(client, version, request)).errorCode());
  }
}
