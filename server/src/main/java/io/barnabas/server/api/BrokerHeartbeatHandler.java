package io.barnabas.server.api;

import io.barnabas.server.membership.Members;
import io.barnabas.server.net.Call;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * A broker says how it is; only the active controller listens.
 *
 * <p>Versions 0 to 2. Version 1 has failed log directories; 2 has those that are to take no new
 * partitions, which none of this node's are.
 */
final class BrokerHeartbeatHandler extends Handler<BrokerHeartbeatRequestData> {
  private final Members members;

  BrokerHeartbeatHandler(Members members) {
    super(ApiKeys.BROKER_HEARTBEAT, 0, 2);
    this.members = members;
  }

  @Override
  public void handle(BrokerHeartbeatRequestData request, Call call) {
    CompletableFuture<?> _ =
        members
            .heartbeat(request, OptionalLong.of(call.client().connectionId()))
            .thenAccept(call::answer);
  }
}
