package io.barnabas.server.api;

import io.barnabas.metadata.AllocateProducerIds;
import io.barnabas.server.net.Call;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Gives a broker a block of producer ids. For brokers; the active controller decides. Version 0 is
 * the only one.
 */
final class AllocateProducerIdsHandler extends Handler<AllocateProducerIdsRequestData> {
  private final ControlContext context;

  /** Allocates through the controller. */
  AllocateProducerIdsHandler(ControlContext context) {
    super(ApiKeys.ALLOCATE_PRODUCER_IDS, 0, 0);
    this.context = context;
  }

  @Override
  public void handle(AllocateProducerIdsRequestData request, Call call) {
    Later.answer(
        call,
        context
            .controller()
            .submit(new AllocateProducerIds(request.brokerId(), request.brokerEpoch())),
        AllocateProducerIdsHandler::answer,
        error -> new AllocateProducerIdsResponseData().setErrorCode(error.code()));
  }

  private static AllocateProducerIdsResponseData answer(AllocateProducerIds.Block block) {
    return new AllocateProducerIdsResponseData()
        .setErrorCode(block.error().code())
        .setProducerIdStart(block.firstId())
        .setProducerIdLen(block.length());
  }
}
