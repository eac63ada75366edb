package io.barnabas.server.api;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact.FeatureRange;
import io.barnabas.metadata.Features;
import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.net.Call;
import java.util.Collection;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKeyCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKeyCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Which APIs are served, in which versions, and the cluster's features.
 *
 * <p>Versions 0 to 5. Version 1 has a throttle time; 2 changed nothing; 3 has the client's name and
 * version, tagged fields and features; 4 allows features to begin at level 0; 5 has the cluster and
 * node that the client believes to talk to, and refuses if they are others.
 */
final class ApiVersionsHandler extends Handler<ApiVersionsRequestData> {
  private static final Pattern SOFTWARE =
      Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");

  private static final int FIRST_WITH_LEVEL_ZERO = 4;

  private final ApiVersionCollection table = new ApiVersionCollection();
  private final Supplier<ClusterImage> image;
  private final int nodeId;

  /**
   * Advertises itself and others.
   *
   * @param others all other handlers
   */
  ApiVersionsHandler(
      Collection<? extends ApiHandler<?>> others, Supplier<ClusterImage> image, int nodeId) {
    super(ApiKeys.API_VERSIONS, 0, 5);
    this.image = image;
    this.nodeId = nodeId;
    table.add(entry(this));
    others.stream()
        .sorted((a, b) -> Short.compare(a.api().id, b.api().id))
        .forEach(handler -> table.add(entry(handler)));
  }

  private static ApiVersion entry(ApiHandler<?> handler) {
    // Old librdkafka looks for version 0 of Produce before it uses any compression, so Kafka too
    // says that it serves what it does not.
    short oldest = handler.api() == ApiKeys.PRODUCE ? 0 : handler.oldestVersion();
    return new ApiVersion()
        .setApiKey(handler.api().id)
        .setMinVersion(oldest)
        .setMaxVersion(handler.newestVersion());
  }

  @Override
  public void handle(ApiVersionsRequestData request, Call call) {
    ApiVersionsResponseData answer = new ApiVersionsResponseData();
    if (call.version() >= 3 && !hasProperName(request)) {
      call.answer(answer.setErrorCode(Errors.INVALID_REQUEST.code()));
    } else if (call.version() >= 5 && isForAnother(request)) {
      call.answer(answer.setErrorCode(Errors.REBOOTSTRAP_REQUIRED.code()));
    } else {
      call.answer(all(answer, call.version()));
    }
  }

  private static boolean hasProperName(ApiVersionsRequestData request) {
    return SOFTWARE.matcher(request.clientSoftwareName()).matches()
        && SOFTWARE.matcher(request.clientSoftwareVersion()).matches();
  }

  private boolean isForAnother(ApiVersionsRequestData request) {
    return (request.clusterId() != null && !request.clusterId().equals(image.get().clusterId()))
        || (request.nodeId() >= 0 && request.nodeId() != nodeId);
  }

  private ApiVersionsResponseData all(ApiVersionsResponseData answer, short version) {
    ClusterImage now = image.get();
    SupportedFeatureKeyCollection supported = new SupportedFeatureKeyCollection();
    for (FeatureRange range : Features.supported()) {
      // Older clients do not take a level 0 for one.
      if (range.minLevel() > 0 || version >= FIRST_WITH_LEVEL_ZERO) {
        supported.add(
            new SupportedFeatureKey()
                .setName(range.name())
                .setMinVersion(range.minLevel())
                .setMaxVersion(range.maxLevel()));
      }
    }
    FinalizedFeatureKeyCollection levels = new FinalizedFeatureKeyCollection();
    new TreeMap<>(now.features())
        .forEach(
            (feature, level) ->
                levels.add(
                    new FinalizedFeatureKey()
                        .setName(feature)
                        .setMinVersionLevel(level)
                        .setMaxVersionLevel(level)));
    return answer
        .setApiKeys(table.duplicate())
        .setSupportedFeatures(supported)
        .setFinalizedFeatures(levels)
        .setFinalizedFeaturesEpoch(now.version());
  }
}
