package io.barnabas.server.net;

import org.apache.kafka.common.protocol.ApiMessage;

/**
 * One request on its way to its answer. One of {@link #answer}, {@link #answerNothing} and {@link
 * #close} must be called, once, by any thread; none of them waits for the client.
 */
public interface Call {
  /** The version of the API that the client speaks. */
  short version();

  /** The client's name for itself; empty if it gave none. */
  String clientId();

  /** The connection that the request came over. */
  Client client();

  /**
   * Answers. The message is the connection's from now on: {@link StoredRecords} in it are closed
   * when they are sent, or when they never will be.
   */
  void answer(ApiMessage response);

  /** Ends a call that has no answer: a produce request with acks=0. */
  void answerNothing();

  /**
   * Closes the connection instead of answering.
   *
   * @param reason one sentence for the log
   */
  void close(String reason);

  /**
   * Calls back once when the connection has ended before the answer, so that what waits can be
   * forgotten; at once if it has already. Must not block. There is one at most.
   */
  void onDisconnect(Runnable action);

  /**
   * Calls back once, if the call is not answered by then, when the node stops and waits for the
   * answers under way: whoever waits for better ones then answers with what there is. At once if
   * that is so already. Must not block. There is one at most.
   */
  void onDrain(Runnable action);
}
