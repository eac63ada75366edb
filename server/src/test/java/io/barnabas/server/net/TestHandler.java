package io.barnabas.server.net;

import java.util.function.BiConsumer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** A handler that does what a test wants. */
record TestHandler<Q extends ApiMessage>(
    ApiKeys api, int oldest, int newest, BiConsumer<Q, Call> body) implements ApiHandler<Q> {
  @Override
  public short oldestVersion() {
    return (short) oldest;
  }

  @Override
  public short newestVersion() {
    return (short) newest;
  }

  @Override
  public void handle(Q request, Call call) {
    body.accept(request, call);
  }
}
