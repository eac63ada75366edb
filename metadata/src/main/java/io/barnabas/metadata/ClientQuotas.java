package io.barnabas.metadata;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;

/** Which quotas there can be, and which of them a filter finds. */
public final class ClientQuotas {
  /** How far a number of bytes may be from a whole one, as with Kafka. */
  private static final double ROUNDING = 1e-6;

  private static final Set<String> TYPES =
      Set.of(ClientQuotaEntity.USER, ClientQuotaEntity.CLIENT_ID, ClientQuotaEntity.IP);

  private static final Keys OF_CLIENTS =
      new Keys(
          Map.of(
              "producer_byte_rate",
              Type.LONG,
              "consumer_byte_rate",
              Type.LONG,
              "request_percentage",
              Type.DOUBLE,
              "controller_mutation_rate",
              Type.DOUBLE));

  private static final Keys OF_ADDRESSES = new Keys(Map.of("connection_creation_rate", Type.INT));

  private ClientQuotas() {}

  /** What kind of number a quota is. */
  enum Type {
    INT,
    LONG,
    DOUBLE
  }

  /** The quotas that an entity can have. */
  record Keys(Map<String, Type> types) {
    /** Throws an {@link InvalidRequestException} if a quota cannot have the value. */
    void validate(String key, double value) {
      Type type = types.get(key);
      if (type == null) {
        throw new InvalidRequestException("Invalid configuration key " + key);
      }
      if (!Double.isFinite(value)) {
        throw new InvalidRequestException("Quota %s must be a finite number".formatted(key));
      }
      if (value <= 0) {
        throw new InvalidRequestException("Quota %s must be greater than 0".formatted(key));
      }
      if (type != Type.DOUBLE) {
        validateWhole(key, type, value);
      }
    }

    private static void validateWhole(String key, Type type, double value) {
      double most = type == Type.INT ? Integer.MAX_VALUE : Long.MAX_VALUE;
      if (value > most) {
        throw new InvalidRequestException(
            "Proposed value for %s is too large for %s %s."
                .formatted(key, type == Type.INT ? "an" : "a", type));
      }
      if (Math.abs(value - Math.rint(value)) > ROUNDING) {
        throw new InvalidRequestException(key + " cannot be a fractional value.");
      }
    }
  }

  /**
   * The quotas that an entity can have.
   *
   * @throws InvalidRequestException if there can be no such entity
   */
  static Keys keysFor(ClientQuotaEntity entity) {
    Map<String, String> entries = new TreeMap<>(entity.entries());
    if (entries.isEmpty()) {
      throw new InvalidRequestException("Invalid empty client quota entity");
    }
    for (String type : entries.keySet()) {
      if (!TYPES.contains(type)) {
        throw new InvalidRequestException("Unhandled client quota entity type: " + type);
      }
    }
    entries.forEach(
        (type, name) -> {
          if (name != null && name.isEmpty()) {
            throw new InvalidRequestException("Empty %s not supported".formatted(type));
          }
        });
    if (!entries.containsKey(ClientQuotaEntity.IP)) {
      return OF_CLIENTS;
    }
    if (entries.size() > 1) {
      throw new InvalidRequestException(
          "Invalid quota entity combination, IP entity shouldnot be combined with User or"
              + " ClientId");
    }
    String address = entries.get(ClientQuotaEntity.IP);
    if (address != null && !HostPatterns.isAddressOrHost(address)) {
      throw new InvalidRequestException(address + " is not a valid IP or resolvable host.");
    }
    return OF_ADDRESSES;
  }

  /**
   * The quotas of the entities that match all components of a filter.
   *
   * @param strict whether entities with further parts do not match
   * @throws InvalidRequestException if the components cannot be together
   * @throws UnsupportedVersionException if there is no such type of entity
   */
  public static Map<ClientQuotaEntity, Map<String, Double>> find(
      SecurityImage security, List<ClientQuotaFilterComponent> components, boolean strict) {
    check(components);
    Map<ClientQuotaEntity, Map<String, Double>> found = new LinkedHashMap<>();
    security
        .quotas()
        .forEach(
            (entity, quotas) -> {
              if ((!strict || entity.entries().size() == components.size())
                  && components.stream().allMatch(one -> matches(entity, one))) {
                found.put(entity, quotas);
              }
            });
    return found;
  }

  private static void check(List<ClientQuotaFilterComponent> components) {
    List<String> types = components.stream().map(ClientQuotaFilterComponent::entityType).toList();
    for (int i = 0; i < types.size(); i++) {
      String type = types.get(i);
      if (type.isEmpty()) {
        throw new InvalidRequestException("Invalid empty entity type.");
      }
      if (types.indexOf(type) < i) {
        throw new InvalidRequestException(
            "Entity type %s cannot appear more than once in the filter.".formatted(type));
      }
      if (!TYPES.contains(type)) {
        throw new UnsupportedVersionException("Unsupported entity type " + type);
      }
    }
    if (types.contains(ClientQuotaEntity.IP) && types.size() > 1) {
      throw new InvalidRequestException(
          "Invalid entity filter component combination. IP filter component should not be used"
              + " with user or clientId filter component.");
    }
  }

  private static boolean matches(ClientQuotaEntity entity, ClientQuotaFilterComponent component) {
    Map<String, String> entries = entity.entries();
    String type = component.entityType();
    if (!entries.containsKey(type)) {
      return false;
    }
    // A missing match means any, an empty one the default of its type, which has no name.
    Optional<String> wanted = component.match();
    return wanted == null || Objects.equals(entries.get(type), wanted.orElse(null));
  }
}
