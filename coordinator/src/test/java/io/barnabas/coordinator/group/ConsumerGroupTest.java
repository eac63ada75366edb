package io.barnabas.coordinator.group;

import static io.barnabas.coordinator.group.Commands.GROUP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The consumer protocol, one heartbeat after the other. */
class ConsumerGroupTest {
  private static final int SESSION_MS = 45_000;

  private final MachineDriver driver =
      new MachineDriver(new GroupLimits(6_000, 60_000, 3_000, 100, 10, 1_000_000, 100_000));
  private ClusterImage image = Topics.with(Topics.NONE, "a", 4);

  @AfterEach
  void recordsSayTheSame() {
    driver.checkRecords();
  }

  private SimulatedConsumer consumer(String id) {
    return new SimulatedConsumer(driver, id, null).reading("a");
  }

  /** Reports, does what it is told, and says so. */
  private void turn(SimulatedConsumer... members) {
    for (SimulatedConsumer member : members) {
      assertThat(member.heartbeat(image, false)).isEqualTo(Errors.NONE);
      member.reconcile();
    }
  }

  private static Set<PartitionId> of(String topic, int... numbers) {
    Set<PartitionId> partitions = new TreeSet<>();
    for (int number : numbers) {
      partitions.add(new PartitionId(Topics.id(topic), number));
    }
    return partitions;
  }

  @Test
  void partitionsGoOnlyAfterTheyAreGivenUp() {
    SimulatedConsumer first = consumer("1");
    turn(first);
    assertThat(first.owned()).isEqualTo(of("a", 0, 1, 2, 3));
    SimulatedConsumer second = consumer("2");
    turn(second);
    assertThat(second.owned()).isEmpty();
    assertThat(first.heartbeat(image, false)).isEqualTo(Errors.NONE);
    turn(second);
    assertThat(second.owned()).isEmpty();
    assertThat(driver.consumers(GROUP).state()).isEqualTo(ConsumerGroup.State.RECONCILING);
    first.reconcile();
    turn(first, second);
    assertThat(first.owned()).hasSize(2);
    assertThat(second.owned()).hasSize(2);
    assertThat(driver.consumers(GROUP).state()).isEqualTo(ConsumerGroup.State.STABLE);
  }

  /** It does not say what it has until it has come to something. */
  @Test
  void whatAMemberIsStillComingToGoesToNobodyElse() {
    SimulatedConsumer first = consumer("1");
    assertThat(first.heartbeat(image, false)).isEqualTo(Errors.NONE);
    first.beginReconciling();
    assertThat(first.heartbeat(image, false)).isEqualTo(Errors.NONE);
    SimulatedConsumer second = consumer("2");
    turn(second);
    for (int i = 0; i < 3; i++) {
      assertThat(first.heartbeat(image, false)).isEqualTo(Errors.NONE);
      turn(second);
      assertThat(second.owned()).isEmpty();
    }
    first.finishReconciling();
    assertThat(first.owned()).hasSize(4);
    turn(first, second, first, second);
    assertThat(first.owned()).hasSize(2);
    assertThat(second.owned()).hasSize(2);
  }

  @Test
  void aRegularExpressionThatWouldFillTheMemoryIsRefused() {
    for (String bomb :
        List.of("(((a{1000}){1000}){1000})", "(".repeat(9_000) + ")".repeat(9_000))) {
      SimulatedConsumer member = new SimulatedConsumer(driver, "1", null).matching(bomb);
      assertThatThrownBy(() -> member.heartbeat(image, false))
          .hasMessageContaining("SubscribedTopicRegex is too large");
    }
  }

  /** Written before such were refused, say. */
  @Test
  void aRegularExpressionInTheLogThatIsTooLargeIsNoHarmToOthers() {
    SimulatedConsumer first = new SimulatedConsumer(driver, "1", null).matching("b.*");
    turn(first);
    ConsumerMember stored = driver.consumers(GROUP).member("1").orElseThrow();
    driver.store(ConsumerRecords.member(GROUP, withRegex(stored, "(a{1000}){1000}")));
    driver.failOver();
    SimulatedConsumer second = consumer("2");
    turn(second);
    assertThat(second.owned()).hasSize(4);
  }

  /** What was written of it holds; nobody gives up what it reads for a limit that is newer. */
  @Test
  void aRegularExpressionInTheLogThatIsTooLargeStillMatchesWhatItDid() {
    String bomb = "(a{1000}){1000}";
    SimulatedConsumer first = new SimulatedConsumer(driver, "1", null).matching("a");
    turn(first);
    ConsumerMember stored = driver.consumers(GROUP).member("1").orElseThrow();
    driver.store(ConsumerRecords.member(GROUP, withRegex(stored, bomb)));
    driver.store(
        ConsumerRecords.regex(
            GROUP, bomb, new ConsumerGroup.ResolvedRegex(Set.of("a", "gone"), 0, driver.nowMs())));
    driver.failOver();
    turn(first);
    assertThat(driver.consumers(GROUP).topics()).containsExactly("a");
    assertThat(first.owned()).hasSize(4);
  }

  private static ConsumerMember withRegex(ConsumerMember stored, String regex) {
    MemberMetadata said = stored.metadata();
    return stored.with(
        new MemberMetadata(
            said.instanceId(),
            said.rackId(),
            said.clientId(),
            said.clientHost(),
            said.topics(),
            Optional.of(regex),
            said.rebalanceTimeoutMs(),
            said.assignor(),
            said.classic()));
  }

  /** With many names it takes long, and others would have to wait. */
  @Test
  void whatARegularExpressionMatchesIsTakenAsItWasFoundOut() {
    ConsumerGroupHeartbeatRequestData request = first("1", 0).setSubscribedTopicRegex("b.*");
    request.setSubscribedTopicNames(List.of());
    List<String> assignors = MachineDriver.CONSUMERS.assignors();
    request.setTopicPartitions(List.of());
    assertThat(RegexSearch.unknown(request, 1, driver.state(), assignors)).contains("b.*");
    assertThat(RegexMatches.of("b.*", Topics.with(image, "b", 1)))
        .contains(new RegexMatches("b.*", Set.of("b")));
    GroupCommand.ConsumerHeartbeat found =
        new GroupCommand.ConsumerHeartbeat(
            request,
            1,
            new GroupCommand.Client("c", "/10.0.0.1"),
            "drawn",
            image,
            Optional.of(new RegexMatches("b.*", Set.of("a"))));
    driver.ask(found);
    assertThat(driver.consumers(GROUP).topics()).containsExactly("a");
    assertThat(RegexSearch.unknown(request, 1, driver.state(), assignors)).isEmpty();
  }

  /** Each is within its bounds, and was good beside the other when it was set. */
  @Test
  void aGroupWhoseMembersWouldBeSilentForLongerThanTheyMayGetsTheBrokersSettings() {
    ConsumerLimits lowered =
        new ConsumerLimits(
            10_000,
            6_000,
            60_000,
            5_000,
            5_000,
            15_000,
            0,
            10,
            List.of("uniform"),
            ConsumerLimits.Migration.DISABLED,
            600_000);
    assertThat(settings("12000", lowered)).isEqualTo(new ConsumerSettings(10_000, 5_000, 0));
    assertThat(settings("10000", lowered)).isEqualTo(new ConsumerSettings(10_000, 5_000, 0));
    assertThat(settings("9999", lowered)).isEqualTo(new ConsumerSettings(10_000, 9_999, 0));
  }

  private static ConsumerSettings settings(String heartbeatMs, ConsumerLimits limits) {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, GROUP);
    Fact own =
        new Fact.ConfigChanged(group, "consumer.heartbeat.interval.ms", Optional.of(heartbeatMs));
    return ConsumerSettings.of(Topics.NONE.apply(List.of(own)), GROUP, limits);
  }

  @Test
  void afterAFailOverAMemberMayBeSilentForItsGroupsSession() {
    SimulatedConsumer member = consumer("1");
    turn(member);
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, GROUP);
    image =
        image.apply(
            List.of(
                new Fact.ConfigChanged(
                    group, "consumer.session.timeout.ms", Optional.of("60000"))));
    driver.failOver(image);
    driver.advance(59_999);
    assertThat(driver.consumers(GROUP).members()).containsOnlyKeys("1");
    driver.advance(1);
    assertThat(driver.consumers(GROUP).members()).isEmpty();
  }

  @Test
  void whoIsSilentForTooLongIsGone() {
    SimulatedConsumer first = consumer("1");
    SimulatedConsumer second = consumer("2");
    turn(first, second, first, second, first, second);
    driver.advance(SESSION_MS - 1);
    turn(first);
    driver.advance(1);
    turn(first);
    assertThat(first.owned()).hasSize(4);
    assertThat(second.commit(0)).contains(Errors.UNKNOWN_MEMBER_ID);
    assertThat(second.heartbeat(image, false)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void whoDoesNotGiveUpWhatItHasToIsOut() {
    SimulatedConsumer first = consumer("1");
    turn(first);
    SimulatedConsumer second = consumer("2");
    turn(second);
    for (int i = 0; i < 4; i++) {
      first.heartbeat(image, false);
      driver.advance(SimulatedConsumer.REBALANCE_MS / 3);
    }
    turn(second);
    assertThat(driver.consumers(GROUP).members()).containsOnlyKeys("2");
    assertThat(second.owned()).hasSize(4);
  }

  @Test
  void commitsOfOldEpochsAreTakenOnlyForWhatWasKept() {
    SimulatedConsumer first = consumer("1");
    turn(first);
    int before = first.epoch();
    SimulatedConsumer second = consumer("2");
    turn(second, first, first, second);
    assertThat(first.epoch()).isGreaterThan(before);
    assertThat(commit("1", before, first.owned().iterator().next())).isEqualTo(Errors.NONE);
    assertThat(commit("1", before, second.owned().iterator().next()))
        .isEqualTo(Errors.STALE_MEMBER_EPOCH);
    assertThat(commit("1", first.epoch() + 1, first.owned().iterator().next()))
        .isEqualTo(Errors.STALE_MEMBER_EPOCH);
    assertThat(GroupReads.mayFetch(driver.state(), GROUP, Optional.of("1"), before))
        .isEqualTo(Errors.STALE_MEMBER_EPOCH);
    assertThat(GroupReads.mayFetch(driver.state(), GROUP, Optional.of("1"), first.epoch()))
        .isEqualTo(Errors.NONE);
  }

  private Errors commit(String member, int epoch, PartitionId partition) {
    PartitionId at = partition;
    return CommitChecks.of(
            new Step(driver.state(), driver.nowMs()),
            new org.apache.kafka.common.message.OffsetCommitRequestData()
                .setGroupId(GROUP)
                .setMemberId(member)
                .setGenerationIdOrMemberEpoch(epoch),
            10)
        .apply(at);
  }

  @Test
  void aStaticMemberComesBackToWhatItHad() {
    SimulatedConsumer first = new SimulatedConsumer(driver, "1", "i").reading("a");
    SimulatedConsumer second = consumer("2");
    turn(first, second, first, second, first, second);
    Set<PartitionId> had = first.owned();
    int epoch = driver.consumers(GROUP).epoch();
    SimulatedConsumer again = new SimulatedConsumer(driver, "3", "i").reading("a");
    assertThat(again.heartbeat(image, false)).isEqualTo(Errors.UNRELEASED_INSTANCE_ID);
    first.leave(image);
    turn(again, second);
    assertThat(again.owned()).isEqualTo(had);
    assertThat(driver.consumers(GROUP).epoch()).isEqualTo(epoch);
    assertThat(driver.consumers(GROUP).members()).containsOnlyKeys("2", "3");
    assertThat(first.ask(first("1", 5).setInstanceId("i"), image).errorCode())
        .isEqualTo(Errors.FENCED_INSTANCE_ID.code());
  }

  @Test
  void regularExpressionsFollowTheTopics() {
    SimulatedConsumer member = new SimulatedConsumer(driver, "1", null).matching("b-.*");
    turn(member);
    assertThat(member.owned()).isEmpty();
    image = Topics.with(image, "b-1", 2);
    turn(member);
    assertThat(member.owned()).isEqualTo(of("b-1", 0, 1));
    image = Topics.with(Topics.without(image, "b-1"), "b-2", 1);
    turn(member, member, member);
    assertThat(member.owned()).isEqualTo(of("b-2", 0));
    member.reading("a").matching("");
    turn(member, member, member);
    assertThat(member.owned()).isEqualTo(of("a", 0, 1, 2, 3));
    assertThat(driver.consumers(GROUP).regexes()).isEmpty();
  }

  private static ConsumerGroupHeartbeatRequestData first(String id, int epoch) {
    return new ConsumerGroupHeartbeatRequestData()
        .setGroupId(GROUP)
        .setMemberId(id)
        .setMemberEpoch(epoch)
        .setRebalanceTimeoutMs(1_000)
        .setSubscribedTopicNames(List.of("a"))
        .setTopicPartitions(List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0, uniform, a, INVALID_REQUEST",
    "m, -3, uniform, a, INVALID_REQUEST",
    "m, -2, uniform, a, INVALID_REQUEST",
    "m, 0, best, a, UNSUPPORTED_ASSIGNOR",
    "m, 0, uniform, (, INVALID_REGULAR_EXPRESSION",
    "m, 3, uniform, a, GROUP_ID_NOT_FOUND",
  })
  void whatIsWrongInItself(String id, int epoch, String assignor, String regex, Errors error) {
    SimulatedConsumer asks = consumer("any");
    assertThat(
            asks.ask(
                    first(id, epoch).setServerAssignor(assignor).setSubscribedTopicRegex(regex),
                    image)
                .errorCode())
        .isEqualTo(error.code());
    assertThat(driver.state().groups()).isEmpty();
  }

  @Test
  void epochsThatAreNotTheMembersOwnAreFenced() {
    SimulatedConsumer member = consumer("1");
    turn(member);
    for (int epoch : List.of(member.epoch() + 1, 99)) {
      assertThat(member.ask(first("1", epoch), image).errorCode())
          .isEqualTo(Errors.FENCED_MEMBER_EPOCH.code());
    }
    assertThat(member.ask(first("2", 1), image).errorCode())
        .isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
  }
}
