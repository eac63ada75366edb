package io.barnabas.server.api;

import io.barnabas.metadata.IncrementalAlterConfigs;
import io.barnabas.metadata.IncrementalAlterConfigs.Change;
import io.barnabas.metadata.IncrementalAlterConfigs.Op;
import io.barnabas.metadata.IncrementalAlterConfigs.ResourceResult;
import io.barnabas.server.net.Call;
import io.barnabas.server.settings.LiveSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Changes settings of topics and of nodes. Answers when they are in effect on this node.
 *
 * <p>Versions 0 and 1. Version 1 has tagged fields.
 */
final class IncrementalAlterConfigsHandler extends Handler<IncrementalAlterConfigsRequestData> {
  /** The request has no time limit of its own; this is the usual one of clients. */
  private static final int MAX_WAIT_MS = 30_000;

  private final ControlContext context;
  private final ConfigDef changeable = LiveSettings.changeable();

  /** Changes through the controller. */
  IncrementalAlterConfigsHandler(ControlContext context) {
    super(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 0, 1);
    this.context = context;
  }

  @Override
  public void handle(IncrementalAlterConfigsRequestData request, Call call) {
    List<Asked> asked = request.resources().stream().map(Asked::of).toList();
    IncrementalAlterConfigs command =
        new IncrementalAlterConfigs(
            asked.stream().map(Asked::change).toList(),
            request.validateOnly(),
            context.settings().topicDefaults(context.image()),
            changeable);
    Later.answer(
        call,
        context.change(command, request.validateOnly(), ResourceResult::error, MAX_WAIT_MS),
        IncrementalAlterConfigsHandler::answer,
        error -> refusal(asked, error));
  }

  private static IncrementalAlterConfigsResponseData refusal(List<Asked> asked, Errors error) {
    IncrementalAlterConfigsResponseData answer = new IncrementalAlterConfigsResponseData();
    for (Asked one : asked) {
      answer
          .responses()
          .add(
              new IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse()
                  .setResourceType(one.type())
                  .setResourceName(one.name())
                  .setErrorCode(error.code())
                  .setErrorMessage(error.message()));
    }
    return answer;
  }

  private static IncrementalAlterConfigsResponseData answer(List<ResourceResult> results) {
    IncrementalAlterConfigsResponseData answer = new IncrementalAlterConfigsResponseData();
    results.forEach(result -> answer.responses().add(response(result)));
    return answer;
  }

  private static IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse response(
      ResourceResult result) {
    return new IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse()
        .setResourceType(result.resource().type().id())
        .setResourceName(result.resource().name())
        .setErrorCode(result.error().code())
        .setErrorMessage(result.message().orElse(null));
  }

  /** A resource of the request, kept for the answer. */
  private record Asked(byte type, String name, List<Op> ops) {
    static Asked of(AlterConfigsResource resource) {
      List<Op> ops = new ArrayList<>();
      resource
          .configs()
          .forEach(
              config ->
                  ops.add(
                      new Op(
                          config.name(),
                          config.configOperation(),
                          Optional.ofNullable(config.value()))));
      return new Asked(resource.resourceType(), resource.resourceName(), ops);
    }

    Change change() {
      return new Change(new ConfigResource(ConfigResource.Type.forId(type), name), ops);
    }
  }
}
