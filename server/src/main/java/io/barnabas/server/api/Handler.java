package io.barnabas.server.api;

import io.barnabas.server.net.ApiHandler;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** What all handlers have in common: which API and which versions they serve. */
abstract class Handler<Q extends ApiMessage> implements ApiHandler<Q> {
  private final ApiKeys api;
  private final short oldestVersion;
  private final short newestVersion;

  Handler(ApiKeys api, int oldestVersion, int newestVersion) {
    if (oldestVersion < api.oldestVersion()
        || newestVersion > api.latestVersion()
        || oldestVersion > newestVersion) {
      throw new IllegalArgumentException(
          "%s has no versions %d to %d".formatted(api, oldestVersion, newestVersion));
    }
    this.api = api;
    this.oldestVersion = (short) oldestVersion;
    this.newestVersion = (short) newestVersion;
  }

  @Override
  public final ApiKeys api() {
    return api;
  }

  @Override
  public final short oldestVersion() {
    return oldestVersion;
  }

  @Override
  public final short newestVersion() {
    return newestVersion;
  }
}
