package io.barnabas.metadata;

import io.barnabas.metadata.Fact.FeatureRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.protocol.Errors;

/**
 * Changes the levels of features, all or none: as far as the controllers and brokers that are known
 * support them, and down only where the request says so.
 *
 * @param nodeId the controller that decides
 * @param validateOnly whether to answer only, and change nothing
 */
public record UpdateFeatures(int nodeId, List<Update> updates, boolean validateOnly)
    implements Command<UpdateFeatures.Result> {
  /** Copies the list. */
  public UpdateFeatures {
    updates = List.copyOf(updates);
  }

  @Override
  public Decision<Result> decide(ClusterImage image, long nowMs) {
    List<Fact> facts = new ArrayList<>();
    for (Update update : updates) {
      Optional<String> refusal = refusal(image, update);
      if (refusal.isPresent()) {
        String message =
            "Invalid update version %d for feature %s. %s"
                .formatted(update.level(), update.feature(), refusal.get());
        return new Decision<>(
            List.of(), new Result(Errors.INVALID_UPDATE_VERSION, Optional.of(message)));
      }
      if (current(image, update.feature()) != update.level()) {
        facts.add(new Fact.FeatureLevelSet(update.feature(), update.level()));
      }
    }
    return new Decision<>(
        validateOnly ? List.of() : facts, new Result(Errors.NONE, Optional.empty()));
  }

  private static short current(ClusterImage image, String feature) {
    Short level = image.features().get(feature);
    return level == null ? 0 : level;
  }

  private Optional<String> refusal(ClusterImage image, Update update) {
    if (update.type() == UpgradeType.UNKNOWN) {
      return Optional.of("The controller does not support the given upgrade type.");
    }
    if (update.level() < 0) {
      return Optional.of("A feature version cannot be less than 0.");
    }
    Optional<String> reason = reasonNotSupported(image, update);
    if (reason.isPresent()) {
      return reason;
    }
    if (Features.supported(update.feature()).isEmpty()) {
      return Optional.of("Feature %s not found.".formatted(update.feature()));
    }
    short current = current(image, update.feature());
    if (update.level() < current && update.type() == UpgradeType.UPGRADE) {
      return Optional.of(
          "Can't downgrade the version of this feature without setting the upgrade type to either"
              + " safe or unsafe downgrade.");
    }
    if (update.level() > current && update.type() != UpgradeType.UPGRADE) {
      return Optional.of("Can't downgrade to a newer version.");
    }
    return Optional.empty();
  }

  private Optional<String> reasonNotSupported(ClusterImage image, Update update) {
    Optional<String> own =
        reasonNotSupported("Local controller " + nodeId, Features.supported(), update);
    if (own.isPresent()) {
      return own;
    }
    for (Map.Entry<Integer, Fact.ControllerImage> other :
        new TreeMap<>(image.controllers()).entrySet()) {
      Optional<String> reason =
          other.getKey() == nodeId
              ? Optional.empty()
              : reasonNotSupported(
                  "Controller " + other.getKey(), other.getValue().features(), update);
      if (reason.isPresent()) {
        return reason;
      }
    }
    for (Map.Entry<Integer, Fact.BrokerImage> broker : new TreeMap<>(image.brokers()).entrySet()) {
      Optional<String> reason =
          reasonNotSupported("Broker " + broker.getKey(), broker.getValue().features(), update);
      if (reason.isPresent()) {
        return reason;
      }
    }
    return Optional.empty();
  }

  /** A node that says nothing of features is of this release. */
  private static Optional<String> reasonNotSupported(
      String node, List<FeatureRange> said, Update update) {
    List<FeatureRange> ranges = said.isEmpty() ? Features.supported() : said;
    FeatureRange range =
        Features.find(ranges, update.feature())
            .orElse(new FeatureRange(update.feature(), (short) 0, (short) 0));
    if (update.level() >= range.minLevel() && update.level() <= range.maxLevel()) {
      return Optional.empty();
    }
    return Optional.of(
        range.maxLevel() == 0
            ? node + " does not support this feature."
            : "%s only supports versions %d-%d"
                .formatted(node, range.minLevel(), range.maxLevel()));
  }

  /**
   * The change of one feature.
   *
   * @param level 0 switches it off
   */
  public record Update(String feature, short level, UpgradeType type) {}

  /**
   * What became of all of them.
   *
   * @param message why they were refused
   */
  public record Result(Errors error, Optional<String> message) {}
}
