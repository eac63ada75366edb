package io.barnabas.metadata;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/**
 * Sets and removes the quotas of users, clients and addresses. Each entity is for itself, but its
 * quotas are changed all or none.
 *
 * <p>Where Kafka carries out the first of two alterations of one entity and answers that it was
 * refused, none is carried out here. Names of hosts are not looked up.
 *
 * @param validateOnly whether to answer only, and change nothing
 */
public record AlterClientQuotas(List<Alteration> alterations, boolean validateOnly)
    implements Command<List<AlterClientQuotas.EntityResult>> {
  /** Copies the list. */
  public AlterClientQuotas {
    alterations = List.copyOf(alterations);
  }

  /** One result for each entity, in the order in which the request first names it. */
  @Override
  public Decision<List<EntityResult>> decide(ClusterImage image, long nowMs) {
    Map<ClientQuotaEntity, List<Alteration>> byEntity = new LinkedHashMap<>();
    alterations.forEach(
        one -> byEntity.computeIfAbsent(one.entity(), e -> new ArrayList<>()).add(one));
    List<Fact> facts = new ArrayList<>();
    List<EntityResult> results = new ArrayList<>();
    byEntity.forEach(
        (entity, several) -> {
          try {
            facts.addAll(alter(image, entity, several));
            results.add(new EntityResult(entity, Errors.NONE, Optional.empty()));
          } catch (ApiException e) {
            results.add(
                new EntityResult(
                    entity, Errors.forException(e), Optional.ofNullable(Refusal.messageOf(e))));
          }
        });
    return new Decision<>(validateOnly ? List.of() : facts, results);
  }

  private static List<Fact> alter(
      ClusterImage image, ClientQuotaEntity entity, List<Alteration> several) {
    List<Op> ops = several.getFirst().ops();
    if (several.size() > 1 || ops.stream().map(Op::key).distinct().count() < ops.size()) {
      throw new InvalidRequestException("Ignoring duplicate entity " + entity);
    }
    ClientQuotas.Keys keys = ClientQuotas.keysFor(entity);
    Map<String, Double> before =
        Optional.<Map<String, Double>>ofNullable(image.security().quotas().get(entity))
            .orElse(Map.of());
    List<Fact> facts = new ArrayList<>();
    for (Op op : ops) {
      op.value().ifPresent(value -> keys.validate(op.key(), value));
      Optional<Double> old = Optional.ofNullable(before.get(op.key()));
      if (!old.equals(op.value())) {
        facts.add(new Fact.QuotaChanged(entity, op.key(), op.value()));
      }
    }
    return facts;
  }

  /** The change of one entity. */
  public record Alteration(ClientQuotaEntity entity, List<Op> ops) {
    /** Copies the list. */
    public Alteration {
      ops = List.copyOf(ops);
    }
  }

  /**
   * The change of one quota.
   *
   * @param value empty removes it
   */
  public record Op(String key, Optional<Double> value) {}

  /**
   * What became of one entity.
   *
   * @param message why it was refused
   */
  public record EntityResult(ClientQuotaEntity entity, Errors error, Optional<String> message) {}
}
