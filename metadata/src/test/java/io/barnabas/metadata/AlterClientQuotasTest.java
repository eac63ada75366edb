package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.metadata.AlterClientQuotas.Alteration;
import io.barnabas.metadata.AlterClientQuotas.EntityResult;
import io.barnabas.metadata.AlterClientQuotas.Op;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlterClientQuotasTest {
  private static final String PRODUCED = "producer_byte_rate";

  private final ClusterImage empty = ClusterImage.empty("cluster");

  /** Parts as {@code user=a&client-id=<default>}. */
  private static ClientQuotaEntity entity(String parts) {
    Map<String, String> entries = new HashMap<>();
    Arrays.stream(parts.split("&", -1))
        .filter(part -> !part.isEmpty())
        .map(part -> part.split("=", 2))
        .forEach(part -> entries.put(part[0], part[1].equals("<default>") ? null : part[1]));
    return new ClientQuotaEntity(entries);
  }

  private static Alteration set(String parts, String key, double value) {
    return new Alteration(entity(parts), List.of(new Op(key, Optional.of(value))));
  }

  private static Alteration remove(String parts, String key) {
    return new Alteration(entity(parts), List.of(new Op(key, Optional.empty())));
  }

  private static Decision<List<EntityResult>> decide(ClusterImage image, Alteration... some) {
    return new AlterClientQuotas(List.of(some), false).decide(image, 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "user=a | producer_byte_rate | 1 | -",
        "user=a&client-id=<default> | consumer_byte_rate | 1.0000000001 | -",
        "client-id=c | controller_mutation_rate | 0.5 | -",
        "user=a | request_percentage | 150 | -",
        "ip=1.2.3.4 | connection_creation_rate | 2147483647 | -",
        "ip=::1 | connection_creation_rate | 1 | -",
        "ip=localhost | connection_creation_rate | 1 | -",
        "ip=<default> | connection_creation_rate | 1 | -",
        "'' | producer_byte_rate | 1 | Invalid empty client quota entity",
        "foo=a | producer_byte_rate | 1 | Unhandled client quota entity type: foo",
        "user= | producer_byte_rate | 1 | Empty user not supported",
        "ip=1.2.3.4 | producer_byte_rate | 1 | Invalid configuration key producer_byte_rate",
        "ip=1.2.3.4&user=a | connection_creation_rate | 1 | IP entity shouldnot be combined",
        "ip=not a host | connection_creation_rate | 1 | is not a valid IP or resolvable host.",
        "ip=1.2.3.4 | connection_creation_rate | 1.5 | cannot be a fractional value.",
        "ip=1.2.3.4 | connection_creation_rate | 3e9 | is too large for an INT.",
        "user=a | connection_creation_rate | 1 | Invalid configuration key",
        "user=a | nope | 1 | Invalid configuration key nope",
        "user=a | producer_byte_rate | 1.5 | producer_byte_rate cannot be a fractional value.",
        "user=a | producer_byte_rate | 0 | Quota producer_byte_rate must be greater than 0",
        "user=a | producer_byte_rate | -1 | must be greater than 0",
        "user=a | producer_byte_rate | 1e19 | is too large for a LONG.",
        "user=a | producer_byte_rate | NaN | must be a finite number",
        "user=a | producer_byte_rate | Infinity | must be a finite number",
      })
  void whatCanBe(String parts, String key, double value, String refusal) {
    Decision<List<EntityResult>> decision = decide(empty, set(parts, key, value));
    EntityResult result = decision.answer().getFirst();
    if (refusal == null) {
      assertThat(result.error()).as(result.toString()).isEqualTo(Errors.NONE);
      assertThat(decision.facts())
          .containsExactly(new Fact.QuotaChanged(entity(parts), key, Optional.of(value)));
    } else {
      assertThat(result.error()).isEqualTo(Errors.INVALID_REQUEST);
      assertThat(result.message()).get().asString().contains(refusal);
      assertThat(decision.facts()).isEmpty();
    }
  }

  @Test
  void eachEntityIsForItselfAndItsQuotasAreOne() {
    Alteration half =
        new Alteration(
            entity("user=b"),
            List.of(new Op(PRODUCED, Optional.of(1.0)), new Op("nope", Optional.of(1.0))));
    Decision<List<EntityResult>> decision = decide(empty, half, set("user=a", PRODUCED, 1));
    assertThat(decision.answer())
        .extracting(EntityResult::error)
        .containsExactly(Errors.INVALID_REQUEST, Errors.NONE);
    assertThat(decision.facts()).hasSize(1);
  }

  @Test
  void anEntityNamedTwiceIsRefusedOnce() {
    Decision<List<EntityResult>> decision =
        decide(empty, set("user=a", PRODUCED, 1), set("user=a", "consumer_byte_rate", 1));
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.answer())
        .singleElement()
        .satisfies(result -> assertThat(result.error()).isEqualTo(Errors.INVALID_REQUEST));
  }

  @Test
  void onlyWhatChangesIsAFact() {
    ClusterImage image = empty.apply(decide(empty, set("user=a", PRODUCED, 1)).facts());
    assertThat(decide(image, set("user=a", PRODUCED, 1)).facts()).isEmpty();
    assertThat(decide(image, remove("user=a", "nope")).facts()).isEmpty();
    assertThat(new AlterClientQuotas(List.of(remove("user=a", PRODUCED)), true).decide(image, 0))
        .satisfies(asked -> assertThat(asked.facts()).isEmpty());
    ClusterImage after = image.apply(decide(image, remove("user=a", PRODUCED)).facts());
    assertThat(after.security().quotas()).isEmpty();
  }

  private static ClientQuotaFilterComponent any(String type) {
    return ClientQuotaFilterComponent.ofEntityType(type);
  }

  private static ClientQuotaFilterComponent exactly(String type, String name) {
    return ClientQuotaFilterComponent.ofEntity(type, name);
  }

  private static ClientQuotaFilterComponent byDefault(String type) {
    return ClientQuotaFilterComponent.ofDefaultEntity(type);
  }

  private void assertFound(
      boolean strict, List<ClientQuotaFilterComponent> filter, String... expected) {
    ClusterImage image =
        empty.apply(
            decide(
                    empty,
                    set("user=a", PRODUCED, 1),
                    set("user=a&client-id=c", PRODUCED, 2),
                    set("user=<default>", PRODUCED, 3),
                    set("user=<default>&client-id=<default>", PRODUCED, 4),
                    set("client-id=c", PRODUCED, 5),
                    set("ip=1.2.3.4", "connection_creation_rate", 6))
                .facts());
    assertThat(ClientQuotas.find(image.security(), filter, strict).keySet())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(expected).map(AlterClientQuotasTest::entity).toList());
  }

  @Test
  void filters() {
    assertFound(true, List.of());
    assertFound(true, List.of(exactly("user", "a")), "user=a");
    assertFound(false, List.of(exactly("user", "a")), "user=a", "user=a&client-id=c");
    assertFound(true, List.of(byDefault("user")), "user=<default>");
    assertFound(
        false, List.of(byDefault("user")), "user=<default>", "user=<default>&client-id=<default>");
    assertFound(true, List.of(any("user")), "user=a", "user=<default>");
    assertFound(false, List.of(any("user"), exactly("client-id", "c")), "user=a&client-id=c");
    assertFound(false, List.of(any("ip")), "ip=1.2.3.4");
    assertFound(
        false,
        List.of(),
        "user=a",
        "user=a&client-id=c",
        "user=<default>",
        "user=<default>&client-id=<default>",
        "client-id=c",
        "ip=1.2.3.4");
  }

  @Test
  void filtersThatCannotBe() {
    SecurityImage none = SecurityImage.EMPTY;
    assertThatThrownBy(() -> ClientQuotas.find(none, List.of(any("")), false))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> ClientQuotas.find(none, List.of(any("foo")), false))
        .isInstanceOf(UnsupportedVersionException.class);
    assertThatThrownBy(() -> ClientQuotas.find(none, List.of(any("ip"), any("user")), false))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(
            () -> ClientQuotas.find(none, List.of(any("user"), exactly("user", "a")), false))
        .isInstanceOf(InvalidRequestException.class);
  }
}
