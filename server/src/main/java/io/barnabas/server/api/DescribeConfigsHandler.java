package io.barnabas.server.api;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Refusal;
import io.barnabas.server.net.Call;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * The settings of topics, of this node, of its loggers, of groups and of subscriptions to clients'
 * metrics. What is secret has no value here.
 *
 * <p>A resource that is named more than once is answered once, where Kafka answers each mention: a
 * small request could ask for an answer without bounds. For the same reason this node is 1 and not
 * 01, which Kafka takes for the same.
 *
 * <p>Versions 1 to 4. Version 2 changed nothing on the wire; 3 has types and documentation; 4 has
 * tagged fields.
 */
final class DescribeConfigsHandler extends Handler<DescribeConfigsRequestData> {
  /** How many resources one request may name. */
  private static final int MAX_RESOURCES = 10_000;

  private static final String TOO_MANY_RESOURCES =
      "At most %d resources can be described at once.".formatted(MAX_RESOURCES);

  private final ControlContext context;

  /** Answers from the settings and the controller's image. */
  DescribeConfigsHandler(ControlContext context) {
    super(ApiKeys.DESCRIBE_CONFIGS, 1, 4);
    this.context = context;
  }

  @Override
  public void handle(DescribeConfigsRequestData request, Call call) {
    DescribeConfigsResponseData answer = new DescribeConfigsResponseData();
    Map<Key, DescribeConfigsResource> resources = new LinkedHashMap<>();
    request
        .resources()
        .forEach(r -> resources.putIfAbsent(new Key(r.resourceType(), r.resourceName()), r));
    ClusterImage image = context.image();
    ConfigDescriber describer = new ConfigDescriber(context.settings(), image);
    boolean tooMany = resources.size() > MAX_RESOURCES;
    for (DescribeConfigsResource resource : resources.values()) {
      answer
          .results()
          .add(tooMany ? tooMany(resource) : describe(resource, image, describer, request));
    }
    call.answer(answer);
  }

  /** Which resource is meant. */
  private record Key(byte type, String name) {}

  private static DescribeConfigsResult of(DescribeConfigsResource resource) {
    return new DescribeConfigsResult()
        .setResourceType(resource.resourceType())
        .setResourceName(resource.resourceName());
  }

  private static DescribeConfigsResult tooMany(DescribeConfigsResource resource) {
    return of(resource)
        .setErrorCode(Errors.INVALID_REQUEST.code())
        .setErrorMessage(TOO_MANY_RESOURCES);
  }

  private DescribeConfigsResult describe(
      DescribeConfigsResource resource,
      ClusterImage image,
      ConfigDescriber describer,
      DescribeConfigsRequestData request) {
    DescribeConfigsResult result = of(resource);
    try {
      List<DescribeConfigsResourceResult> all = all(resource, image, describer);
      return result.setConfigs(wanted(all, resource, request));
    } catch (ApiException e) {
      return result
          .setErrorCode(Errors.forException(e).code())
          .setErrorMessage(Refusal.messageOf(e));
    }
  }

  private List<DescribeConfigsResourceResult> all(
      DescribeConfigsResource resource, ClusterImage image, ConfigDescriber describer) {
    String name = resource.resourceName();
    ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
    return switch (type) {
      case TOPIC -> {
        Topic.validate(name);
        if (image.topicByName(name).isEmpty()) {
          throw new UnknownTopicOrPartitionException(Errors.UNKNOWN_TOPIC_OR_PARTITION.message());
        }
        yield describer.topic(name);
      }
      case BROKER -> {
        if (name.isEmpty()) {
          yield describer.allNodes();
        }
        requireThisNode(name, " or empty string,");
        yield describer.node();
      }
      case BROKER_LOGGER -> {
        if (name.isEmpty()) {
          throw new InvalidRequestException("Broker id must not be empty");
        }
        requireThisNode(name, "");
        yield ConfigDescriber.loggers(LoggerLevels.ofProgram());
      }
      case GROUP -> {
        if (name.isEmpty()) {
          throw new InvalidRequestException("Group name must not be empty");
        }
        yield describer.group(name);
      }
      case CLIENT_METRICS -> {
        if (name.isEmpty()) {
          throw new InvalidRequestException("Client metrics subscription name must not be empty");
        }
        yield describer.clientMetrics(name);
      }
      default -> throw new InvalidRequestException("Unsupported resource type: " + type);
    };
  }

  private void requireThisNode(String name, String orElse) {
    int id;
    try {
      id = Integer.parseInt(name);
    } catch (NumberFormatException e) {
      throw new InvalidRequestException("Broker id must be an integer, but it is: " + name);
    }
    if (id != context.nodeId() || !Integer.toString(id).equals(name)) {
      throw new InvalidRequestException(
          "Unexpected broker id, expected %d%s but received %s"
              .formatted(context.nodeId(), orElse, name));
    }
  }

  private static List<DescribeConfigsResourceResult> wanted(
      List<DescribeConfigsResourceResult> all,
      DescribeConfigsResource resource,
      DescribeConfigsRequestData request) {
    List<String> names = resource.configurationKeys();
    // No names mean all, as null does: so does Kafka.
    Set<String> keys = names == null ? Set.of() : new HashSet<>(names);
    List<DescribeConfigsResourceResult> wanted =
        all.stream().filter(c -> keys.isEmpty() || keys.contains(c.name())).toList();
    for (DescribeConfigsResourceResult config : wanted) {
      if (!request.includeSynonyms()) {
        config.setSynonyms(List.of());
      }
      if (!request.includeDocumentation()) {
        config.setDocumentation(null);
      }
    }
    return wanted;
  }
}
