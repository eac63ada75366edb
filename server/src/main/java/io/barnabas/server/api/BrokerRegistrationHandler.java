package io.barnabas.server.api;

import io.barnabas.server.membership.Members;
import io.barnabas.server.net.Call;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * A broker joins; only the active controller lets it.
 *
 * <p>Versions 0 to 4. Version 1 has migrating brokers, of which there are none any more; 2 has log
 * directories; 3 the epoch before, if the broker stopped in good order; 4 allows features to begin
 * at level 0.
 */
final class BrokerRegistrationHandler extends Handler<BrokerRegistrationRequestData> {
  private final Members members;

  BrokerRegistrationHandler(Members members) {
    super(ApiKeys.BROKER_REGISTRATION, 0, 4);
    this.members = members;
  }

  @Override
  public void handle(BrokerRegistrationRequestData request, Call call) {
    CompletableFuture<?> _ = members.register(request).thenAccept(call::answer);
  }
}
