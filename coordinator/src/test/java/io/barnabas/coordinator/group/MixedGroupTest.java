package io.barnabas.coordinator.group;

import static io.barnabas.coordinator.group.Commands.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.metadata.ClusterImage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Groups whose members speak different protocols, and groups that change theirs. */
class MixedGroupTest {
  private static final ClusterImage IMAGE = Topics.with(Topics.NONE, "a", 4);

  private final MachineDriver driver =
      new MachineDriver(new GroupLimits(6_000, 60_000, 0, 100, 10, 1_000_000, 100_000));
  private int ids;

  @AfterEach
  void recordsSayTheSame() {
    driver.checkRecords();
  }

  /** A consumer of the classic protocol that gives up only what it has to. */
  private final class Cooperative {
    private String id = "";
    private int generation = -1;
    private Set<TopicPartition> owned = Set.of();
    private long joining = -1;

    void join() {
      joining = driver.ask(request());
      JoinGroupResponseData first =
          driver.answer(joining, JoinGroupResponseData.class).orElse(null);
      if (first != null && first.errorCode() == Errors.MEMBER_ID_REQUIRED.code()) {
        id = first.memberId();
        joining = driver.ask(request());
      }
    }

    private GroupCommand.Join request() {
      Subscription subscription =
          new Subscription(
              List.of("a"), null, new ArrayList<>(owned), generation, Optional.empty());
      JoinGroupRequestData request =
          new JoinGroupRequestData()
              .setGroupId(GROUP)
              .setMemberId(id)
              .setProtocolType("consumer")
              .setSessionTimeoutMs(Commands.SESSION_MS)
              .setRebalanceTimeoutMs(Commands.REBALANCE_MS);
      request
          .protocols()
          .add(
              new JoinGroupRequestProtocol()
                  .setName("cooperative-sticky")
                  .setMetadata(
                      Utils.toArray(ConsumerProtocol.serializeSubscription(subscription))));
      return new GroupCommand.Join(
          request, new GroupCommand.Client("c", "/10.0.0.1"), true, true, "id" + ids++, IMAGE);
    }

    /** Takes what it is given; the whole topic if it is the one that assigns. */
    void sync() {
      JoinGroupResponseData joined = driver.answered(joining, JoinGroupResponseData.class);
      assertThat(joined.errorCode()).isZero();
      generation = joined.generationId();
      List<SyncGroupRequestData.SyncGroupRequestAssignment> given = new ArrayList<>();
      if (joined.leader().equals(id)) {
        List<TopicPartition> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          all.add(new TopicPartition("a", i));
        }
        given.add(
            new SyncGroupRequestData.SyncGroupRequestAssignment()
                .setMemberId(id)
                .setAssignment(
                    Utils.toArray(ConsumerProtocol.serializeAssignment(new Assignment(all)))));
      }
      long waiter =
          driver.ask(
              new GroupCommand.Sync(
                  new SyncGroupRequestData()
                      .setGroupId(GROUP)
                      .setMemberId(id)
                      .setGenerationId(generation)
                      .setAssignments(given),
                  IMAGE));
      SyncGroupResponseData synced = driver.answered(waiter, SyncGroupResponseData.class);
      assertThat(synced.errorCode()).isZero();
      owned =
          new HashSet<>(
              ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(synced.assignment()))
                  .partitions());
    }

    Errors heartbeat() {
      long waiter = driver.ask(Commands.heartbeat(id, generation));
      return Errors.forCode(driver.answered(waiter, HeartbeatResponseData.class).errorCode());
    }

    /** Joins again, until it need not any more. */
    void settle() {
      for (int i = 0; i < 5 && heartbeat() == Errors.REBALANCE_IN_PROGRESS; i++) {
        join();
        sync();
      }
    }
  }

  private static void turn(SimulatedConsumer member) {
    assertThat(member.heartbeat(IMAGE, false)).isEqualTo(Errors.NONE);
    member.reconcile();
  }

  private static Set<TopicPartition> named(Set<PartitionId> partitions) {
    Set<TopicPartition> named = new HashSet<>();
    partitions.forEach(each -> named.add(new TopicPartition("a", each.number())));
    return named;
  }

  private Cooperative alone() {
    Cooperative old = new Cooperative();
    old.join();
    driver.advance(1);
    old.sync();
    assertThat(old.owned).hasSize(4);
    return old;
  }

  @Test
  void aLiveGroupChangesItsProtocolAndBack() {
    Cooperative old = alone();
    SimulatedConsumer newer = new SimulatedConsumer(driver, "n", null).reading("a");
    turn(newer);
    assertThat(newer.owned()).isEmpty();
    assertThat(driver.consumers(GROUP).members()).hasSize(2);
    old.settle();
    turn(newer);
    turn(newer);
    assertThat(old.owned).hasSize(2).doesNotContainAnyElementsOf(named(newer.owned()));
    assertThat(newer.owned()).hasSize(2);
    assertThat(old.heartbeat()).isEqualTo(Errors.NONE);
    assertThat(driver.consumers(GROUP).state()).isEqualTo(ConsumerGroup.State.STABLE);

    newer.leave(IMAGE);
    assertThat(driver.group(GROUP).members()).containsOnlyKeys(old.id);
    assertThat(old.heartbeat()).isNotEqualTo(Errors.NONE);
    old.join();
    old.sync();
    assertThat(old.owned).hasSize(4);
    assertThat(old.heartbeat()).isEqualTo(Errors.NONE);
  }

  @Test
  void aGroupStaysAsItIsIfThatIsSaid() {
    MachineDriver strict =
        new MachineDriver(
            new GroupLimits(6_000, 60_000, 0, 100, 10, 1_000_000, 100_000),
            MachineDriver.consumers(0, ConsumerLimits.Migration.DISABLED));
    Commands commands = new Commands();
    String id =
        strict
            .answered(strict.ask(commands.join("", null, "range")), JoinGroupResponseData.class)
            .memberId();
    strict.ask(commands.join(id, null, "range"));
    strict.advance(1);
    SimulatedConsumer newer = new SimulatedConsumer(strict, "n", null).reading("a");
    newer.heartbeat(IMAGE, false);
    assertThat(newer.epoch()).isZero();
    assertThat(strict.group(GROUP).members()).containsOnlyKeys(id);
  }

  @Test
  void whoIsSilentInTheClassicProtocolIsGoneToo() {
    alone();
    SimulatedConsumer newer = new SimulatedConsumer(driver, "n", null).reading("a");
    turn(newer);
    driver.advance(Commands.SESSION_MS);
    turn(newer);
    assertThat(newer.owned()).hasSize(4);
  }

  @Test
  void aGroupWithoutMembersIsOfEitherProtocol() {
    SimulatedConsumer newer = new SimulatedConsumer(driver, "n", null).reading("a");
    turn(newer);
    newer.leave(IMAGE);
    assertThat(driver.consumers(GROUP).state()).isEqualTo(ConsumerGroup.State.EMPTY);
    alone();
    assertThat(driver.state().consumers(GROUP)).isEmpty();
    assertThat(Map.of("type", driver.group(GROUP).type())).containsEntry("type", "classic");
    assertThat(driver.group(GROUP).members().values())
        .allMatch(member -> !member.assignment().equals(Bytes.EMPTY));
  }
}
