package io.barnabas.server.api;

import io.barnabas.metadata.UpdateFeatures;
import io.barnabas.metadata.UpdateFeatures.Result;
import io.barnabas.metadata.UpdateFeatures.Update;
import io.barnabas.server.net.Call;
import java.util.List;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Changes the levels of features, all or none.
 *
 * <p>Versions 0 to 2. Version 0 can only raise levels, as with Kafka, which does not look at its
 * flag for the other direction; 1 has kinds of changes and can ask without changing anything; 2 has
 * no result for each feature.
 */
final class UpdateFeaturesHandler extends Handler<UpdateFeaturesRequestData> {
  private static final int NO_RESULTS = 2;

  private final ControlContext context;

  /** Changes through the controller. */
  UpdateFeaturesHandler(ControlContext context) {
    super(ApiKeys.UPDATE_FEATURES, 0, 2);
    this.context = context;
  }

  @Override
  public void handle(UpdateFeaturesRequestData request, Call call) {
    List<Update> updates =
        request.featureUpdates().stream()
            .map(u -> new Update(u.feature(), u.maxVersionLevel(), type(u, call.version())))
            .toList();
    List<String> features = updates.stream().map(Update::feature).toList();
    Later.answer(
        call,
        Later.within(
            context.world(),
            request.timeoutMs(),
            context
                .controller()
                .submit(new UpdateFeatures(context.nodeId(), updates, request.validateOnly()))),
        result -> answer(result, features, call.version()),
        error ->
            new UpdateFeaturesResponseData()
                .setErrorCode(error.code())
                .setErrorMessage(error.message()));
  }

  private static UpgradeType type(FeatureUpdateKey update, short version) {
    return version == 0 ? UpgradeType.UPGRADE : UpgradeType.fromCode(update.upgradeType());
  }

  private static UpdateFeaturesResponseData answer(
      Result result, List<String> features, short version) {
    UpdateFeaturesResponseData answer =
        new UpdateFeaturesResponseData().setErrorCode(result.error().code());
    result
        .message()
        .ifPresent(
            message ->
                answer.setErrorMessage(
                    "The update failed for all features since the following feature had an error: "
                        + message));
    if (version < NO_RESULTS && result.error() == Errors.NONE) {
      for (String feature : features) {
        answer
            .results()
            .add(
                new UpdatableFeatureResult()
                    .setFeature(feature)
                    .setErrorCode(Errors.NONE.code())
                    .setErrorMessage(Errors.NONE.name()));
      }
    }
    return answer;
  }
}
