package io.barnabas.server.api;

import io.barnabas.server.net.Call;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * InitProducerId, versions 0 to 5: gives an idempotent producer an id of its own.
 *
 * <ul>
 *   <li>2: compact encoding
 *   <li>3: a producer may give the id and epoch that it has (KIP-360)
 *   <li>4: PRODUCER_FENCED may be answered
 *   <li>5: nothing that can be seen
 * </ul>
 *
 * A producer without a transactional id always gets a new id with epoch 0, whatever it had before,
 * as from Kafka: such producers raise their epoch themselves, and come here when it has run out. An
 * id without an epoch, or an epoch without an id, is INVALID_REQUEST. While the controller gives no
 * ids, the answer is COORDINATOR_LOAD_IN_PROGRESS, which producers repeat.
 *
 * <p>There is no transaction coordinator yet. A transactional id is answered NOT_COORDINATOR, as
 * from a Kafka broker that does not coordinate it; an empty one is INVALID_REQUEST.
 */
final class InitProducerIdHandler extends Handler<InitProducerIdRequestData> {
  private static final short FIRST_EPOCH = 0;

  private final ProducerIds ids;

  InitProducerIdHandler(ProducerIds ids) {
    super(ApiKeys.INIT_PRODUCER_ID, 0, 5);
    this.ids = ids;
  }

  @Override
  public void handle(InitProducerIdRequestData request, Call call) {
    boolean hasId = request.producerId() != RecordBatch.NO_PRODUCER_ID;
    boolean hasEpoch = request.producerEpoch() != RecordBatch.NO_PRODUCER_EPOCH;
    String transactionalId = request.transactionalId();
    if (hasId != hasEpoch || (transactionalId != null && transactionalId.isEmpty())) {
      call.answer(refusal(Errors.INVALID_REQUEST));
    } else if (transactionalId != null) {
      call.answer(refusal(Errors.NOT_COORDINATOR));
    } else {
      ids.next(
          id ->
              call.answer(
                  id.isPresent()
                      ? new InitProducerIdResponseData()
                          .setProducerId(id.getAsLong())
                          .setProducerEpoch(FIRST_EPOCH)
                      : refusal(Errors.COORDINATOR_LOAD_IN_PROGRESS)));
    }
  }

  private static InitProducerIdResponseData refusal(Errors error) {
    return new InitProducerIdResponseData()
        .setErrorCode(error.code())
        .setProducerId(RecordBatch.NO_PRODUCER_ID)
        .setProducerEpoch(RecordBatch.NO_PRODUCER_EPOCH);
  }
}
