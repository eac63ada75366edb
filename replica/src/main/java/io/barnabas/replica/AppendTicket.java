package io.barnabas.replica;

import io.barnabas.log.Appended;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/** An append that is in the leader's log, and the ways to wait for more. */
public final class AppendTicket {
  private final Replication replication;
  private final Acks acks;
  private final int leaderEpoch;
  private final Appended appended;

  AppendTicket(Replication replication, Acks acks, int leaderEpoch, Appended appended) {
    this.replication = replication;
    this.acks = acks;
    this.leaderEpoch = leaderEpoch;
    this.appended = appended;
  }

  /** Where the records are. */
  public Appended appended() {
    return appended;
  }

  /**
   * Calls back once, when what the append asked for has come true: with NONE, or with the reason
   * why it never will (KAFKA_STORAGE_ERROR, NOT_LEADER_OR_FOLLOWER,
   * NOT_ENOUGH_REPLICAS_AFTER_APPEND). At once on the caller or later on another thread, in the
   * order of offsets; the callback must not block.
   */
  public void whenAcknowledged(Consumer<Errors> callback) {
    switch (acks) {
      case NONE -> callback.accept(Errors.NONE);
      case LEADER -> replication.whenFlushed(appended.lastOffset() + 1, leaderEpoch, callback);
      case ALL -> replication.whenReplicated(appended.lastOffset() + 1, leaderEpoch, callback);
    }
  }
}
