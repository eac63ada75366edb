package io.barnabas.server.api;

import io.barnabas.metadata.ClientQuotas;
import io.barnabas.metadata.Refusal;
import io.barnabas.server.net.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.EntityData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.EntryData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.ValueData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;

/**
 * The quotas of users, clients and addresses. They are kept, and not enforced yet.
 *
 * <p>Versions 0 and 1. Version 1 has tagged fields.
 */
final class DescribeClientQuotasHandler extends Handler<DescribeClientQuotasRequestData> {
  private static final byte EXACT = 0;
  private static final byte DEFAULT = 1;
  private static final byte SPECIFIED = 2;

  private final ControlContext context;

  /** Answers from the controller's image. */
  DescribeClientQuotasHandler(ControlContext context) {
    super(ApiKeys.DESCRIBE_CLIENT_QUOTAS, 0, 1);
    this.context = context;
  }

  @Override
  public void handle(DescribeClientQuotasRequestData request, Call call) {
    try {
      List<ClientQuotaFilterComponent> components =
          request.components().stream().map(DescribeClientQuotasHandler::component).toList();
      List<EntryData> entries = new ArrayList<>();
      ClientQuotas.find(context.image().security(), components, request.strict())
          .forEach((entity, quotas) -> entries.add(entry(entity, quotas)));
      call.answer(new DescribeClientQuotasResponseData().setEntries(entries));
    } catch (ApiException e) {
      call.answer(
          new DescribeClientQuotasResponseData()
              .setErrorCode(Errors.forException(e).code())
              .setErrorMessage(Refusal.messageOf(e))
              .setEntries(null));
    }
  }

  private static ClientQuotaFilterComponent component(ComponentData data) {
    String type = data.entityType();
    String match = data.match();
    return switch (data.matchType()) {
      case EXACT -> {
        if (match == null) {
          throw new InvalidRequestException(
              "Request specified MATCH_TYPE_EXACT, but set match string to null.");
        }
        yield ClientQuotaFilterComponent.ofEntity(type, match);
      }
      case DEFAULT -> {
        refuseMatch("MATCH_TYPE_DEFAULT", match != null);
        yield ClientQuotaFilterComponent.ofDefaultEntity(type);
      }
      case SPECIFIED -> {
        refuseMatch("MATCH_TYPE_SPECIFIED", match != null);
        yield ClientQuotaFilterComponent.ofEntityType(type);
      }
      default -> throw new InvalidRequestException("Unknown match type " + data.matchType());
    };
  }

  private static void refuseMatch(String type, boolean isGiven) {
    if (isGiven) {
      throw new InvalidRequestException(
          "Request specified %s, but also specified a match string.".formatted(type));
    }
  }

  private static EntryData entry(ClientQuotaEntity entity, Map<String, Double> quotas) {
    EntryData entry = new EntryData();
    new TreeMap<>(entity.entries())
        .forEach(
            (type, name) ->
                entry.entity().add(new EntityData().setEntityType(type).setEntityName(name)));
    new TreeMap<>(quotas)
        .forEach((key, value) -> entry.values().add(new ValueData().setKey(key).setValue(value)));
    return entry;
  }
}
