package io.barnabas.server.api;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.server.net.Call;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * What can be described by its settings: all topics and brokers, and those groups and subscriptions
 * to clients' metrics that have settings of their own.
 *
 * <p>Versions 0 and 1. Version 0 knows of subscriptions alone; 1 asks for kinds, of which none
 * means all.
 */
final class ListConfigResourcesHandler extends Handler<ListConfigResourcesRequestData> {
  private static final List<ConfigResource.Type> ALL =
      List.of(
          ConfigResource.Type.GROUP,
          ConfigResource.Type.CLIENT_METRICS,
          ConfigResource.Type.BROKER_LOGGER,
          ConfigResource.Type.BROKER,
          ConfigResource.Type.TOPIC);

  private final ControlContext context;

  /** Answers from the controller's image. */
  ListConfigResourcesHandler(ControlContext context) {
    super(ApiKeys.LIST_CONFIG_RESOURCES, 0, 1);
    this.context = context;
  }

  @Override
  public void handle(ListConfigResourcesRequestData request, Call call) {
    ListConfigResourcesResponseData answer = new ListConfigResourcesResponseData();
    Set<ConfigResource.Type> wanted =
        request.resourceTypes().stream()
            .map(ConfigResource.Type::forId)
            .collect(Collectors.toSet());
    if (!ALL.containsAll(wanted)) {
      call.answer(answer.setErrorCode(Errors.UNSUPPORTED_VERSION.code()));
      return;
    }
    ClusterImage image = context.image();
    Collection<ConfigResource.Type> types =
        call.version() == 0
            ? List.of(ConfigResource.Type.CLIENT_METRICS)
            : wanted.isEmpty() ? ALL : wanted;
    for (ConfigResource.Type type : ALL) {
      if (types.contains(type)) {
        names(type, image)
            .forEach(
                name ->
                    answer
                        .configResources()
                        .add(
                            new ListConfigResourcesResponseData.ConfigResource()
                                .setResourceType(type.id())
                                .setResourceName(name)));
      }
    }
    call.answer(answer);
  }

  private static Collection<String> names(ConfigResource.Type type, ClusterImage image) {
    Stream<String> names =
        switch (type) {
          case TOPIC -> image.topicIds().keySet().stream();
          case BROKER, BROKER_LOGGER ->
              image.brokers().values().stream()
                  .filter(broker -> !broker.fenced())
                  .map(broker -> Integer.toString(broker.id()));
          default ->
              image.configs().keySet().stream()
                  .filter(resource -> resource.type() == type)
                  .map(ConfigResource::name);
        };
    return names.collect(Collectors.toCollection(TreeSet::new));
  }
}
