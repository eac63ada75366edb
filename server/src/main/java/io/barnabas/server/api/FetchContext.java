package io.barnabas.server.api;

import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** What a fetch request is about, now that its session is known. */
sealed interface FetchContext {
  /**
   * All partitions are in the request, and all are answered.
   *
   * @param opensSession whether the client wants a session for its next request
   */
  record Full(List<FetchedPartition> fetched, boolean usesTopicIds, boolean opensSession)
      implements FetchContext {}

  /**
   * The session's partitions, of which only what is new is answered.
   *
   * @param nextEpoch what the session's epoch has to be for the answer to be still of use
   */
  record Incremental(FetchSession session, int nextEpoch) implements FetchContext {}

  /** The request does not fit its session. */
  record Refused(Errors error) implements FetchContext {}
}
