package io.barnabas.log;

/**
 * The number of a leadership of a partition.
 *
 * @param value 0 or more; -1 when there is none
 */
public record LeaderEpoch(int value) {
  /** No leadership. */
  public static final LeaderEpoch NONE = new LeaderEpoch(-1);
}
