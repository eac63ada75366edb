package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.errors.DuplicateResourceException;
import org.apache.kafka.common.errors.ResourceNotFoundException;
import org.apache.kafka.common.errors.UnacceptableCredentialException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What users prove themselves with. */
@OnEverySubject
class ScramRequestsTest {
  private static final AtomicInteger USERS = new AtomicInteger();
  private static final int MAX_WAIT_MS = 10_000;
  private static final ScramMechanism SHA_256 = ScramMechanism.SCRAM_SHA_256;
  private static final ScramMechanism SHA_512 = ScramMechanism.SCRAM_SHA_512;

  private final Admin admin;
  private final String user = "scram-" + USERS.incrementAndGet();

  ScramRequestsTest(Subject subject) {
    admin = subject.admin();
  }

  @AfterEach
  void close() {
    admin.close();
  }

  private UserScramCredentialAlteration set(ScramMechanism mechanism, int iterations) {
    return new UserScramCredentialUpsertion(
        user,
        new ScramCredentialInfo(mechanism, iterations),
        "secret".getBytes(StandardCharsets.UTF_8),
        "salt".getBytes(StandardCharsets.UTF_8));
  }

  private UserScramCredentialAlteration remove(ScramMechanism mechanism) {
    return new UserScramCredentialDeletion(user, mechanism);
  }

  private void alter(UserScramCredentialAlteration... alterations) throws Exception {
    admin.alterUserScramCredentials(Arrays.asList(alterations)).all().get();
  }

  private void assertRefused(
      Class<? extends Exception> type, UserScramCredentialAlteration... alterations) {
    assertThatThrownBy(() -> alter(alterations)).hasCauseInstanceOf(type);
  }

  @Test
  void whatCannotBe() {
    assertRefused(UnacceptableCredentialException.class, set(SHA_256, 4095));
    assertRefused(UnacceptableCredentialException.class, set(SHA_512, 16_385));
    assertRefused(UnsupportedSaslMechanismException.class, set(ScramMechanism.UNKNOWN, 8192));
    assertRefused(UnsupportedSaslMechanismException.class, remove(ScramMechanism.UNKNOWN));
    assertRefused(ResourceNotFoundException.class, remove(SHA_256));
    assertRefused(DuplicateResourceException.class, set(SHA_256, 8192), set(SHA_256, 4096));
    assertRefused(DuplicateResourceException.class, set(SHA_256, 8192), set(SHA_512, 4096));
    assertRefused(ResourceNotFoundException.class, set(SHA_256, 8192), remove(SHA_256));
    assertThatThrownBy(this::credentials).hasCauseInstanceOf(ResourceNotFoundException.class);
  }

  @Test
  void credentialsAreSetReplacedAndRemoved() throws Exception {
    alter(set(SHA_256, 8192));
    await(new ScramCredentialInfo(SHA_256, 8192));
    alter(set(SHA_512, 4096));
    await(new ScramCredentialInfo(SHA_256, 8192), new ScramCredentialInfo(SHA_512, 4096));
    alter(set(SHA_256, 16_384));
    await(new ScramCredentialInfo(SHA_256, 16_384), new ScramCredentialInfo(SHA_512, 4096));
    assertThat(admin.describeUserScramCredentials().users().get()).contains(user);
    assertRefused(DuplicateResourceException.class, remove(SHA_256), remove(SHA_512));
    alter(remove(SHA_256));
    await(new ScramCredentialInfo(SHA_512, 4096));
    alter(remove(SHA_512));
    assertThatThrownBy(
            () -> {
              long deadline = System.currentTimeMillis() + MAX_WAIT_MS;
              while (System.currentTimeMillis() < deadline) {
                credentials();
                Thread.sleep(10);
              }
            })
        .hasCauseInstanceOf(ResourceNotFoundException.class);
  }

  @Test
  void nobodyIsDescribedTwice() throws Exception {
    alter(set(SHA_256, 8192));
    await(new ScramCredentialInfo(SHA_256, 8192));
    assertThatThrownBy(
            () -> admin.describeUserScramCredentials(List.of(user, user)).description(user).get())
        .hasCauseInstanceOf(DuplicateResourceException.class);
    alter(remove(SHA_256));
  }

  private List<ScramCredentialInfo> credentials() throws Exception {
    return admin
        .describeUserScramCredentials(List.of(user))
        .description(user)
        .get()
        .credentialInfos();
  }

  private void await(ScramCredentialInfo... expected) throws Exception {
    long deadline = System.currentTimeMillis() + MAX_WAIT_MS;
    List<ScramCredentialInfo> wanted = Arrays.asList(expected);
    List<ScramCredentialInfo> found = new ArrayList<>();
    while (System.currentTimeMillis() < deadline) {
      try {
        found = credentials();
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(ResourceNotFoundException.class);
      }
      if (found.size() == wanted.size() && found.containsAll(wanted)) {
        return;
      }
      Thread.sleep(10);
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(wanted);
  }
}
