package io.barnabas.log.inspect;

import java.nio.file.Path;

/**
 * Something in a file that is not as it was written.
 *
 * @param position the first byte of it, as far as that is known
 * @param bytes how many bytes are concerned; -1 if nobody can tell
 * @param firstOffset the first of the offsets that may be concerned; -1 if they are none
 * @param lastOffset the last of them; -1 if nobody can tell
 * @param what what is wrong, such as {@code does not match its checksum}
 */
public record Damage(
    Path file, long position, long bytes, long firstOffset, long lastOffset, String what)
    implements Piece {

  /** Damage that is not about offsets. */
  static Damage of(Path file, long position, String what) {
    return new Damage(file, position, -1, -1, -1, what);
  }

  /** One line for a person, without the file's name and a full stop. */
  public String sentence() {
    StringBuilder text = new StringBuilder("at byte ").append(position).append(' ').append(what);
    if (bytes >= 0) {
      text.append(", ").append(bytes).append(" bytes");
    }
    if (firstOffset >= 0 && lastOffset >= 0) {
      text.append(", offsets ").append(firstOffset).append(" to ").append(lastOffset);
    } else if (firstOffset >= 0) {
      text.append(", offsets from ").append(firstOffset).append(" on");
    }
    return text.toString();
  }
}
