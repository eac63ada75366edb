package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of the classic protocol, by the Java client. */
@OnEverySubject
class GroupsTest {
  private static final long LIMIT_MS = 60_000;

  private final Subject subject;
  private final String group;

  GroupsTest(Subject subject) {
    this.subject = subject;
    group = "group-of-" + subject.newTopicName();
  }

  private GroupMember member(String topic, Map<String, String> settings) {
    return new GroupMember(subject.broker().bootstrapServers(), group, topic, settings);
  }

  private KafkaConsumer<String, String> consumer() {
    return new KafkaConsumer<>(
        GroupMember.settings(subject.broker().bootstrapServers(), group, Map.of()));
  }

  private static void await(String what, Await.Condition condition) throws Exception {
    Await.until(what, LIMIT_MS, condition);
  }

  private static OffsetAndMetadata at(long offset) {
    return new OffsetAndMetadata(offset);
  }

  @Test
  void whatAnAssignedConsumerCommitsIsThere() throws Exception {
    TopicPartition partition = new TopicPartition(subject.newTopic(2, Map.of()).name(), 0);
    TopicPartition other = new TopicPartition(partition.topic(), 1);
    OffsetAndMetadata committed = new OffsetAndMetadata(7, Optional.of(0), "metadätä");
    try (KafkaConsumer<String, String> consumer = consumer()) {
      consumer.assign(List.of(partition));
      consumer.commitSync(Map.of(partition, committed));
      consumer.commitSync(Map.of(other, at(3)));
    }
    try (KafkaConsumer<String, String> consumer = consumer();
        Admin admin = subject.admin()) {
      assertThat(consumer.committed(Set.of(partition, other)))
          .isEqualTo(Map.of(partition, committed, other, at(3)));
      assertThat(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get())
          .isEqualTo(Map.of(partition, committed, other, at(3)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.apache.kafka.clients.consumer.RangeAssignor",
        "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"
      })
  void membersShareWhatThereIs(String assignor) throws Exception {
    String topic = subject.newTopic(6, Map.of()).name();
    Map<String, String> settings = Map.of("partition.assignment.strategy", assignor);
    try (GroupMember first = member(topic, settings)) {
      await("one has all", () -> GroupMember.isShared(6, List.of(first)));
      try (GroupMember second = member(topic, settings);
          GroupMember third = member(topic, settings)) {
        await("three share", () -> GroupMember.isShared(6, List.of(first, second, third)));
        second.leave();
        await("two share", () -> GroupMember.isShared(6, List.of(first, third)));
      }
      await("one has all again", () -> GroupMember.isShared(6, List.of(first)));
    }
  }

  @Test
  void whatADeadMemberHadGoesToTheOthers() throws Exception {
    String topic = subject.newTopic(4, Map.of()).name();
    try (GroupMember first = member(topic, Map.of());
        GroupMember second = member(topic, Map.of())) {
      await("two share", () -> GroupMember.isShared(4, List.of(first, second)));
      second.die();
      await("one has all", () -> GroupMember.isShared(4, List.of(first)));
    }
  }

  @Test
  void aStaticMemberComesBackToWhatItHad() throws Exception {
    String topic = subject.newTopic(4, Map.of()).name();
    Map<String, String> named = Map.of("group.instance.id", "it", "session.timeout.ms", "30000");
    try (GroupMember first = member(topic, Map.of());
        GroupMember second = member(topic, named);
        Admin admin = subject.admin()) {
      await("two share", () -> GroupMember.isShared(4, List.of(first, second)));
      Set<TopicPartition> owned = second.assignment();
      second.die();
      try (GroupMember again = member(topic, named)) {
        await("it is back", () -> again.assignment().equals(owned));
        assertThat(again.memberId()).isNotEqualTo(second.memberId());
        assertThat(GroupMember.isShared(4, List.of(first, again))).isTrue();
        again.die();
      }
      admin
          .removeMembersFromConsumerGroup(
              group, new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("it"))))
          .all()
          .get();
      await("one has all", () -> GroupMember.isShared(4, List.of(first)));
    }
  }

  @Test
  void aMemberThatIsNoneAnyMoreCannotCommit() throws Exception {
    String topic = subject.newTopic(1, Map.of()).name();
    TopicPartition partition = new TopicPartition(topic, 0);
    try (GroupMember member = member(topic, Map.of());
        KafkaConsumer<String, String> stranger = consumer()) {
      await("it has all", () -> GroupMember.isShared(1, List.of(member)));
      stranger.assign(List.of(partition));
      assertThatThrownBy(() -> stranger.commitSync(Map.of(partition, at(1))))
          .isInstanceOf(CommitFailedException.class);
    }
  }

  @Test
  void whatAnAdministratorSees() throws Exception {
    String topic = subject.newTopic(2, Map.of()).name();
    try (Admin admin = subject.admin()) {
      try (GroupMember member = member(topic, Map.of("client.id", "seen"))) {
        await("it has all", () -> GroupMember.isShared(2, List.of(member)));
        ConsumerGroupDescription seen =
            Objects.requireNonNull(
                admin.describeConsumerGroups(List.of(group)).all().get().get(group));
        assertThat(seen.groupState()).isEqualTo(GroupState.STABLE);
        assertThat(seen.partitionAssignor()).isEqualTo("range");
        assertThat(seen.members())
            .singleElement()
            .satisfies(
                one -> {
                  assertThat(one.consumerId()).isEqualTo(member.memberId());
                  assertThat(one.clientId()).isEqualTo("seen");
                  assertThat(one.host()).isEqualTo("/127.0.0.1");
                  assertThat(one.assignment().topicPartitions()).hasSize(2);
                });
        assertThat(listed(admin, GroupState.STABLE)).isTrue();
        assertThat(listed(admin, GroupState.EMPTY)).isFalse();
      }
      await("it is empty", () -> listed(admin, GroupState.EMPTY));
      assertThat(listed(admin, GroupState.STABLE)).isFalse();
    }
  }

  private boolean listed(Admin admin, GroupState state) throws Exception {
    ListGroupsOptions options = ListGroupsOptions.forConsumerGroups().inGroupStates(Set.of(state));
    return admin.listGroups(options).all().get().stream()
        .map(GroupListing::groupId)
        .anyMatch(group::equals);
  }

  @Test
  void whatAnAdministratorChanges() throws Exception {
    String topic = subject.newTopic(2, Map.of()).name();
    TopicPartition first = new TopicPartition(topic, 0);
    TopicPartition second = new TopicPartition(topic, 1);
    try (Admin admin = subject.admin()) {
      admin.alterConsumerGroupOffsets(group, Map.of(first, at(5), second, at(6))).all().get();
      try (GroupMember member = member(topic, Map.of())) {
        await("it has all", () -> GroupMember.isShared(2, List.of(member)));
        assertThatThrownBy(() -> admin.deleteConsumerGroups(List.of(group)).all().get())
            .hasCauseInstanceOf(GroupNotEmptyException.class);
        assertThatThrownBy(() -> admin.deleteConsumerGroupOffsets(group, Set.of(first)).all().get())
            .hasCauseInstanceOf(GroupSubscribedToTopicException.class);
      }
      await("it is empty", () -> listed(admin, GroupState.EMPTY));
      admin.deleteConsumerGroupOffsets(group, Set.of(first)).all().get();
      assertThat(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get())
          .isEqualTo(Map.of(second, at(6)));
      admin.deleteConsumerGroups(List.of(group)).all().get();
      assertThatThrownBy(() -> admin.deleteConsumerGroups(List.of(group)).all().get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(GroupIdNotFoundException.class);
      assertThat(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get())
          .isEmpty();
    }
  }

  @Test
  void offsetsOfADeletedTopicGo() throws Exception {
    TopicPartition partition = new TopicPartition(subject.newTopic(1, Map.of()).name(), 0);
    TopicPartition kept = new TopicPartition(subject.newTopic(1, Map.of()).name(), 0);
    try (Admin admin = subject.admin()) {
      admin.alterConsumerGroupOffsets(group, Map.of(partition, at(5), kept, at(6))).all().get();
      admin.deleteTopics(List.of(partition.topic())).all().get();
      await(
          "they are gone",
          () ->
              admin
                  .listConsumerGroupOffsets(group)
                  .partitionsToOffsetAndMetadata()
                  .get()
                  .equals(Map.of(kept, at(6))));
    }
  }
}
