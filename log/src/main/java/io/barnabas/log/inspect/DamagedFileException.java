package io.barnabas.log.inspect;

import java.io.IOException;

/** A file cannot be read on, because of what is in it. */
public final class DamagedFileException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient Damage damage;

  DamagedFileException(Damage damage) {
    super(damage.file() + " " + damage.sentence());
    this.damage = damage;
  }

  /** What is wrong, and where. */
  public Damage damage() {
    return damage;
  }
}
