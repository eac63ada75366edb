package io.barnabas.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.metadata.RegisterBroker.Files;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.junit.jupiter.api.Test;

class MembersTest {
  private static final Uuid REGISTERED = new Uuid(1, 1);
  private static final Uuid OTHER = new Uuid(2, 2);
  private static final long EPOCH = 7;
  private static final long EARLIER = 3;

  private static final BrokerImage BROKER =
      new BrokerImage(
          1, EPOCH, REGISTERED, Optional.empty(), List.of(), List.of(), List.of(), false, false);

  private static BrokerRegistrationRequestData request(
      Uuid incarnation, long previous, long used, Set<Uuid> begun) {
    return UsedEpoch.in(
        new BrokerRegistrationRequestData()
            .setIncarnationId(incarnation)
            .setPreviousBrokerEpoch(previous),
        used,
        begun);
  }

  @Test
  void filesAreOldIfAnotherStartUsedThemBeforeTheLastOne() {
    assertThat(Members.files(request(OTHER, EARLIER, EARLIER, Set.of(OTHER)), BROKER))
        .isEqualTo(Files.OLD);
    assertThat(Members.files(request(OTHER, -1, EPOCH, Set.of(OTHER)), BROKER))
        .isEqualTo(Files.CRASHED);
    assertThat(Members.files(request(OTHER, -1, EARLIER, Set.of(REGISTERED, OTHER)), BROKER))
        .isEqualTo(Files.CRASHED);
    assertThat(Members.files(request(OTHER, EPOCH, EPOCH, Set.of(OTHER)), BROKER))
        .isEqualTo(Files.AS_LEFT);
  }

  @Test
  void theStartThatIsRegisteredHasItsOwnFilesWhateverTheySay() {
    assertThat(Members.files(request(REGISTERED, EARLIER, EARLIER, Set.of()), BROKER))
        .isEqualTo(Files.CRASHED);
  }
}
