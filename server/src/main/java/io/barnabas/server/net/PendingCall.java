package io.barnabas.server.net;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/** A call and what has become of it. Guarded by its queue's monitor, but for what never changes. */
final class PendingCall implements Call {
  private final AnswerQueue queue;
  private final Client client;
  private final ApiKeys api;
  private final short version;
  private final int correlationId;
  private final String clientId;

  /** What a call has come to. */
  enum State {
    /** Not answered yet. */
    OPEN,
    /** Answered, or to be closed. */
    DONE,
    /** Being written: its answer is the writer's. */
    TAKEN,
    /** The connection has ended. */
    DROPPED
  }

  State state = State.OPEN;
  @Nullable ApiMessage response;
  @Nullable String closeReason;
  @Nullable Runnable onDisconnect;
  @Nullable Runnable onDrain;

  /** How long its answer is, records excepted, if it waits in the queue only for its turn. */
  int waitingBytes;

  PendingCall(
      AnswerQueue queue,
      Client client,
      ApiKeys api,
      short version,
      int correlationId,
      String clientId) {
    this.queue = queue;
    this.client = client;
    this.api = api;
    this.version = version;
    this.correlationId = correlationId;
    this.clientId = clientId;
  }

  ApiKeys api() {
    return api;
  }

  int correlationId() {
    return correlationId;
  }

  @Override
  public short version() {
    return version;
  }

  @Override
  public String clientId() {
    return clientId;
  }

  @Override
  public Client client() {
    return client;
  }

  @Override
  public void answer(ApiMessage message) {
    queue.done(this, message, null);
  }

  @Override
  public void answerNothing() {
    queue.done(this, null, null);
  }

  @Override
  public void close(String reason) {
    queue.done(this, null, reason);
  }

  @Override
  public void onDisconnect(Runnable action) {
    queue.onDisconnect(this, action);
  }

  @Override
  public void onDrain(Runnable action) {
    queue.onDrain(this, action);
  }

  @Override
  public String toString() {
    return "%s v%d of %s".formatted(api, version, client.remoteAddress());
  }
}
