package io.barnabas.server.api;

import static io.barnabas.server.api.Wire.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.AllocateProducerIds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Producer ids: none twice, none waited for by a connection. */
class InitProducerIdHandlerTest {
  private final Deque<CompletableFuture<AllocateProducerIds.Block>> allocations =
      new ArrayDeque<>();
  private final InitProducerIdHandler handler =
      new InitProducerIdHandler(
          new ProducerIds(
              () -> {
                CompletableFuture<AllocateProducerIds.Block> allocation = new CompletableFuture<>();
                allocations.add(allocation);
                return allocation;
              }));

  private FakeCall ask(int version, @Nullable String transactionalId, long id, int epoch) {
    FakeCall call = new FakeCall(version);
    handler.handle(
        new InitProducerIdRequestData()
            .setTransactionalId(transactionalId)
            .setProducerId(id)
            .setProducerEpoch((short) epoch),
        call);
    return call;
  }

  private FakeCall ask() {
    return ask(5, null, -1, -1);
  }

  private static InitProducerIdResponseData answer(FakeCall call) {
    assertThat(call.isAnswered()).isTrue();
    return call.await(InitProducerIdResponseData.class);
  }

  private void allocate(long firstId, int length) {
    allocations
        .remove()
        .complete(new AllocateProducerIds.Block(Errors.NONE, Optional.empty(), firstId, length));
  }

  @Test
  void idsAreNeverGivenTwice() {
    Set<Long> seen = new HashSet<>();
    List<FakeCall> calls = new ArrayList<>();
    long nextBlock = 5_000;
    for (int i = 0; i < 3_500; i++) {
      calls.add(ask(i % 6, null, -1, -1));
      if (i % 7 == 0 && !allocations.isEmpty()) {
        allocate(nextBlock, AllocateProducerIds.BLOCK_LENGTH);
        nextBlock += AllocateProducerIds.BLOCK_LENGTH;
      }
    }
    for (FakeCall call : calls) {
      InitProducerIdResponseData answer = answer(call);
      assertThat(error(answer.errorCode())).isEqualTo(Errors.NONE);
      assertThat(answer.producerEpoch()).isZero();
      assertThat(answer.producerId()).isGreaterThanOrEqualTo(5_000);
      assertThat(seen.add(answer.producerId())).isTrue();
    }
  }

  @Test
  void theNextBlockComesBeforeTheLastIsUsedUp() {
    FakeCall first = ask();
    assertThat(first.isAnswered()).isFalse();
    assertThat(allocations).hasSize(1);
    allocate(0, AllocateProducerIds.BLOCK_LENGTH);
    assertThat(answer(first).producerId()).isZero();
    assertThat(allocations).isEmpty();
    for (int i = 1; i < AllocateProducerIds.BLOCK_LENGTH; i++) {
      assertThat(answer(ask()).producerId()).isEqualTo(i);
    }
    assertThat(allocations).as("asked for once, in time").hasSize(1);
    FakeCall waiting = ask();
    assertThat(waiting.isAnswered()).isFalse();
    allocate(7_000, AllocateProducerIds.BLOCK_LENGTH);
    assertThat(answer(waiting).producerId()).isEqualTo(7_000);
  }

  @Test
  void moreThanABlockMayWait() {
    List<FakeCall> calls = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      calls.add(ask());
    }
    allocate(10, 2);
    allocate(20, 2);
    assertThat(calls.get(4).isAnswered()).isFalse();
    allocate(30, 2);
    assertThat(calls)
        .extracting(call -> answer(call).producerId())
        .containsExactly(10L, 11L, 20L, 21L, 30L);
  }

  @Test
  void aControllerThatRefusesIsAskedAgain() {
    FakeCall first = ask();
    allocations.remove().completeExceptionally(new NotControllerException("stopping"));
    assertThat(error(answer(first).errorCode())).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    assertThat(answer(first).producerId()).isEqualTo(-1);
    FakeCall second = ask();
    allocations
        .remove()
        .complete(
            new AllocateProducerIds.Block(Errors.STALE_BROKER_EPOCH, Optional.of("stale"), -1, 0));
    assertThat(error(answer(second).errorCode())).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    FakeCall third = ask();
    allocate(1, 1);
    assertThat(answer(third).producerId()).isEqualTo(1);
  }

  @Test
  void whatIsRefused() {
    assertThat(error(answer(ask(5, "transactional", -1, -1)).errorCode()))
        .isEqualTo(Errors.NOT_COORDINATOR);
    assertThat(error(answer(ask(5, "", -1, -1)).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error(answer(ask(5, null, 4, -1)).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error(answer(ask(5, null, -1, 4)).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
    FakeCall renewed = ask(5, null, 4, 9);
    allocate(50, 5);
    assertThat(answer(renewed).producerId()).isEqualTo(50);
    assertThat(answer(renewed).producerEpoch()).isZero();
  }
}
