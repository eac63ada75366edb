package io.barnabas.server.membership;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/** A tagged field that holds ids and nobody but Barnabas knows of. */
final class UuidField {
  private static final int ID_BYTES = 2 * Long.BYTES;

  private UuidField() {}

  /** Adds one to a message. */
  static void add(ApiMessage message, int tag, Collection<Uuid> ids) {
    ByteBuffer bytes = ByteBuffer.allocate(ids.size() * ID_BYTES);
    ids.stream()
        .sorted()
        .forEach(
            id -> bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()));
    message.unknownTaggedFields().add(new RawTaggedField(tag, bytes.array()));
    // On the wire they are in the order of their tags.
    message.unknownTaggedFields().sort(Comparator.comparingInt(RawTaggedField::tag));
  }

  /** What is in it; empty if there is none. */
  static Optional<Set<Uuid>> in(ApiMessage message, int tag) {
    return message.unknownTaggedFields().stream()
        .filter(field -> field.tag() == tag && field.size() % ID_BYTES == 0)
        .findFirst()
        .map(field -> ids(ByteBuffer.wrap(field.data())));
  }

  private static Set<Uuid> ids(ByteBuffer bytes) {
    Set<Uuid> ids = new HashSet<>();
    while (bytes.hasRemaining()) {
      ids.add(new Uuid(bytes.getLong(), bytes.getLong()));
    }
    return ids;
  }
}
