package io.barnabas.server;

import io.barnabas.metadata.ClusterImage;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator that this node acknowledges what is not on its disk, where a topic does not
 * say otherwise: when it starts, and when that is changed while it runs. Told of images in order,
 * by one thread at a time.
 */
final class UnforcedByDefault {
  private static final Logger LOG = LoggerFactory.getLogger(UnforcedByDefault.class);
  private static final String FLUSH_MESSAGES = "flush.messages";
  private static final String EACH = "1";

  private final Function<ClusterImage, Map<String, String>> defaults;
  private Object looked = "nothing yet";
  private String known = EACH;

  /**
   * For one node.
   *
   * @param defaults what a topic gets here for settings of which it has no value of its own
   */
  UnforcedByDefault(Function<ClusterImage, Map<String, String>> defaults) {
    this.defaults = defaults;
  }

  /** Logs it if it is not as in the image before; whether it did. */
  boolean accept(ClusterImage image) {
    Object configs = image.configs();
    if (configs.equals(looked)) {
      return false;
    }
    looked = configs;
    String before = known;
    known = defaults.apply(image).getOrDefault(FLUSH_MESSAGES, EACH);
    if (known.equals(before) || known.equals(EACH)) {
      return false;
    }
    LOG.warn(
        "log.flush.interval.messages is {} here: a crash of this node may take acknowledged records"
            + " of topics without a flush.messages of their own, and it is not relied on for these"
            + " afterwards",
        known);
    return true;
  }
}
