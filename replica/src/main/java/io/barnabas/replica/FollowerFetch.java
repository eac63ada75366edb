package io.barnabas.replica;

/**
 * Who fetches as a follower.
 *
 * @param broker its node
 * @param brokerEpoch what it proves itself with, or {@link #NO_PROOF}
 * @param isNew whether it has just asked, so that all below the offset it asks for is on its disk;
 *     else the leader only looks again for what it could answer
 */
public record FollowerFetch(int broker, long brokerEpoch, boolean isNew) {
  /** Of one who does not prove anything. */
  public static final long NO_PROOF = -1;
}
