package io.barnabas.quorum;

import java.io.IOException;

/** A change of the quorum's members was refused; nothing changed. */
public final class MembershipException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Why a change of members is refused. */
  public enum Reason {
    /** Such a voter is there already. */
    DUPLICATE_VOTER,
    /** There is no such voter. */
    VOTER_NOT_FOUND,
    /** Another change is under way, or the member cannot be reached or does not catch up. */
    NOT_NOW,
    /** The quorum's size would leave the bounds of one to five voters. */
    BOUNDS
  }

  private final Reason reason;

  /**
   * Gives the reason.
   *
   * @param message one sentence for the operator
   */
  public MembershipException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why it was refused. */
  public Reason reason() {
    return reason;
  }
}
