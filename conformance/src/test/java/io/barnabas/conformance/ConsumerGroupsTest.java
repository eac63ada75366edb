package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of the consumer protocol (KIP-848), by the Java client. */
@OnEverySubject
class ConsumerGroupsTest {
  /** A session takes 45 seconds, and members report every 5. */
  private static final long LIMIT_MS = 120_000;

  private static final Map<String, String> CONSUMER = Map.of("group.protocol", "consumer");
  private static final String TOOL = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";

  private final Subject subject;
  private final String group;

  ConsumerGroupsTest(Subject subject) {
    this.subject = subject;
    group = "consumers-of-" + subject.newTopicName();
  }

  private GroupMember member(String topic) {
    return new GroupMember(subject.broker().bootstrapServers(), group, topic, CONSUMER);
  }

  private GroupMember member(String topic, String setting, String value) {
    return new GroupMember(
        subject.broker().bootstrapServers(),
        group,
        topic,
        Map.of("group.protocol", "consumer", setting, value));
  }

  private GroupMember classicMember(String topic) {
    return new GroupMember(
        subject.broker().bootstrapServers(),
        group,
        topic,
        Map.of(
            "partition.assignment.strategy",
            "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"));
  }

  private static void await(String what, Await.Condition condition) throws Exception {
    Await.until(what, LIMIT_MS, condition);
  }

  private ConsumerGroupDescription described(Admin admin) throws Exception {
    return Objects.requireNonNull(
            admin.describeConsumerGroups(Set.of(group)).describedGroups().get(group))
        .get();
  }

  @ParameterizedTest
  @ValueSource(strings = {"uniform", "range"})
  void membersShareWhatThereIs(String assignor) throws Exception {
    String topic = subject.newTopic(6, Map.of()).name();
    try (GroupMember first = member(topic, "group.remote.assignor", assignor)) {
      await("one has all", () -> GroupMember.isShared(6, List.of(first)));
      try (GroupMember second = member(topic, "group.remote.assignor", assignor);
          GroupMember third = member(topic, "group.remote.assignor", assignor)) {
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
    try (GroupMember first = member(topic);
        GroupMember second = member(topic)) {
      await("two share", () -> GroupMember.isShared(4, List.of(first, second)));
      second.die();
      await("one has all", () -> GroupMember.isShared(4, List.of(first)));
    }
  }

  @Test
  void aStaticMemberComesBackToWhatItHad() throws Exception {
    String topic = subject.newTopic(4, Map.of()).name();
    try (GroupMember first = member(topic);
        GroupMember second = member(topic, "group.instance.id", "it")) {
      await("two share", () -> GroupMember.isShared(4, List.of(first, second)));
      Set<TopicPartition> owned = second.assignment();
      second.leave();
      try (GroupMember again = member(topic, "group.instance.id", "it")) {
        await("it is back", () -> again.assignment().equals(owned));
        assertThat(GroupMember.isShared(4, List.of(first, again))).isTrue();
      }
    }
  }

  @Test
  void aRegularExpressionFindsTopics() throws Exception {
    String topic = subject.newTopic(2, Map.of()).name();
    SubscriptionPattern pattern = new SubscriptionPattern(topic + "|" + topic + "[0-9]{6}.*");
    try (GroupMember member =
            new GroupMember(
                subject.broker().bootstrapServers(),
                group,
                consumer -> consumer.subscribe(pattern),
                CONSUMER);
        Admin admin = subject.admin()) {
      await("it has the one topic", () -> GroupMember.isShared(2, List.of(member)));
      assertThat(described(admin).members())
          .allMatch(each -> each.assignment().topicPartitions().size() == 2);
    }
  }

  @Test
  void whatAnAdministratorSees() throws Exception {
    String topic = subject.newTopic(2, Map.of()).name();
    try (Admin admin = subject.admin()) {
      try (GroupMember member = member(topic)) {
        await("it has all", () -> GroupMember.isShared(2, List.of(member)));
        await("it is settled", () -> described(admin).groupState() == GroupState.STABLE);
        ConsumerGroupDescription seen = described(admin);
        assertThat(seen.type()).isEqualTo(GroupType.CONSUMER);
        assertThat(seen.partitionAssignor()).isEqualTo("uniform");
        assertThat(seen.members())
            .singleElement()
            .satisfies(
                each -> {
                  assertThat(each.consumerId()).isEqualTo(member.memberId());
                  assertThat(each.assignment().topicPartitions()).isEqualTo(member.assignment());
                  assertThat(each.upgraded()).contains(true);
                });
        assertThat(
                admin
                    .listGroups(new ListGroupsOptions().withTypes(Set.of(GroupType.CONSUMER)))
                    .all()
                    .get())
            .extracting(GroupListing::groupId)
            .contains(group);
        assertThat(tool("--describe", "--members", "--group", group)).contains(member.memberId());
        assertThat(tool("--describe", "--state", "--group", group)).contains("Stable", "uniform");
      }
      await("nobody is left", () -> described(admin).groupState() == GroupState.EMPTY);
      assertThat(
              tool(
                  "--reset-offsets",
                  "--to-earliest",
                  "--execute",
                  "--topic",
                  topic,
                  "--group",
                  group))
          .contains(topic);
      assertThat(tool("--delete", "--group", group)).contains("successful");
    }
  }

  private String tool(String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("--bootstrap-server", subject.broker().bootstrapServers()));
    all.addAll(List.of(arguments));
    return Tools.run(TOOL, all).output();
  }

  private GroupType type(Admin admin) throws Exception {
    return admin.listGroups().all().get().stream()
        .filter(each -> each.groupId().equals(group))
        .findFirst()
        .flatMap(GroupListing::type)
        .orElse(GroupType.UNKNOWN);
  }

  @Test
  void aLiveGroupChangesItsProtocolAndBack() throws Exception {
    String topic = subject.newTopic(4, Map.of()).name();
    try (Admin admin = subject.admin();
        GroupMember old = classicMember(topic)) {
      await("one has all", () -> GroupMember.isShared(4, List.of(old)));
      assertThat(type(admin)).isEqualTo(GroupType.CLASSIC);
      try (GroupMember newer = member(topic)) {
        await("both share", () -> GroupMember.isShared(4, List.of(old, newer)));
        assertThat(type(admin)).isEqualTo(GroupType.CONSUMER);
        try (GroupMember another = classicMember(topic)) {
          await("three share", () -> GroupMember.isShared(4, List.of(old, newer, another)));
        }
        await("both share again", () -> GroupMember.isShared(4, List.of(old, newer)));
      }
      await("the old one has all", () -> GroupMember.isShared(4, List.of(old)));
      assertThat(type(admin)).isEqualTo(GroupType.CLASSIC);
    }
  }
}
