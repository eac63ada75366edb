package io.barnabas.server.net;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Carries out the requests of one API. There is one for all connections: thread-safe.
 *
 * @param <Q> the request's message, as generated for the API
 */
public interface ApiHandler<Q extends ApiMessage> {
  /** The API that it serves. */
  ApiKeys api();

  /** The oldest version that it serves. */
  short oldestVersion();

  /** The newest version that it serves. */
  short newestVersion();

  /**
   * Carries out a request on the connection's reading thread, and sees to it that the call is
   * answered once, now or later. Must not wait for other requests, other machines or a disk's
   * force, but for a moment where its place says why: the connection's next request waits for the
   * return. The message and what it refers to (strings excepted, record buffers above all) are the
   * handler's only until it returns.
   *
   * @throws RuntimeException is a defect of the handler: it is logged, and the connection closed
   */
  void handle(Q request, Call call);
}
