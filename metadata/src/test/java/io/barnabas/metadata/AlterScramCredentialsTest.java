package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.barnabas.metadata.AlterScramCredentials.Secret;
import io.barnabas.metadata.AlterScramCredentials.Upsertion;
import io.barnabas.metadata.AlterScramCredentials.UserResult;
import io.barnabas.metadata.Fact.ScramUser;
import io.barnabas.metadata.SecurityImage.StoredScramCredential;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.junit.jupiter.api.Test;

class AlterScramCredentialsTest {
  private static final byte[] SALT = "salt".getBytes(StandardCharsets.UTF_8);
  private static final int ITERATIONS = 4096;

  private final ClusterImage image =
      ClusterImage.empty("cluster").apply(decide(List.of(upsertion("u", 1, ITERATIONS))).facts());

  private static ScramUser user(String name, int mechanism) {
    return new ScramUser(name, ScramMechanism.fromType((byte) mechanism));
  }

  private static Upsertion upsertion(String name, int mechanism, int iterations) {
    return new Upsertion(
        user(name, mechanism), iterations, new Secret(SALT), new Secret(new byte[] {1}));
  }

  private static Decision<List<UserResult>> decide(List<Upsertion> upsertions) {
    return new AlterScramCredentials(upsertions, List.of())
        .decide(ClusterImage.empty("cluster"), 0);
  }

  private Decision<List<UserResult>> decide(List<Upsertion> upsertions, List<ScramUser> deletions) {
    return new AlterScramCredentials(upsertions, deletions).decide(image, 0);
  }

  private void assertRefused(
      List<Upsertion> upsertions, List<ScramUser> deletions, Errors error, String message) {
    Decision<List<UserResult>> decision = decide(upsertions, deletions);
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.answer())
        .singleElement()
        .satisfies(
            result -> {
              assertThat(result.error()).isEqualTo(error);
              assertThat(result.message()).get().asString().contains(message);
            });
  }

  @Test
  void whatCannotBe() {
    Errors unacceptable = Errors.UNACCEPTABLE_CREDENTIAL;
    Errors mechanism = Errors.UNSUPPORTED_SASL_MECHANISM;
    List<Upsertion> none = List.of();
    assertRefused(List.of(upsertion("", 1, 8192)), List.of(), unacceptable, "must not be empty");
    assertRefused(List.of(upsertion("u", 0, 8192)), List.of(), mechanism, "Unknown SCRAM");
    assertRefused(List.of(upsertion("u", 9, 8192)), List.of(), mechanism, "Unknown SCRAM");
    assertRefused(List.of(upsertion("u", 1, 4095)), List.of(), unacceptable, "Too few iterations");
    assertRefused(List.of(upsertion("u", 2, -1)), List.of(), unacceptable, "Too few iterations");
    assertRefused(List.of(upsertion("u", 1, 16385)), List.of(), unacceptable, "Too many");
    assertRefused(
        List.of(new Upsertion(user("u", 1), 8192, new Secret(SALT), new Secret(new byte[0]))),
        List.of(),
        unacceptable,
        "The salted password must not be empty");
    assertRefused(none, List.of(user("u", 0)), mechanism, "Unknown SCRAM");
    assertRefused(none, List.of(user("", 1)), unacceptable, "must not be empty");
    assertRefused(none, List.of(user("u", 2)), Errors.RESOURCE_NOT_FOUND, "does not exist");
    assertRefused(none, List.of(user("v", 1)), Errors.RESOURCE_NOT_FOUND, "does not exist");
  }

  @Test
  void oneChangeOfEachUser() {
    Errors duplicate = Errors.DUPLICATE_RESOURCE;
    assertRefused(
        List.of(upsertion("u", 1, 8192), upsertion("u", 2, 8192)), List.of(), duplicate, "twice");
    assertRefused(
        List.of(upsertion("u", 2, 8192)), List.of(user("u", 1)), duplicate, "altered twice");
    assertRefused(List.of(), List.of(user("u", 1), user("u", 1)), duplicate, "altered twice");
    assertRefused(
        List.of(upsertion("v", 1, 8192)),
        List.of(user("v", 1)),
        Errors.RESOURCE_NOT_FOUND,
        "does not exist");
  }

  @Test
  void eachUserIsForItself() {
    Decision<List<UserResult>> decision =
        decide(List.of(upsertion("v", 2, 4096), upsertion("w", 1, 1)), List.of(user("u", 1)));
    assertThat(decision.answer())
        .extracting(UserResult::user, UserResult::error)
        .containsExactlyInAnyOrder(
            tuple("u", Errors.NONE),
            tuple("v", Errors.NONE),
            tuple("w", Errors.UNACCEPTABLE_CREDENTIAL));
    assertThat(image.apply(decision.facts()).security().scramCredentials().keySet())
        .containsExactly(user("v", 2));
  }

  /** What a client that knows the password proves is checked with these keys. */
  @Test
  void theKeysAreThoseOfThePassword() throws Exception {
    ScramFormatter formatter =
        new ScramFormatter(
            org.apache.kafka.common.security.scram.internals.ScramMechanism.SCRAM_SHA_512);
    byte[] salted = formatter.saltedPassword("secret", SALT, ITERATIONS);
    ScramCredential expected = formatter.generateCredential(SALT, salted, ITERATIONS);
    Upsertion upsertion =
        new Upsertion(user("v", 2), ITERATIONS, new Secret(SALT), new Secret(salted));
    ClusterImage after = image.apply(decide(List.of(upsertion), List.of()).facts());
    StoredScramCredential stored =
        Objects.requireNonNull(after.security().scramCredentials().get(user("v", 2)));
    assertThat(stored)
        .isEqualTo(
            new StoredScramCredential(
                SALT, expected.storedKey(), expected.serverKey(), ITERATIONS));
    assertThat(upsertion.toString()).doesNotContain("salt=s").contains("[hidden]");
  }
}
