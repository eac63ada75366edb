package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.Features;
import io.barnabas.quorum.Leadership;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a node says and decides before anything else when it begins to decide for the cluster.
 *
 * @param first what that is, as of an image, beside what every controller decides
 */
record Activation(Function<ClusterImage, List<Fact>> first) {
  /** Whether the image says that this leadership has begun. */
  static boolean isDone(ClusterImage image, Leadership leadership) {
    return image.activeController().epoch() == leadership.epoch();
  }

  /** Whether the image knows of earlier leaderships only. */
  static boolean isDue(ClusterImage image, Leadership leadership) {
    return image.activeController().epoch() < leadership.epoch();
  }

  /** For the leader of a quorum whose image is this. */
  List<Fact> facts(ClusterImage image, Leadership leadership) {
    List<Fact> facts = new ArrayList<>();
    facts.add(
        new Fact.ControllerActivated(leadership.leaderId().orElseThrow(), leadership.epoch()));
    facts.addAll(Features.founding(image));
    facts.addAll(first.apply(image));
    return facts;
  }
}
