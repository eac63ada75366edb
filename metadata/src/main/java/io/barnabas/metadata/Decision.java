package io.barnabas.metadata;

import java.util.List;

/**
 * What the controller decided: the facts to be proposed, and the answer once they are committed.
 */
public record Decision<A>(List<Fact> facts, A answer) {
  /** Copies the list. */
  public Decision {
    facts = List.copyOf(facts);
  }
}
