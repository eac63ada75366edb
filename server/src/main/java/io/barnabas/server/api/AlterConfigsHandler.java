package io.barnabas.server.api;

import io.barnabas.metadata.AlterConfigs;
import io.barnabas.metadata.IncrementalAlterConfigs.Op;
import io.barnabas.metadata.IncrementalAlterConfigs.ResourceResult;
import io.barnabas.server.net.Call;
import io.barnabas.server.settings.LiveSettings;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Gives topics, brokers, groups and subscriptions to clients' metrics all their settings anew: one
 * that is not named gets its default again. Answers when they are in effect on this node.
 *
 * <p>Any node takes the settings of any broker, where Kafka wants to be asked at that broker.
 *
 * <p>Versions 0 to 2. Version 1 changed nothing on the wire; 2 has tagged fields.
 */
final class AlterConfigsHandler extends Handler<AlterConfigsRequestData> {
  private final ControlContext context;
  private final ConfigDef changeable = LiveSettings.changeable();

  /** Changes through the controller. */
  AlterConfigsHandler(ControlContext context) {
    super(ApiKeys.ALTER_CONFIGS, 0, 2);
    this.context = context;
  }

  @Override
  public void handle(AlterConfigsRequestData request, Call call) {
    List<AlteredConfigs> asked =
        request.resources().stream().map(AlterConfigsHandler::asked).toList();
    AlterConfigs command =
        new AlterConfigs(
            asked.stream().map(AlteredConfigs::change).toList(),
            request.validateOnly(),
            context.settings().topicDefaults(context.image()),
            changeable,
            context.atStart().groups().bounds());
    Later.answer(
        call,
        context.change(
            command,
            request.validateOnly(),
            ResourceResult::error,
            IncrementalAlterConfigsHandler.MAX_WAIT_MS),
        results -> answer(AlteredConfigs.answers(asked, results)),
        error -> answer(AlteredConfigs.answers(asked, error)));
  }

  private static AlteredConfigs asked(AlterConfigsResource resource) {
    List<Op> ops =
        resource.configs().stream()
            .map(c -> new Op(c.name(), OpType.SET, Optional.ofNullable(c.value())))
            .toList();
    return new AlteredConfigs(resource.resourceType(), resource.resourceName(), ops);
  }

  private static AlterConfigsResponseData answer(List<AlteredConfigs.Answer> answers) {
    AlterConfigsResponseData response = new AlterConfigsResponseData();
    for (AlteredConfigs.Answer one : answers) {
      response
          .responses()
          .add(
              new AlterConfigsResourceResponse()
                  .setResourceType(one.type())
                  .setResourceName(one.name())
                  .setErrorCode(one.error().code())
                  .setErrorMessage(one.message().isEmpty() ? null : one.message()));
    }
    return response;
  }
}
