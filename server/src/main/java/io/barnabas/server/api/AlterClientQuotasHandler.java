package io.barnabas.server.api;

import io.barnabas.metadata.AlterClientQuotas;
import io.barnabas.metadata.AlterClientQuotas.Alteration;
import io.barnabas.metadata.AlterClientQuotas.EntityResult;
import io.barnabas.metadata.AlterClientQuotas.Op;
import io.barnabas.server.net.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData.EntryData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/**
 * Sets and removes quotas of users, clients and addresses. They are kept, and not enforced yet.
 *
 * <p>Versions 0 and 1. Version 1 has tagged fields.
 */
final class AlterClientQuotasHandler extends Handler<AlterClientQuotasRequestData> {
  private final ControlContext context;

  /** Changes through the controller. */
  AlterClientQuotasHandler(ControlContext context) {
    super(ApiKeys.ALTER_CLIENT_QUOTAS, 0, 1);
    this.context = context;
  }

  @Override
  public void handle(AlterClientQuotasRequestData request, Call call) {
    List<Alteration> alterations =
        request.entries().stream().map(AlterClientQuotasHandler::alteration).toList();
    Later.answer(
        call,
        context.alter(new AlterClientQuotas(alterations, request.validateOnly())),
        AlterClientQuotasHandler::answer,
        error ->
            answer(
                alterations.stream()
                    .map(Alteration::entity)
                    .distinct()
                    .map(each -> new EntityResult(each, error, Optional.of(error.message())))
                    .toList()));
  }

  private static Alteration alteration(AlterClientQuotasRequestData.EntryData entry) {
    // A name that is null stands for the default of its kind.
    Map<String, String> entity = new HashMap<>();
    entry.entity().forEach(part -> entity.put(part.entityType(), part.entityName()));
    List<Op> ops = new ArrayList<>();
    entry
        .ops()
        .forEach(
            op ->
                ops.add(
                    new Op(op.key(), op.remove() ? Optional.empty() : Optional.of(op.value()))));
    return new Alteration(new ClientQuotaEntity(entity), ops);
  }

  private static AlterClientQuotasResponseData answer(List<EntityResult> results) {
    AlterClientQuotasResponseData answer = new AlterClientQuotasResponseData();
    for (EntityResult result : results) {
      EntryData entry =
          new EntryData()
              .setErrorCode(result.error().code())
              .setErrorMessage(
                  result.error() == Errors.NONE ? null : result.message().orElse(null));
      new TreeMap<>(result.entity().entries())
          .forEach(
              (type, name) ->
                  entry.entity().add(new EntityData().setEntityType(type).setEntityName(name)));
      answer.entries().add(entry);
    }
    return answer;
  }
}
