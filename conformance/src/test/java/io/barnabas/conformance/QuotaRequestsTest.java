package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterClientQuotasOptions;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quotas of users, clients and addresses: which there can be, and finding them. */
@OnEverySubject
class QuotaRequestsTest {
  private static final AtomicInteger USERS = new AtomicInteger();
  private static final int MAX_WAIT_MS = 10_000;
  private static final String PRODUCED = "producer_byte_rate";

  private final Admin admin;

  QuotaRequestsTest(Subject subject) {
    admin = subject.admin();
  }

  @AfterEach
  void close() {
    admin.close();
  }

  private static ClientQuotaEntity entity(String parts) {
    Map<String, String> entries = new HashMap<>();
    Arrays.stream(parts.split("&", -1))
        .filter(part -> !part.isEmpty())
        .map(part -> part.split("=", 2))
        .forEach(part -> entries.put(part[0], part[1].equals("<default>") ? null : part[1]));
    return new ClientQuotaEntity(entries);
  }

  private void alter(boolean validateOnly, String parts, String key, Optional<Double> value)
      throws Exception {
    ClientQuotaAlteration alteration =
        new ClientQuotaAlteration(
            entity(parts), List.of(new ClientQuotaAlteration.Op(key, value.orElse(null))));
    admin
        .alterClientQuotas(
            List.of(alteration), new AlterClientQuotasOptions().validateOnly(validateOnly))
        .all()
        .get();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "user=a | producer_byte_rate | 1 | true",
        "user=a&client-id=<default> | consumer_byte_rate | 1.0000000001 | true",
        "client-id=c | controller_mutation_rate | 0.5 | true",
        "ip=1.2.3.4 | connection_creation_rate | 2147483647 | true",
        "ip=localhost | connection_creation_rate | 1 | true",
        "'' | producer_byte_rate | 1 | false",
        "foo=a | producer_byte_rate | 1 | false",
        "user= | producer_byte_rate | 1 | false",
        "ip=1.2.3.4 | producer_byte_rate | 1 | false",
        "ip=1.2.3.4&user=a | connection_creation_rate | 1 | false",
        "ip=not a host | connection_creation_rate | 1 | false",
        "ip=1.2.3.4 | connection_creation_rate | 1.5 | false",
        "ip=1.2.3.4 | connection_creation_rate | 3e9 | false",
        "user=a | connection_creation_rate | 1 | false",
        "user=a | nope | 1 | false",
        "user=a | producer_byte_rate | 1.00001 | false",
        "user=a | producer_byte_rate | 0 | false",
        "user=a | producer_byte_rate | 1e19 | false",
        "user=a | producer_byte_rate | NaN | false",
      })
  void whatCanBe(String parts, String key, double value, boolean isFine) throws Exception {
    if (isFine) {
      alter(true, parts, key, Optional.of(value));
    } else {
      assertThatThrownBy(() -> alter(true, parts, key, Optional.of(value)))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InvalidRequestException.class);
    }
  }

  private Set<ClientQuotaEntity> found(ClientQuotaFilter filter) throws Exception {
    return admin.describeClientQuotas(filter).entities().get().keySet();
  }

  private void await(ClientQuotaFilter filter, Collection<String> expected) throws Exception {
    List<ClientQuotaEntity> entities = new ArrayList<>();
    expected.forEach(parts -> entities.add(entity(parts)));
    long deadline = System.currentTimeMillis() + MAX_WAIT_MS;
    while (!found(filter).equals(Set.copyOf(entities)) && System.currentTimeMillis() < deadline) {
      Thread.sleep(10);
    }
    assertThat(found(filter)).containsExactlyInAnyOrderElementsOf(entities);
  }

  @Test
  void whatWasSetIsFoundByFilters() throws Exception {
    String user = "user-" + USERS.incrementAndGet();
    String alone = "user=" + user;
    String withClient = alone + "&client-id=c";
    String withDefault = alone + "&client-id=<default>";
    for (String parts : List.of(alone, withClient, withDefault)) {
      alter(false, parts, PRODUCED, Optional.of(5.0));
    }
    ClientQuotaFilterComponent ofUser = ClientQuotaFilterComponent.ofEntity("user", user);
    await(ClientQuotaFilter.contains(List.of(ofUser)), List.of(alone, withClient, withDefault));
    await(ClientQuotaFilter.containsOnly(List.of(ofUser)), List.of(alone));
    await(
        ClientQuotaFilter.containsOnly(
            List.of(ofUser, ClientQuotaFilterComponent.ofDefaultEntity("client-id"))),
        List.of(withDefault));
    await(
        ClientQuotaFilter.contains(
            List.of(ofUser, ClientQuotaFilterComponent.ofEntityType("client-id"))),
        List.of(withClient, withDefault));
    assertThat(
            admin
                .describeClientQuotas(ClientQuotaFilter.containsOnly(List.of(ofUser)))
                .entities()
                .get())
        .isEqualTo(Map.of(entity(alone), Map.of(PRODUCED, 5.0)));
    for (String parts : List.of(alone, withClient, withDefault)) {
      alter(false, parts, PRODUCED, Optional.empty());
    }
    await(ClientQuotaFilter.contains(List.of(ofUser)), List.of());
  }

  @Test
  void filtersThatCannotBe() {
    assertThatThrownBy(
            () ->
                found(
                    ClientQuotaFilter.contains(
                        List.of(
                            ClientQuotaFilterComponent.ofEntityType("ip"),
                            ClientQuotaFilterComponent.ofEntityType("user")))))
        .hasCauseInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(
            () ->
                found(
                    ClientQuotaFilter.contains(
                        List.of(ClientQuotaFilterComponent.ofEntityType("foo")))))
        .hasCauseInstanceOf(UnsupportedVersionException.class);
  }
}
