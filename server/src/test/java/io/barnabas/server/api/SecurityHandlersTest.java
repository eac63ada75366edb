package io.barnabas.server.api;

import static io.barnabas.server.api.ControlHandlersTest.ask;
import static io.barnabas.server.api.ControlHandlersTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.CreateAclsResponseData.AclCreationResult;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

/** What only Barnabas answers so about access rules; levels of loggers among other settings. */
class SecurityHandlersTest {
  private static final int NEWEST_ACLS = 3;

  private static AclCreation rule(byte type, byte pattern, byte operation) {
    return new AclCreation()
        .setResourceType(type)
        .setResourceName("x")
        .setResourcePatternType(pattern)
        .setPrincipal("User:a")
        .setHost("*")
        .setOperation(operation)
        .setPermissionType(AclPermissionType.ALLOW.code());
  }

  @Test
  void rulesOfNoDefiniteKindAreRefusedAmongOthers() {
    byte topic = ResourceType.TOPIC.code();
    byte literal = PatternType.LITERAL.code();
    byte read = AclOperation.READ.code();
    CreateAclsRequestData request =
        new CreateAclsRequestData()
            .setCreations(
                List.of(
                    rule(topic, PatternType.MATCH.code(), read),
                    rule(topic, literal, read),
                    rule(topic, literal, AclOperation.ANY.code()),
                    rule((byte) 99, literal, read)));
    run(
        context -> {
          CreateAclsResponseData answer =
              ask(
                  new CreateAclsHandler(context),
                  NEWEST_ACLS,
                  request,
                  CreateAclsResponseData.class);
          assertThat(answer.results())
              .extracting(AclCreationResult::errorCode)
              .containsExactly(
                  Errors.INVALID_REQUEST.code(),
                  Errors.NONE.code(),
                  Errors.INVALID_REQUEST.code(),
                  Errors.INVALID_REQUEST.code());
          assertThat(context.image().security().acls()).hasSize(1);
        });
  }

  @Test
  void filtersOfAnUnknownKindAreRefused() {
    DescribeAclsRequestData request =
        new DescribeAclsRequestData()
            .setResourceTypeFilter((byte) 99)
            .setPatternTypeFilter(PatternType.ANY.code())
            .setOperation(AclOperation.ANY.code())
            .setPermissionType(AclPermissionType.ANY.code());
    run(
        context ->
            assertThat(
                    ask(
                            new DescribeAclsHandler(context),
                            NEWEST_ACLS,
                            request,
                            DescribeAclsResponseData.class)
                        .errorCode())
                .isEqualTo(Errors.INVALID_REQUEST.code()));
  }

  /** Loggers with levels, in memory. */
  private record Levels(Map<String, String> levels) implements LoggerLevels {
    @Override
    public void change(String logger, Optional<String> level) {
      level.ifPresentOrElse(text -> levels.put(logger, text), () -> levels.remove(logger));
    }
  }

  private static AlterConfigsResource resource(
      ConfigResource.Type type, String name, String setting, String value) {
    AlterConfigsResource resource =
        new AlterConfigsResource().setResourceType(type.id()).setResourceName(name);
    resource.configs().add(new AlterableConfig().setName(setting).setValue(value));
    return resource;
  }

  private static Map<Byte, Errors> alter(
      ControlContext context, Optional<LoggerLevels> levels, AlterConfigsResource... resources) {
    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
    List.of(resources).forEach(each -> request.resources().add(each));
    LoggerLevelsHandler handler =
        new LoggerLevelsHandler(new IncrementalAlterConfigsHandler(context), 1, levels);
    Map<Byte, Errors> errors = new TreeMap<>();
    ask(handler, 1, request, IncrementalAlterConfigsResponseData.class)
        .responses()
        .forEach(each -> errors.put(each.resourceType(), Errors.forCode(each.errorCode())));
    return errors;
  }

  @Test
  void levelsOfLoggersAreChangedHereAndOtherSettingsByTheController() {
    byte loggers = ConfigResource.Type.BROKER_LOGGER.id();
    byte group = ConfigResource.Type.GROUP.id();
    Levels levels = new Levels(new TreeMap<>(Map.of("root", "INFO", "a.B", "INFO")));
    run(
        context -> {
          Map<Byte, Errors> errors =
              alter(
                  context,
                  Optional.of(levels),
                  resource(ConfigResource.Type.BROKER_LOGGER, "1", "a.B", "DEBUG"),
                  resource(ConfigResource.Type.GROUP, "g", "nope", "1"));
          assertThat(errors).isEqualTo(Map.of(loggers, Errors.NONE, group, Errors.INVALID_CONFIG));
          assertThat(levels.levels()).containsEntry("a.B", "DEBUG").containsEntry("root", "INFO");
        });
  }

  @Test
  void levelsThatCannotBe() {
    Optional<LoggerLevels> levels = Optional.of(new Levels(new TreeMap<>(Map.of("root", "INFO"))));
    ConfigResource.Type loggers = ConfigResource.Type.BROKER_LOGGER;
    run(
        context -> {
          assertThat(alter(context, levels, resource(loggers, "1", "root", "LOUD")))
              .containsValue(Errors.INVALID_CONFIG);
          assertThat(alter(context, levels, resource(loggers, "1", "none", "INFO")))
              .containsValue(Errors.INVALID_CONFIG);
          assertThat(alter(context, levels, resource(loggers, "2", "root", "INFO")))
              .containsValue(Errors.INVALID_REQUEST);
          assertThat(alter(context, levels, resource(loggers, "x", "root", "INFO")))
              .containsValue(Errors.INVALID_REQUEST);
          assertThat(alter(context, Optional.empty(), resource(loggers, "1", "root", "INFO")))
              .containsValue(Errors.INVALID_REQUEST);
        });
  }
}
