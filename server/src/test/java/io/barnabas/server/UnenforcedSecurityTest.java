package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.SecurityImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.Test;

class UnenforcedSecurityTest {
  @Test
  void onlyWhatIsThereIsNamed() {
    ClientQuotaEntity user = new ClientQuotaEntity(Map.of("user", "a"));
    Fact quota = new Fact.QuotaChanged(user, "producer_byte_rate", Optional.of(1.0));
    assertThat(UnenforcedSecurity.in(SecurityImage.EMPTY)).isEmpty();
    assertThat(
            UnenforcedSecurity.in(ClusterImage.empty("cluster").apply(List.of(quota)).security()))
        .containsExactly("client quotas");
  }
}
