package io.barnabas.server.api;

import io.barnabas.metadata.IncrementalAlterConfigs;
import io.barnabas.metadata.IncrementalAlterConfigs.Op;
import io.barnabas.metadata.IncrementalAlterConfigs.ResourceResult;
import io.barnabas.server.net.Call;
import io.barnabas.server.settings.LiveSettings;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Changes settings of topics, brokers, groups and subscriptions to clients' metrics. Answers when
 * they are in effect on this node.
 *
 * <p>Any node takes the settings of any broker, where Kafka wants to be asked at that broker.
 *
 * <p>Versions 0 and 1. Version 1 has tagged fields.
 */
final class IncrementalAlterConfigsHandler extends Handler<IncrementalAlterConfigsRequestData> {
  /** The request has no time limit of its own; this is the usual one of clients. */
  static final int MAX_WAIT_MS = 30_000;

  private final ControlContext context;
  private final ConfigDef changeable = LiveSettings.changeable();

  /** Changes through the controller. */
  IncrementalAlterConfigsHandler(ControlContext context) {
    super(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 0, 1);
    this.context = context;
  }

  @Override
  public void handle(IncrementalAlterConfigsRequestData request, Call call) {
    List<AlteredConfigs> asked =
        request.resources().stream().map(IncrementalAlterConfigsHandler::asked).toList();
    IncrementalAlterConfigs command =
        new IncrementalAlterConfigs(
            asked.stream().map(AlteredConfigs::change).toList(),
            request.validateOnly(),
            context.settings().topicDefaults(context.image()),
            changeable,
            context.atStart().groups().bounds());
    Later.answer(
        call,
        context.change(command, request.validateOnly(), ResourceResult::error, MAX_WAIT_MS),
        results -> answer(AlteredConfigs.answers(asked, results)),
        error -> answer(AlteredConfigs.answers(asked, error)));
  }

  /** A resource of a request, as what it asks for. */
  static AlteredConfigs asked(AlterConfigsResource resource) {
    List<Op> ops =
        resource.configs().stream()
            .map(c -> new Op(c.name(), c.configOperation(), Optional.ofNullable(c.value())))
            .toList();
    return new AlteredConfigs(resource.resourceType(), resource.resourceName(), ops);
  }

  /** The message that says what became of resources. */
  static IncrementalAlterConfigsResponseData answer(List<AlteredConfigs.Answer> answers) {
    IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
    for (AlteredConfigs.Answer one : answers) {
      response
          .responses()
          .add(
              new IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse()
                  .setResourceType(one.type())
                  .setResourceName(one.name())
                  .setErrorCode(one.error().code())
                  .setErrorMessage(one.message().isEmpty() ? null : one.message()));
    }
    return response;
  }
}
