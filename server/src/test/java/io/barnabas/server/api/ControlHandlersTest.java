package io.barnabas.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.metadata.RegisterBroker;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.SingleNodeOptions;
import io.barnabas.quorum.SingleNodeQuorum;
import io.barnabas.replica.ReplicaLinks;
import io.barnabas.replica.Replicas;
import io.barnabas.server.control.Controller;
import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.settings.LiveSettings;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.World;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** The handlers of the control plane on a controller, on a node that never gets ready. */
class ControlHandlersTest {
  private static final QuorumMember SELF = new QuorumMember(1, new UUID(1, 1), "127.0.0.1", 9093);

  private static final int DESCRIBE_CONFIGS = 4;
  private static final int CREATE_TOPICS = 7;
  private static final int DELETE_TOPICS = 6;
  private static final int ALTER_CONFIGS = 1;
  private static final int WAIT_MS = 1_000;

  interface Body {
    void run(ControlContext context) throws Exception;
  }

  static void run(Body body) {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    assertThat(world.run(() -> with(world, body))).isEqualTo(RunEnd.FINISHED);
  }

  private static void with(World world, Body body) throws Exception {
    Path path = Path.of("/data");
    LiveSettings settings =
        new LiveSettings(NodeSettings.parse(Map.of("log.dirs", "/data", "node.id", "1")));
    try (LogDirectory directory = LogDirectory.open(world, path, LogDirectoryOptions.defaults());
        Controller controller =
            Controller.start(
                world,
                SingleNodeQuorum.open(
                    world, SELF, path.resolve("quorum"), SingleNodeOptions.defaults()),
                "cluster",
                cause -> assertThat(cause).isNull());
        Replicas replicas =
            new Replicas(world, directory, 1, settings::topicDefaults, ReplicaLinks.none())) {
      controller.submit(new RegisterBroker(1, new Uuid(1, 1), Optional.empty(), List.of())).join();
      body.run(
          new ControlContext(
              world, settings, controller, replicas, directory, CompletableFuture::new));
    }
  }

  static <Q extends ApiMessage, A extends ApiMessage> A ask(
      ApiHandler<Q> handler, int version, Q request, Class<A> type) {
    FakeCall call = new FakeCall(version);
    handler.handle(request, call);
    return call.await(type);
  }

  private static List<DescribeConfigsResult> describe(
      ControlContext context, ConfigResource.Type type, int count, Function<Integer, String> name) {
    List<DescribeConfigsResource> resources = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      resources.add(
          new DescribeConfigsResource()
              .setResourceType(type.id())
              .setResourceName(name.apply(i))
              .setConfigurationKeys(null));
    }
    return ask(
            new DescribeConfigsHandler(context),
            DESCRIBE_CONFIGS,
            new DescribeConfigsRequestData().setResources(resources),
            DescribeConfigsResponseData.class)
        .results();
  }

  @Test
  void aResourceIsDescribedOnceHoweverOftenItIsNamed() {
    run(
        context -> {
          assertThat(describe(context, ConfigResource.Type.BROKER, 100, i -> "1"))
              .singleElement()
              .satisfies(result -> assertThat(result.configs()).isNotEmpty());
          assertThat(describe(context, ConfigResource.Type.BROKER, 100, i -> "0".repeat(i) + "1"))
              .filteredOn(result -> !result.configs().isEmpty())
              .extracting(DescribeConfigsResult::resourceName)
              .containsExactly("1");
        });
  }

  private static CreateTopicsResponseData create(ControlContext context, boolean validateOnly) {
    CreateTopicsRequestData request =
        new CreateTopicsRequestData().setTimeoutMs(WAIT_MS).setValidateOnly(validateOnly);
    request
        .topics()
        .add(new CreatableTopic().setName("t").setNumPartitions(1).setReplicationFactor((short) 1));
    return ask(
        new CreateTopicsHandler(context), CREATE_TOPICS, request, CreateTopicsResponseData.class);
  }

  private static Errors delete(ControlContext context, String topic) {
    DeleteTopicsRequestData request = new DeleteTopicsRequestData().setTimeoutMs(WAIT_MS);
    request.topics().add(new DeleteTopicState().setName(topic));
    DeleteTopicsResponseData answer =
        ask(
            new DeleteTopicsHandler(context),
            DELETE_TOPICS,
            request,
            DeleteTopicsResponseData.class);
    return Errors.forCode(answer.responses().iterator().next().errorCode());
  }

  private static Errors alter(ControlContext context, String topic, boolean validateOnly) {
    AlterConfigsResource resource =
        new AlterConfigsResource()
            .setResourceType(ConfigResource.Type.TOPIC.id())
            .setResourceName(topic);
    resource.configs().add(new AlterableConfig().setName("retention.ms").setValue("5"));
    IncrementalAlterConfigsRequestData request =
        new IncrementalAlterConfigsRequestData().setValidateOnly(validateOnly);
    request.resources().add(resource);
    IncrementalAlterConfigsResponseData answer =
        ask(
            new IncrementalAlterConfigsHandler(context),
            ALTER_CONFIGS,
            request,
            IncrementalAlterConfigsResponseData.class);
    return Errors.forCode(answer.responses().getFirst().errorCode());
  }

  private static Errors only(CreateTopicsResponseData answer) {
    return Errors.forCode(answer.topics().iterator().next().errorCode());
  }

  @Test
  void onlyWhatChangesSomethingWaitsForTheNodeAndNotForEver() {
    run(
        context -> {
          assertThat(only(create(context, true))).isEqualTo(Errors.NONE);
          assertThat(delete(context, "t")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
          assertThat(alter(context, "t", false)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
          assertThat(only(create(context, false))).isEqualTo(Errors.REQUEST_TIMED_OUT);
          assertThat(only(create(context, false))).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
          assertThat(alter(context, "t", true)).isEqualTo(Errors.NONE);
          assertThat(alter(context, "t", false)).isEqualTo(Errors.REQUEST_TIMED_OUT);
          assertThat(delete(context, "t")).isEqualTo(Errors.REQUEST_TIMED_OUT);
        });
  }

  @Test
  void howManyResourcesAreDescribedAtOnceIsBounded() {
    run(
        context -> {
          assertThat(describe(context, ConfigResource.Type.TOPIC, 10_000, i -> "t" + i))
              .hasSize(10_000)
              .allMatch(r -> r.errorCode() == Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
          assertThat(describe(context, ConfigResource.Type.TOPIC, 10_001, i -> "t" + i))
              .hasSize(10_001)
              .allMatch(r -> r.errorCode() == Errors.INVALID_REQUEST.code());
        });
  }
}
