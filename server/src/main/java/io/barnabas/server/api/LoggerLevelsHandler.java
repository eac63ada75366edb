package io.barnabas.server.api;

import io.barnabas.metadata.IncrementalAlterConfigs.Op;
import io.barnabas.metadata.Refusal;
import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.net.Call;
import io.barnabas.server.net.Client;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Changes the levels of this node's loggers itself, and leaves the settings of all other resources
 * of a request to the handler behind it. Levels are as long as the process.
 */
final class LoggerLevelsHandler implements ApiHandler<IncrementalAlterConfigsRequestData> {
  private static final byte LOGGERS = ConfigResource.Type.BROKER_LOGGER.id();

  private static final Set<String> LEVELS =
      Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL");

  private static final String VALID_LEVELS = "DEBUG, ERROR, FATAL, INFO, TRACE, WARN";

  private final ApiHandler<IncrementalAlterConfigsRequestData> others;
  private final int nodeId;
  private final Optional<LoggerLevels> loggers;

  /**
   * Before the handler for everything else.
   *
   * @param loggers empty if the program's loggers cannot be changed while it runs
   */
  LoggerLevelsHandler(
      ApiHandler<IncrementalAlterConfigsRequestData> others,
      int nodeId,
      Optional<LoggerLevels> loggers) {
    this.others = others;
    this.nodeId = nodeId;
    this.loggers = loggers;
  }

  @Override
  public ApiKeys api() {
    return others.api();
  }

  @Override
  public short oldestVersion() {
    return others.oldestVersion();
  }

  @Override
  public short newestVersion() {
    return others.newestVersion();
  }

  @Override
  public void handle(IncrementalAlterConfigsRequestData request, Call call) {
    IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection rest =
        new IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection();
    List<AlteredConfigs> own = new ArrayList<>();
    for (AlterConfigsResource resource : request.resources()) {
      if (resource.resourceType() == LOGGERS) {
        own.add(IncrementalAlterConfigsHandler.asked(resource));
      } else {
        rest.add(resource.duplicate());
      }
    }
    if (own.isEmpty()) {
      others.handle(request, call);
      return;
    }
    List<AlteredConfigs.Answer> answers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (AlteredConfigs one : own) {
      if (names.add(one.name())) {
        answers.add(change(one, own, request.validateOnly()));
      }
    }
    IncrementalAlterConfigsResponseData mine = IncrementalAlterConfigsHandler.answer(answers);
    if (rest.isEmpty()) {
      call.answer(mine);
      return;
    }
    others.handle(
        request.duplicate().setResources(rest),
        new Answering(
            call,
            answer -> {
              if (answer instanceof IncrementalAlterConfigsResponseData theirs) {
                theirs.responses().addAll(mine.responses());
              }
              call.answer(answer);
            }));
  }

  private AlteredConfigs.Answer change(
      AlteredConfigs wanted, List<AlteredConfigs> all, boolean validateOnly) {
    try {
      if (all.stream().filter(one -> one.name().equals(wanted.name())).count() > 1) {
        throw new InvalidRequestException("Each resource must appear at most once.");
      }
      LoggerLevels levels = check(wanted);
      if (!validateOnly) {
        wanted.ops().forEach(op -> levels.change(op.name(), op.value().filter(v -> isSet(op))));
      }
      return new AlteredConfigs.Answer(wanted.type(), wanted.name(), Errors.NONE, "");
    } catch (ApiException e) {
      return new AlteredConfigs.Answer(
          wanted.type(),
          wanted.name(),
          Errors.forException(e),
          Optional.ofNullable(Refusal.messageOf(e)).orElse(""));
    }
  }

  private static boolean isSet(Op op) {
    return op.type() == OpType.SET.id();
  }

  private LoggerLevels check(AlteredConfigs wanted) {
    if (wanted.ops().stream().map(Op::name).distinct().count() < wanted.ops().size()) {
      throw new InvalidRequestException("Error due to duplicate config keys");
    }
    try {
      if (Integer.parseInt(wanted.name()) != nodeId) {
        throw new InvalidRequestException(
            "Unexpected node id. Expected %d, but received %s".formatted(nodeId, wanted.name()));
      }
    } catch (NumberFormatException e) {
      throw new InvalidRequestException(
          "Node id must be an integer, but it is: " + wanted.name(), e);
    }
    LoggerLevels levels =
        loggers.orElseThrow(
            () -> new InvalidRequestException("The levels of loggers cannot be changed here."));
    Set<String> known = levels.levels().keySet();
    wanted.ops().forEach(op -> check(op, known));
    return levels;
  }

  private static void check(Op op, Set<String> known) {
    OpType type = OpType.forId(op.type());
    if (type != OpType.SET && type != OpType.DELETE) {
      throw new InvalidRequestException(
          "%s operation is not allowed for the BROKER_LOGGER resource"
              .formatted(type == null ? "Unknown" : type));
    }
    if (type == OpType.SET && op.value().isEmpty()) {
      throw new InvalidRequestException("Null value not supported for : " + op.name());
    }
    if (!known.contains(op.name())) {
      throw new InvalidConfigurationException("Logger %s does not exist!".formatted(op.name()));
    }
    if (type == OpType.DELETE && op.name().equals(LoggerLevels.ROOT)) {
      throw new InvalidRequestException("Removing the log level of the root logger is not allowed");
    }
    op.value()
        .filter(level -> type == OpType.SET && !LEVELS.contains(level))
        .ifPresent(
            level -> {
              throw new InvalidConfigurationException(
                  ("Cannot set the log level of %s to %s as it is not a supported log level. Valid"
                          + " log levels are %s")
                      .formatted(op.name(), level, VALID_LEVELS));
            });
  }

  /** The same call, whose answer is completed first. */
  private record Answering(Call call, Consumer<ApiMessage> completing) implements Call {
    @Override
    public short version() {
      return call.version();
    }

    @Override
    public String clientId() {
      return call.clientId();
    }

    @Override
    public Client client() {
      return call.client();
    }

    @Override
    public void answer(ApiMessage response) {
      completing.accept(response);
    }

    @Override
    public void answerNothing() {
      call.answerNothing();
    }

    @Override
    public void close(String reason) {
      call.close(reason);
    }

    @Override
    public void onDisconnect(Runnable action) {
      call.onDisconnect(action);
    }

    @Override
    public void onDrain(Runnable action) {
      call.onDrain(action);
    }
  }
}
