package io.barnabas.metadata;

import io.barnabas.metadata.Fact.ScramUser;
import io.barnabas.metadata.SecurityImage.StoredScramCredential;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.DuplicateResourceException;
import org.apache.kafka.common.errors.ResourceNotFoundException;
import org.apache.kafka.common.errors.UnacceptableCredentialException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;

/**
 * Sets and removes what users prove themselves with. Each user is for itself, and one request
 * changes one credential of each at most.
 */
public record AlterScramCredentials(List<Upsertion> upsertions, List<ScramUser> deletions)
    implements Command<List<AlterScramCredentials.UserResult>> {
  /** Copies the lists. */
  public AlterScramCredentials {
    upsertions = List.copyOf(upsertions);
    deletions = List.copyOf(deletions);
  }

  /** One result for each user. */
  @Override
  public Decision<List<UserResult>> decide(ClusterImage image, long nowMs) {
    Map<String, ApiException> refused = new LinkedHashMap<>();
    Map<String, Fact> changes = new LinkedHashMap<>();
    for (ScramUser deletion : deletions) {
      alter(deletion.name(), refused, changes, () -> delete(image, deletion));
    }
    for (Upsertion upsertion : upsertions) {
      alter(upsertion.user().name(), refused, changes, () -> upsert(upsertion));
    }
    List<UserResult> results = new ArrayList<>();
    changes.keySet().forEach(u -> results.add(new UserResult(u, Errors.NONE, Optional.empty())));
    refused.forEach(
        (user, e) ->
            results.add(
                new UserResult(
                    user, Errors.forException(e), Optional.ofNullable(Refusal.messageOf(e)))));
    return new Decision<>(List.copyOf(changes.values()), results);
  }

  private interface Change {
    Fact decide();
  }

  private static void alter(
      String user, Map<String, ApiException> refused, Map<String, Fact> changes, Change change) {
    if (refused.containsKey(user)) {
      return;
    }
    try {
      if (changes.remove(user) != null) {
        throw new DuplicateResourceException(
            "A user credential cannot be altered twice in the same request");
      }
      changes.put(user, change.decide());
    } catch (ApiException e) {
      refused.put(user, e);
    }
  }

  private static Fact delete(ClusterImage image, ScramUser user) {
    check(user);
    if (!image.security().scramCredentials().containsKey(user)) {
      throw new ResourceNotFoundException(
          "Attempt to delete a user credential that does not exist");
    }
    return new Fact.ScramCredentialChanged(user, Optional.empty());
  }

  private static Fact upsert(Upsertion upsertion) {
    check(upsertion.user());
    if (upsertion.iterations() < mechanism(upsertion.user()).minIterations()) {
      throw new UnacceptableCredentialException("Too few iterations");
    }
    if (upsertion.iterations() > mechanism(upsertion.user()).maxIterations()) {
      throw new UnacceptableCredentialException("Too many iterations");
    }
    return new Fact.ScramCredentialChanged(upsertion.user(), Optional.of(upsertion.credential()));
  }

  private static void check(ScramUser user) {
    if (user.name().isEmpty()) {
      throw new UnacceptableCredentialException("Username must not be empty");
    }
    if (user.mechanism() == ScramMechanism.UNKNOWN) {
      throw new UnsupportedSaslMechanismException("Unknown SCRAM mechanism");
    }
  }

  private static org.apache.kafka.common.security.scram.internals.ScramMechanism mechanism(
      ScramUser user) {
    return org.apache.kafka.common.security.scram.internals.ScramMechanism.forMechanismName(
        user.mechanism().mechanismName());
  }

  /**
   * A credential that is to be there.
   *
   * @param iterations how often the password was hashed
   */
  public record Upsertion(ScramUser user, int iterations, Secret salt, Secret saltedPassword) {

    /** What is kept of it, which tells nothing of the password. */
    StoredScramCredential credential() {
      if (saltedPassword.bytes().length == 0) {
        throw new UnacceptableCredentialException("The salted password must not be empty");
      }
      try {
        ScramFormatter formatter = new ScramFormatter(mechanism(user));
        byte[] clientKey = formatter.clientKey(saltedPassword.bytes());
        return new StoredScramCredential(
            salt.bytes(),
            formatter.storedKey(clientKey),
            formatter.serverKey(saltedPassword.bytes()),
            iterations);
      } catch (GeneralSecurityException e) {
        throw new UnsupportedSaslMechanismException(
            "This node cannot compute " + user.mechanism().mechanismName(), e);
      }
    }
  }

  /** Bytes that are not to be printed. Immutable: copied in, and not given out. */
  public static final class Secret {
    private final byte[] bytes;

    /** Copies. */
    public Secret(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    byte[] bytes() {
      return bytes;
    }

    @Override
    public String toString() {
      return "[hidden]";
    }
  }

  /**
   * What became of one user.
   *
   * @param message why it was refused
   */
  public record UserResult(String user, Errors error, Optional<String> message) {}
}
