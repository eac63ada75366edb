package io.barnabas.server.net;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.protocol.Readable;

/** Reads a value of one of the kinds that there are. */
final class MessageValues {
  private MessageValues() {}

  static Object read(Readable source, int kind) {
    return switch (kind) {
      case 0 -> source.readByte();
      case 1 -> source.readShort();
      case 2 -> source.readInt();
      case 3 -> source.readLong();
      case 4 -> source.readDouble();
      case 5 -> source.readUnsignedVarint();
      case 6 -> source.readVarint();
      case 7 -> source.readVarlong();
      default -> {
        ByteBuffer bytes = source.readByteBuffer(3);
        yield Arrays.toString(source.readArray(5)) + bytes.remaining();
      }
    };
  }
}
