package io.barnabas.server.membership;

import io.barnabas.metadata.BrokerHeartbeat;
import io.barnabas.metadata.ClusterDefaults;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Decision;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.metadata.Fact.FeatureRange;
import io.barnabas.metadata.RegisterBroker;
import io.barnabas.metadata.RegisterController;
import io.barnabas.server.control.Controller;
import io.barnabas.world.World;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.InconsistentClusterIdException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.ControllerRegistrationRequestData;
import org.apache.kafka.common.message.ControllerRegistrationResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes ask the active controller for to be members, answered as Kafka does. Refuses all of it
 * while this node is not active. Thread-safe; never waits.
 */
public final class Members {
  private static final Logger LOG = LoggerFactory.getLogger(Members.class);

  /** In place of an epoch, of files that no broker has used. */
  private static final long UNUSED = -1;

  private final World world;
  private final Controller controller;
  private final BrokerSessions sessions;

  /** Decided by the controller, watched by the sessions. */
  public Members(World world, Controller controller, BrokerSessions sessions) {
    this.world = world;
    this.controller = controller;
    this.sessions = sessions;
  }

  /** A broker joins, or joins again. */
  public CompletableFuture<BrokerRegistrationResponseData> register(
      BrokerRegistrationRequestData request) {
    return submitRegistration(request)
        .handle(
            (registered, failure) ->
                failure == null
                    ? new BrokerRegistrationResponseData().setBrokerEpoch(registered.epoch())
                    : new BrokerRegistrationResponseData().setErrorCode(error(failure).code()));
  }

  private CompletableFuture<RegisterBroker.Registered> submitRegistration(
      BrokerRegistrationRequestData request) {
    try {
      checkActive();
      ClusterImage before = controller.image();
      return controller
          .submit(command(request, before))
          .whenComplete(
              (registered, failure) -> {
                if (failure == null) {
                  warnOfNewMinimum(before, controller.image());
                  sessions.replaced(request.brokerId(), registered.epoch());
                }
              });
    } catch (ApiException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** What was created before goes by it too. */
  private static void warnOfNewMinimum(ClusterImage before, ClusterImage after) {
    Optional<String> minimum = ClusterDefaults.minInsyncReplicas(after);
    if (minimum.isPresent()
        && ClusterDefaults.minInsyncReplicas(before).isEmpty()
        && !before.topics().isEmpty()) {
      LOG.warn(
          "The cluster has {} brokers, so min.insync.replicas is {} from now on, also for topics"
              + " that were there before: set it for those that it is too high for",
          after.brokers().size(),
          minimum.get());
    }
  }

  private RegisterBroker command(BrokerRegistrationRequestData request, ClusterImage image) {
    if (!image.clusterId().equals(request.clusterId())) {
      throw new InconsistentClusterIdException(
          "Expected cluster ID %s, but got cluster ID %s"
              .formatted(image.clusterId(), request.clusterId()));
    }
    if (request.isMigratingZkBroker()) {
      throw new BrokerIdNotRegisteredException(
          "Controller does not support registering ZK brokers.");
    }
    Optional<Fact.BrokerImage> before = image.broker(request.brokerId());
    return new RegisterBroker(
        request.brokerId(),
        request.incarnationId(),
        Optional.ofNullable(request.rack()),
        endpoints(request),
        request.logDirs(),
        request.features().stream()
            .map(each -> range(each.name(), each.minSupportedVersion(), each.maxSupportedVersion()))
            .toList(),
        before.map(known -> told(request, known)).orElseGet(() -> unknownFiles(request)),
        UsedEpoch.of(request).orElse(UNUSED),
        UnforcedTopics.of(request),
        before
            .filter(known -> sessions.isAlive(known.id(), known.epoch()))
            .filter(
                known ->
                    !isSuccessor(request, known) || !sessions.isMissed(known.id(), known.epoch()))
            .isPresent(),
        false);
  }

  /**
   * Whether it has the files that the broker of this id used last, and its addresses. It may be the
   * same one, started again; or it has a copy of the files, while the other one runs: so whoever is
   * heard of is not thrown out by it.
   */
  static boolean isSuccessor(BrokerRegistrationRequestData request, Fact.BrokerImage before) {
    return UsedEpoch.areOf(request, before)
        && !before.directories().isEmpty()
        && before.directories().equals(request.logDirs())
        && before.endpoints().equals(endpoints(request));
  }

  private static RegisterBroker.Files told(
      BrokerRegistrationRequestData request, Fact.BrokerImage before) {
    RegisterBroker.Files files = files(request, before);
    if (files == RegisterBroker.Files.OLD) {
      LOG.warn(
          "Broker {} starts with old or other files: they were last used with epoch {}, and the"
              + " broker had epoch {} since; it is not relied on for what was written before, and"
              + " what no other broker has is led by it only after an unclean election",
          before.id(),
          UsedEpoch.of(request).orElse(UNUSED),
          before.epoch());
    }
    return files;
  }

  /** What a broker's files are, as far as they say. */
  static RegisterBroker.Files files(
      BrokerRegistrationRequestData request, Fact.BrokerImage before) {
    if (request.previousBrokerEpoch() == before.epoch()) {
      return RegisterBroker.Files.AS_LEFT;
    }
    // The same start that registers again uses the files itself.
    boolean again = before.incarnation().equals(request.incarnationId());
    return again || UsedEpoch.of(request).isEmpty() || UsedEpoch.areOf(request, before)
        ? RegisterBroker.Files.CRASHED
        : RegisterBroker.Files.OLD;
  }

  /**
   * Those of a broker that is no member. If it was one, partitions may still count on what it had,
   * and nothing tells whether these files are from before or after that.
   */
  private static RegisterBroker.Files unknownFiles(BrokerRegistrationRequestData request) {
    long used = UsedEpoch.of(request).orElse(UNUSED);
    if (used == UNUSED) {
      return RegisterBroker.Files.CRASHED;
    }
    LOG.warn(
        "Broker {} comes with files that were last used with epoch {}, and was unregistered, so"
            + " that they cannot be told from old ones; it is not relied on for what was written"
            + " before, and what no other broker has is led by it only after an unclean election",
        request.brokerId(),
        used);
    return RegisterBroker.Files.OLD;
  }

  private static List<Endpoint> endpoints(BrokerRegistrationRequestData request) {
    return request.listeners().stream()
        .map(each -> endpoint(each.name(), each.securityProtocol(), each.host(), each.port()))
        .toList();
  }

  private static Endpoint endpoint(String name, short protocol, String host, int port) {
    if (!SecurityProtocol.names().contains(protocolName(protocol))) {
      throw new InvalidRequestException("Unknown security protocol " + protocol);
    }
    return new Endpoint(name, protocolName(protocol), host, port);
  }

  private static String protocolName(short protocol) {
    SecurityProtocol known = SecurityProtocol.forId(protocol);
    return known == null ? "" : known.name;
  }

  private static FeatureRange range(String name, short min, short max) {
    return new FeatureRange(name, min, max);
  }

  /**
   * A broker says how it is.
   *
   * @param connection what it says so by; empty if it is this node
   */
  public CompletableFuture<BrokerHeartbeatResponseData> heartbeat(
      BrokerHeartbeatRequestData request, OptionalLong connection) {
    return submitHeartbeat(request, connection)
        .handle(
            (heard, failure) ->
                failure == null
                    ? new BrokerHeartbeatResponseData()
                        .setIsCaughtUp(heard.caughtUp())
                        .setIsFenced(heard.fenced())
                        .setShouldShutDown(heard.shouldShutDown())
                    : new BrokerHeartbeatResponseData().setErrorCode(error(failure).code()));
  }

  private CompletableFuture<BrokerHeartbeat.Heard> submitHeartbeat(
      BrokerHeartbeatRequestData request, OptionalLong connection) {
    try {
      checkActive();
    } catch (ApiException e) {
      return CompletableFuture.failedFuture(e);
    }
    ClusterImage image = controller.image();
    int id = request.brokerId();
    if (image.broker(id).filter(known -> known.epoch() == request.brokerEpoch()).isPresent()) {
      sessions.heard(id, request.brokerEpoch(), connection);
    }
    BrokerHeartbeat command =
        new BrokerHeartbeat(
            id,
            request.brokerEpoch(),
            request.currentMetadataOffset(),
            request.wantFence(),
            request.wantShutDown(),
            request.offlineLogDirs());
    return unchanged(command, image)
        .map(CompletableFuture::completedFuture)
        .orElseGet(() -> controller.submit(command));
  }

  /**
   * The answer to most heartbeats, which need not wait for what is being decided. None that has a
   * broker stop: it could lead again by now, and this controller be active no longer.
   */
  private Optional<BrokerHeartbeat.Heard> unchanged(BrokerHeartbeat command, ClusterImage image) {
    if (!controller.isProven()) {
      return Optional.empty();
    }
    try {
      Decision<BrokerHeartbeat.Heard> decision =
          command.decide(image, world.clock().wallTimeMillis());
      return decision.facts().isEmpty() && !decision.answer().shouldShutDown()
          ? Optional.of(decision.answer())
          : Optional.empty();
    } catch (ApiException e) {
      // Perhaps only this image is old.
      return Optional.empty();
    }
  }

  /** A node that may become the active controller makes itself known. */
  public CompletableFuture<ControllerRegistrationResponseData> registerController(
      ControllerRegistrationRequestData request) {
    return submitController(request)
        .handle(
            (registered, failure) ->
                failure == null
                    ? new ControllerRegistrationResponseData()
                    : new ControllerRegistrationResponseData()
                        .setErrorCode(error(failure).code())
                        .setErrorMessage(cause(failure).getMessage()));
  }

  private CompletableFuture<RegisterController.Registered> submitController(
      ControllerRegistrationRequestData request) {
    try {
      checkActive();
      List<Endpoint> endpoints =
          request.listeners().stream()
              .map(each -> endpoint(each.name(), each.securityProtocol(), each.host(), each.port()))
              .toList();
      List<FeatureRange> features =
          request.features().stream()
              .map(
                  each ->
                      range(each.name(), each.minSupportedVersion(), each.maxSupportedVersion()))
              .toList();
      return controller.submit(
          new RegisterController(
              new Fact.ControllerImage(
                  request.controllerId(), request.incarnationId(), endpoints, features)));
    } catch (ApiException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void checkActive() {
    if (!controller.isActive()) {
      throw new NotControllerException("Another node is the active controller, or none.");
    }
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private static Errors error(Throwable failure) {
    return Errors.forException(cause(failure));
  }
}
