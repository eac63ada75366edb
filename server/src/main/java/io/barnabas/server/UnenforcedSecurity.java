package io.barnabas.server;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.SecurityImage;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once of each of access rules, quotas and credentials that they are kept and not enforced, as
 * soon as there are any, so that nobody relies on them. For one thread at a time.
 */
final class UnenforcedSecurity {
  private static final Logger LOG = LoggerFactory.getLogger(UnenforcedSecurity.class);

  private final Set<String> known = new LinkedHashSet<>();

  /** Logs what is new in an image. */
  void accept(ClusterImage image) {
    Set<String> found = in(image.security());
    found.removeAll(known);
    known.addAll(found);
    if (!found.isEmpty()) {
      LOG.warn(
          "The cluster has {}, which are kept and not enforced yet: every client may do everything",
          String.join(", ", found));
    }
  }

  /** The kinds of which there are any. */
  static Set<String> in(SecurityImage security) {
    Set<String> kinds = new LinkedHashSet<>();
    if (!security.acls().isEmpty()) {
      kinds.add("access rules (ACLs)");
    }
    if (!security.quotas().isEmpty()) {
      kinds.add("client quotas");
    }
    if (!security.scramCredentials().isEmpty()) {
      kinds.add("SCRAM credentials");
    }
    return kinds;
  }
}
