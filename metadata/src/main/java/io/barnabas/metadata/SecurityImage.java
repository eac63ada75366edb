package io.barnabas.metadata;

import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** Who may do what, how much, and how they prove who they are. */
public record SecurityImage(
    PMap<Uuid, AclBinding> acls,
    PMap<ClientQuotaEntity, PMap<String, Double>> quotas,
    PMap<Fact.ScramUser, StoredScramCredential> scramCredentials) {

  /** No rules, no quotas, no credentials. */
  public static final SecurityImage EMPTY =
      new SecurityImage(HashTreePMap.empty(), HashTreePMap.empty(), HashTreePMap.empty());

  SecurityImage with(Fact.AclAdded fact) {
    return new SecurityImage(acls.plus(fact.id(), fact.binding()), quotas, scramCredentials);
  }

  SecurityImage with(Fact.AclRemoved fact) {
    return new SecurityImage(acls.minus(fact.id()), quotas, scramCredentials);
  }

  SecurityImage with(Fact.QuotaChanged fact) {
    PMap<String, Double> found = quotas.get(fact.entity());
    PMap<String, Double> before = found == null ? HashTreePMap.empty() : found;
    PMap<String, Double> after =
        fact.value()
            .map(value -> before.plus(fact.key(), value))
            .orElseGet(() -> before.minus(fact.key()));
    return new SecurityImage(
        acls,
        after.isEmpty() ? quotas.minus(fact.entity()) : quotas.plus(fact.entity(), after),
        scramCredentials);
  }

  SecurityImage with(Fact.ScramCredentialChanged fact) {
    return new SecurityImage(
        acls,
        quotas,
        fact.credential()
            .map(credential -> scramCredentials.plus(fact.user(), credential))
            .orElseGet(() -> scramCredentials.minus(fact.user())));
  }

  /** What leads to a rule from nothing; null if there is none of this id. */
  @Nullable Fact aclFact(Uuid id) {
    AclBinding binding = acls.get(id);
    return binding == null ? null : new Fact.AclAdded(id, binding);
  }

  /** What leads to a quota from nothing; null if there is none. */
  @Nullable Fact quotaFact(ClientQuotaEntity entity, String key) {
    PMap<String, Double> found = quotas.get(entity);
    Double value = found == null ? null : found.get(key);
    return value == null ? null : new Fact.QuotaChanged(entity, key, Optional.of(value));
  }

  /** What leads to a credential from nothing; null if there is none. */
  @Nullable Fact credentialFact(Fact.ScramUser user) {
    StoredScramCredential credential = scramCredentials.get(user);
    return credential == null
        ? null
        : new Fact.ScramCredentialChanged(user, Optional.of(credential));
  }

  /** What is kept of a password (RFC 5802). Immutable: arrays are copied in and out. */
  public static final class StoredScramCredential {
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;
    private final int iterations;

    /**
     * As derived from the password.
     *
     * @param iterations how often it was hashed
     */
    public StoredScramCredential(byte[] salt, byte[] storedKey, byte[] serverKey, int iterations) {
      this.salt = salt.clone();
      this.storedKey = storedKey.clone();
      this.serverKey = serverKey.clone();
      this.iterations = iterations;
    }

    /** What was added to the password. */
    public byte[] salt() {
      return salt.clone();
    }

    /** What the client's proof is checked with. */
    public byte[] storedKey() {
      return storedKey.clone();
    }

    /** What the server proves itself with. */
    public byte[] serverKey() {
      return serverKey.clone();
    }

    /** How often the password was hashed. */
    public int iterations() {
      return iterations;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof StoredScramCredential that
          && iterations == that.iterations
          && Arrays.equals(salt, that.salt)
          && Arrays.equals(storedKey, that.storedKey)
          && Arrays.equals(serverKey, that.serverKey);
    }

    @Override
    public int hashCode() {
      return 31 * Arrays.hashCode(salt) + iterations;
    }

    /** Nothing that helps to guess the password. */
    @Override
    public String toString() {
      return "StoredScramCredential[iterations=%d]".formatted(iterations);
    }
  }
}
