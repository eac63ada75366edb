package io.barnabas.coordinator.group;

import static io.barnabas.coordinator.group.Commands.GROUP;
import static io.barnabas.coordinator.group.Commands.REBALANCE_MS;
import static io.barnabas.coordinator.group.Commands.SESSION_MS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.group.ClassicGroup.State;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The classic protocol, one command after the other. */
class ClassicGroupTest {
  private static final int DELAY_MS = 3_000;
  private static final long RETENTION_MS = 1_000_000;
  private static final TopicPartition T0 = new TopicPartition("t", 0);

  private final MachineDriver driver =
      new MachineDriver(new GroupLimits(6_000, 60_000, DELAY_MS, 3, 10, RETENTION_MS, 100_000));
  private final Commands commands = new Commands();

  @AfterEach
  void recordsSayTheSame() {
    driver.checkRecords();
  }

  private JoinGroupResponseData joined(long waiter) {
    return driver.answered(waiter, JoinGroupResponseData.class);
  }

  private Errors errorOfJoin(long waiter) {
    return Errors.forCode(joined(waiter).errorCode());
  }

  /** A newcomer comes, gets an id, and comes back with it. */
  private long join(String... protocols) {
    JoinGroupResponseData first = joined(driver.ask(commands.join("", null, protocols)));
    assertThat(Errors.forCode(first.errorCode())).isEqualTo(Errors.MEMBER_ID_REQUIRED);
    return driver.ask(commands.join(first.memberId(), null, protocols));
  }

  private long rejoin(String memberId, @Nullable String instanceId) {
    return driver.ask(commands.join(memberId, instanceId, "range"));
  }

  private SyncGroupResponseData synced(long waiter) {
    return driver.answered(waiter, SyncGroupResponseData.class);
  }

  private Errors heartbeat(String memberId, int generation) {
    long waiter = driver.ask(Commands.heartbeat(memberId, generation));
    return Errors.forCode(driver.answered(waiter, HeartbeatResponseData.class).errorCode());
  }

  private Errors commit(String memberId, int generation, long offset) {
    long waiter = driver.ask(Commands.commit(memberId, generation, T0, offset, "m"));
    return Errors.forCode(
        driver
            .answered(waiter, OffsetCommitResponseData.class)
            .topics()
            .getFirst()
            .partitions()
            .getFirst()
            .errorCode());
  }

  private static String text(SyncGroupResponseData synced) {
    return new String(synced.assignment(), UTF_8);
  }

  /** Two members in a stable group: the leader, then the other. */
  private String[] twoMembers() {
    long first = join("range");
    long second = join("range");
    driver.advance(2 * DELAY_MS);
    String leader = joined(first).leader();
    String a = joined(first).memberId();
    String b = joined(second).memberId();
    String other = leader.equals(a) ? b : a;
    int generation = joined(first).generationId();
    long waiting = driver.ask(Commands.sync(other, generation, Map.of()));
    assertThat(driver.answer(waiting, SyncGroupResponseData.class)).isEmpty();
    long assigning =
        driver.ask(Commands.sync(leader, generation, Map.of(leader, "of leader", other, "rest")));
    assertThat(text(synced(assigning))).isEqualTo("of leader");
    assertThat(text(synced(waiting))).isEqualTo("rest");
    assertThat(driver.group(GROUP).state()).isEqualTo(State.STABLE);
    return new String[] {leader, other};
  }

  @Test
  void membersThatComeInTimeShareTheFirstGeneration() {
    long first = join("range", "sticky");
    driver.advance(DELAY_MS - 1);
    long second = join("sticky");
    driver.advance(1);
    assertThat(driver.answer(first, JoinGroupResponseData.class)).isEmpty();
    driver.advance(DELAY_MS);
    assertThat(joined(first).generationId()).isEqualTo(1);
    assertThat(joined(second).generationId()).isEqualTo(1);
    assertThat(joined(first).protocolName()).isEqualTo("sticky");
    assertThat(joined(first).leader()).isEqualTo(joined(first).memberId());
    assertThat(joined(first).members()).hasSize(2);
    assertThat(joined(second).members()).isEmpty();
  }

  @Test
  void aThirdMemberHasTheOthersJoinAgain() {
    String[] two = twoMembers();
    long third = join("range");
    assertThat(heartbeat(two[0], 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    long first = rejoin(two[0], null);
    assertThat(driver.answer(third, JoinGroupResponseData.class)).isEmpty();
    long second = rejoin(two[1], null);
    assertThat(joined(first).members()).hasSize(3);
    assertThat(joined(second).generationId()).isEqualTo(2);
    assertThat(joined(third).generationId()).isEqualTo(2);
    assertThat(errorOfJoin(driver.ask(commands.join("", null, "range"))))
        .isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
  }

  @Test
  void whoeverDoesNotJoinAgainIsOut() {
    String[] two = twoMembers();
    long third = join("range");
    long first = rejoin(two[0], null);
    for (int i = 0; i < REBALANCE_MS / 5_000; i++) {
      // It lives, and does not care.
      heartbeat(two[1], 1);
      driver.advance(5_000);
    }
    assertThat(joined(first).members()).hasSize(2);
    assertThat(joined(third).generationId()).isEqualTo(2);
    assertThat(heartbeat(two[1], 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
  }

  @Test
  void whoeverIsSilentIsOut() {
    String[] two = twoMembers();
    driver.advance(SESSION_MS - 1);
    assertThat(heartbeat(two[0], 1)).isEqualTo(Errors.NONE);
    driver.advance(1);
    assertThat(heartbeat(two[0], 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    long again = rejoin(two[0], null);
    assertThat(joined(again).members()).hasSize(1);
    driver.advance(SESSION_MS);
    assertThat(driver.group(GROUP).state()).isEqualTo(State.EMPTY);
  }

  @Test
  void aLeaderThatBringsNoAssignmentIsOut() {
    long first = join("range");
    long second = join("range");
    driver.advance(2 * DELAY_MS);
    String leader = joined(first).leader();
    String other = joined(second).memberId();
    long waiting = driver.ask(Commands.sync(other, 1, Map.of()));
    for (int i = 0; i < REBALANCE_MS / 5_000; i++) {
      heartbeat(leader, 1);
      driver.advance(5_000);
    }
    assertThat(Errors.forCode(synced(waiting).errorCode())).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    long again = rejoin(other, null);
    assertThat(joined(again).leader()).isEqualTo(other);
    assertThat(joined(again).members()).hasSize(1);
  }

  @Test
  void leavingLetsTheOthersShareAtOnce() {
    String[] two = twoMembers();
    long left = driver.ask(Commands.leave(two[0]));
    assertThat(driver.answered(left, LeaveGroupResponseData.class).members())
        .singleElement()
        .satisfies(one -> assertThat(one.errorCode()).isZero());
    long again = rejoin(two[1], null);
    assertThat(joined(again).generationId()).isEqualTo(2);
    assertThat(joined(again).leader()).isEqualTo(two[1]);
    driver.ask(Commands.leave(two[1]));
    assertThat(driver.group(GROUP).state()).isEqualTo(State.EMPTY);
    assertThat(driver.group(GROUP).generation()).isEqualTo(3);
  }

  @Test
  void aStaticMemberThatComesBackKeepsItsShareAndFencesItsFormerSelf() {
    long first = driver.ask(commands.join("", "i", "range"));
    driver.advance(DELAY_MS);
    String before = joined(first).memberId();
    driver.ask(Commands.sync(before, 1, Map.of(before, "share")));
    long back = driver.ask(commands.join("", "i", "range"));
    String after = joined(back).memberId();
    assertThat(after).startsWith("i-").isNotEqualTo(before);
    assertThat(joined(back).generationId()).isEqualTo(1);
    assertThat(joined(back).skipAssignment()).isTrue();
    assertThat(text(synced(driver.ask(Commands.sync(after, 1, Map.of()))))).isEqualTo("share");
    assertThat(errorOfJoin(rejoin(before, "i"))).isEqualTo(Errors.FENCED_INSTANCE_ID);
    driver.failOver();
    assertThat(heartbeat(after, 1)).isEqualTo(Errors.NONE);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    twoMembers();
    assertThat(errorOfJoin(driver.ask(commands.join("", null, "other"))))
        .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    assertThat(errorOfJoin(rejoin("stranger", null))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    GroupCommand.Join hasty = commands.join("", null, "range");
    hasty.request().setSessionTimeoutMs(5_999);
    assertThat(errorOfJoin(driver.ask(hasty))).isEqualTo(Errors.INVALID_SESSION_TIMEOUT);
    GroupCommand.Join nameless = commands.join("", null, "range");
    nameless.request().setGroupId("");
    assertThat(errorOfJoin(driver.ask(nameless))).isEqualTo(Errors.INVALID_GROUP_ID);
  }

  @Test
  void aStableGroupOutlivesItsCoordinator() {
    String[] two = twoMembers();
    assertThat(commit(two[0], 1, 5)).isEqualTo(Errors.NONE);
    driver.failOver();
    assertThat(heartbeat(two[0], 1)).isEqualTo(Errors.NONE);
    assertThat(text(synced(driver.ask(Commands.sync(two[1], 1, Map.of()))))).isEqualTo("rest");
    assertThat(driver.offset(GROUP, T0)).map(CommittedOffset::offset).contains(5L);
    driver.advance(SESSION_MS);
    assertThat(driver.group(GROUP).state()).isEqualTo(State.EMPTY);
  }

  @Test
  void onlyMembersOfTheGenerationCommit() {
    assertThat(commit("", -1, 1)).isEqualTo(Errors.NONE);
    assertThat(commit("", 3, 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    String[] two = twoMembers();
    assertThat(commit("", -1, 2)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(commit(two[0], 0, 2)).isEqualTo(Errors.ILLEGAL_GENERATION);
    assertThat(commit(two[0], 1, 3)).isEqualTo(Errors.NONE);
    long long1 = driver.ask(Commands.commit(two[0], 1, T0, 9, "longer than ten"));
    assertThat(
            driver
                .answered(long1, OffsetCommitResponseData.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode())
        .isEqualTo(Errors.OFFSET_METADATA_TOO_LARGE.code());
    assertThat(driver.offset(GROUP, T0)).map(CommittedOffset::offset).contains(3L);
  }

  @Test
  void offsetsAreForgottenOnlyWhenNobodyNeedsThem() {
    String[] two = twoMembers();
    commit(two[0], 1, 5);
    for (long passed = 0; passed < 2 * RETENTION_MS; passed += 5_000) {
      heartbeat(two[0], 1);
      heartbeat(two[1], 1);
      driver.advance(5_000);
    }
    assertThat(driver.offset(GROUP, T0)).isPresent();
    driver.advance(SESSION_MS + RETENTION_MS - 1);
    assertThat(driver.offset(GROUP, T0)).isPresent();
    driver.advance(200_000);
    assertThat(driver.state().ids()).isEmpty();
  }
}
