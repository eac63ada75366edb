package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.FactCodec;
import io.barnabas.metadata.UnreadableFactException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the active controller proposes: facts, and what they were decided on, so that no node
 * applies them to anything else.
 *
 * @param epoch of the controller that decided
 * @param version of the image that it decided on
 * @param digestFormat how the controller's release makes digests
 * @param digest of that image
 */
record Entry(int epoch, long version, byte digestFormat, long digest, List<Fact> facts) {
  private static final byte FORMAT = 3;
  static final int HEAD_BYTES = 2 + Integer.BYTES + 2 * Long.BYTES;

  /** Facts decided on an image. */
  static Entry on(ClusterImage image, int epoch, List<Fact> facts) {
    return new Entry(epoch, image.version(), ClusterImage.DIGEST_FORMAT, image.digest(), facts);
  }

  byte[] encode() {
    byte[] encoded = FactCodec.encode(facts);
    return ByteBuffer.allocate(HEAD_BYTES + encoded.length)
        .put(FORMAT)
        .putInt(epoch)
        .putLong(version)
        .put(digestFormat)
        .putLong(digest)
        .put(encoded)
        .array();
  }

  /**
   * Reads one.
   *
   * @throws UnreadableFactException if the bytes are none, or of a newer release
   */
  static Entry decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.remaining() < HEAD_BYTES) {
      throw new UnreadableFactException(
          "An entry of the metadata log has %d bytes".formatted(in.remaining()));
    }
    byte format = in.get();
    if (format != FORMAT) {
      throw new UnreadableFactException(
          "An entry of the metadata log is in format %d; this release reads format %d"
              .formatted(format, FORMAT));
    }
    int epoch = in.getInt();
    long version = in.getLong();
    byte digestFormat = in.get();
    long digest = in.getLong();
    byte[] facts = new byte[in.remaining()];
    in.get(facts);
    return new Entry(epoch, version, digestFormat, digest, FactCodec.decode(facts));
  }

  /**
   * Whether it is taken in on an image: decided by the controller that is in charge there, or by
   * one that takes charge with it. Any other one, however late it comes, changes nothing on any
   * node.
   */
  boolean isOfControllerInCharge(ClusterImage image) {
    int inCharge = image.activeController().epoch();
    return epoch == inCharge || (epoch > inCharge && takesCharge());
  }

  private boolean takesCharge() {
    return !facts.isEmpty()
        && facts.getFirst() instanceof Fact.ControllerActivated activated
        && activated.epoch() == epoch;
  }

  /**
   * The image after it: but for its version the same as before if it is not taken in.
   *
   * @throws IllegalStateException if it was decided on another image; the message is for the
   *     operator
   */
  ClusterImage applyTo(ClusterImage image) {
    boolean comparable = digestFormat == ClusterImage.DIGEST_FORMAT;
    if (version != image.version() || (comparable && digest != image.digest())) {
      throw new IllegalStateException(
          ("Entry %d of the metadata log was decided on version %d with digest %016x, but this node"
               + " has version %d with digest %016x; its copy of the metadata is damaged. Let the"
               + " other nodes take over its partitions, then start it with an empty data"
               + " directory")
              .formatted(image.version() + 1, version, digest, image.version(), image.digest()));
    }
    return image.apply(isOfControllerInCharge(image) ? facts : List.of());
  }
}
