package io.barnabas.server.api;

/** What one fetch reads, perhaps several times until there is enough. For one thread at a time. */
interface FetchSource {
  /** Reads for the first time, which tells how far a follower is; the caller takes the result. */
  FetchResult readFirst();

  /** Reads again; the caller takes the result. */
  FetchResult read();

  /**
   * Calls back whenever another read might find more than the last one did; at once if that is so
   * already.
   */
  void listen(Runnable wake);

  /** Calls back no more. */
  void ignore();
}
