package io.barnabas.server.membership;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.server.control.Controller;
import io.barnabas.server.settings.ClusterSettings;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.Feature;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.FeatureCollection;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.Listener;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.ListenerCollection;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node as a broker of its cluster: registers with the active controller, tells it again and
 * again how it is, and takes its leave before it stops. One thread of its own does all of that.
 */
public final class BrokerLifecycle implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerLifecycle.class);
  private static final long MILLISECOND_NANOS = 1_000_000;

  /** Between two tries, when nothing is known that would tell when the next one may succeed. */
  private static final long RETRY_NANOS = 50 * MILLISECOND_NANOS;

  /** Between two reports of a broker that waits for the cluster to let it in or go. */
  private static final long IMPATIENT_NANOS = 20 * MILLISECOND_NANOS;

  /** How long handing over may take, and how long of that nobody need answer. */
  private static final long LEAVE_NANOS = 5_000 * MILLISECOND_NANOS;

  private static final long UNANSWERED_NANOS = 1_500 * MILLISECOND_NANOS;
  private static final long REPEAT_LOG_NANOS = 5_000 * MILLISECOND_NANOS;
  private static final long NONE = -1;

  /**
   * How a broker's disks are.
   *
   * @param wantFence whether they keep it from leading anything for now
   * @param offlineDirectories those that have failed
   */
  public record Health(boolean wantFence, List<Uuid> offlineDirectories) {
    /** All is well. */
    public static final Health GOOD = new Health(false, List.of());

    /** Copies the list. */
    public Health {
      offlineDirectories = List.copyOf(offlineDirectories);
    }
  }

  private final World world;
  private final NodeIdentity self;
  private final ClusterSettings settings;
  private final Controller controller;
  private final ControllerLink link;
  private final BrokerFiles files;
  private final Supplier<Health> health;
  private final Waking waking;
  private final CompletableFuture<Optional<String>> joined = new CompletableFuture<>();
  private final CompletableFuture<Void> released = new CompletableFuture<>();
  private final WorldThread thread;

  private volatile boolean wantShutDown;

  /** Of this incarnation's registration, once it has one. */
  private volatile long epoch = NONE;

  private volatile Optional<BrokerImage> known = Optional.empty();

  // Of the thread.
  private long previousEpoch;
  private long lastAnswerNanos;
  private long lastLogNanos;
  private final long beganNanos;

  /**
   * Begins to register.
   *
   * @param settings when to report
   * @param files what tells whether they are as this broker's last incarnation left them
   * @param health asked for each report; must not wait
   */
  public BrokerLifecycle(
      World world,
      NodeIdentity self,
      ClusterSettings settings,
      BrokerFiles files,
      Controller controller,
      Members members,
      PeerRequests peers,
      Supplier<Health> health) {
    this.world = world;
    this.self = self;
    this.settings = settings;
    this.files = files;
    previousEpoch = files.leftWithEpoch();
    this.controller = controller;
    this.health = health;
    link = new ControllerLink(self, controller, members, peers);
    waking = new Waking(world);
    lastAnswerNanos = world.clock().nanoTime();
    lastLogNanos = lastAnswerNanos - REPEAT_LOG_NANOS;
    beganNanos = lastAnswerNanos;
    controller.onImage(this::see);
    controller.onLeadership(leadership -> waking.abandon());
    thread = world.threads().startPlatform("barnabas-broker-lifecycle", this::run);
  }

  /**
   * Completes when this broker takes part, and this node knows that: empty. Or with one sentence
   * that says why it never will.
   */
  public CompletableFuture<Optional<String>> joined() {
    return joined;
  }

  /** The epoch of this broker's registration, -1 if it has none. */
  public long epoch() {
    return epoch;
  }

  /** Says at once how this broker is, rather than when it is time to. Any thread, never waits. */
  public void report() {
    waking.wake();
  }

  /** What the cluster holds of this broker may have changed. */
  private void see(ClusterImage image) {
    Optional<BrokerImage> now = image.broker(self.id());
    if (!now.equals(known)) {
      known = now;
      waking.wake();
    }
    now.filter(each -> each.incarnation().equals(self.incarnation()) && !each.fenced())
        .ifPresent(this::takesPart);
  }

  private void takesPart(BrokerImage broker) {
    if (joined.complete(Optional.empty())) {
      LOG.info("This broker takes part in the cluster, with epoch {}", broker.epoch());
    }
  }

  private void run() {
    while (!waking.isClosed()) {
      if (epoch == NONE) {
        register();
      } else {
        if (!knowsOfRegistration()) {
          waking.pause(settings.heartbeatIntervalMs() * MILLISECOND_NANOS);
        }
        beat();
      }
    }
  }

  private boolean knowsOfRegistration() {
    return controller.image().broker(self.id()).filter(each -> each.epoch() >= epoch).isPresent();
  }

  // --- registering

  /**
   * First the files say that a registration is under way: the cluster may take it in and this
   * broker die before it hears of that, and must not take its own files for a copy afterwards.
   */
  private void register() {
    if (!isNoted(() -> files.beginRegistration(self.incarnation()))) {
      return;
    }
    Optional<BrokerRegistrationResponseData> answer =
        ask(registration(), BrokerRegistrationResponseData.class);
    Errors error = answer.map(a -> Errors.forCode(a.errorCode())).orElse(Errors.NOT_CONTROLLER);
    switch (error) {
      case NONE -> registered(answer.orElseThrow().brokerEpoch());
      case INCONSISTENT_CLUSTER_ID ->
          refused("this node belongs to cluster %s, and they do not".formatted(self.clusterId()));
      case UNSUPPORTED_VERSION -> refused("the cluster uses what this release does not know");
      case INVALID_REQUEST, INVALID_REGISTRATION, UNKNOWN_SERVER_ERROR ->
          refused("they refuse its registration: " + error.message());
      case DUPLICATE_BROKER_REGISTRATION -> {
        logNowAndThen("Another node.id=%d seems to be running".formatted(self.id()));
        waking.pause(RETRY_NANOS);
      }
      default -> {
        // At first nobody need know: a controller may not be there yet.
        if (world.clock().nanoTime() - beganNanos >= REPEAT_LOG_NANOS) {
          logNowAndThen(
              "This broker cannot register: "
                  + answer.map(told -> error.message()).orElse("no active controller answers"));
        }
        waking.pause(RETRY_NANOS);
      }
    }
  }

  /** Before the first report, after which this broker may be given partitions to lead. */
  private void registered(long newEpoch) {
    if (isNoted(() -> files.useWithEpoch(newEpoch))) {
      epoch = newEpoch;
      previousEpoch = newEpoch;
      see(controller.image());
    }
  }

  private interface Noting {
    void run() throws IOException;
  }

  private boolean isNoted(Noting noting) {
    try {
      noting.run();
      return true;
    } catch (IOException | KafkaStorageException e) {
      logNowAndThen("This broker's files do not take in its registration: " + e.getMessage());
      waking.pause(RETRY_NANOS);
      return false;
    }
  }

  private void refused(String why) {
    String sentence = "The other nodes do not let this broker in: " + why;
    if (!joined.complete(Optional.of(sentence))) {
      logNowAndThen(sentence);
    }
    waking.pause(REPEAT_LOG_NANOS);
  }

  private void logNowAndThen(String sentence) {
    long now = world.clock().nanoTime();
    if (now - lastLogNanos >= REPEAT_LOG_NANOS) {
      lastLogNanos = now;
      LOG.warn("{}; trying again", sentence);
    }
  }

  private BrokerRegistrationRequestData registration() {
    ListenerCollection listeners = new ListenerCollection();
    for (Fact.Endpoint endpoint : self.endpoints()) {
      listeners.add(
          new Listener()
              .setName(endpoint.listener())
              .setHost(endpoint.host())
              .setPort(endpoint.port())
              .setSecurityProtocol(SecurityProtocol.forName(endpoint.securityProtocol()).id));
    }
    FeatureCollection features = new FeatureCollection();
    for (Fact.FeatureRange range : self.features()) {
      features.add(
          new Feature()
              .setName(range.name())
              .setMinSupportedVersion(range.minLevel())
              .setMaxSupportedVersion(range.maxLevel()));
    }
    BrokerRegistrationRequestData request =
        new BrokerRegistrationRequestData()
            .setBrokerId(self.id())
            .setClusterId(self.clusterId())
            .setIncarnationId(self.incarnation())
            .setListeners(listeners)
            .setFeatures(features)
            .setRack(self.rack().orElse(null))
            .setLogDirs(self.directories())
            .setPreviousBrokerEpoch(previousEpoch);
    return UnforcedTopics.in(
        UsedEpoch.in(request, files.usedWithEpoch(), files.begunRegistrations()),
        files.unforcedTopics());
  }

  // --- reporting

  private void beat() {
    Health now = health.get();
    BrokerHeartbeatRequestData report =
        new BrokerHeartbeatRequestData()
            .setBrokerId(self.id())
            .setBrokerEpoch(epoch)
            .setCurrentMetadataOffset(controller.image().version())
            .setWantFence(now.wantFence())
            .setWantShutDown(wantShutDown)
            .setOfflineLogDirs(now.offlineDirectories());
    Optional<BrokerHeartbeatResponseData> answer = ask(report, BrokerHeartbeatResponseData.class);
    Errors error = answer.map(a -> Errors.forCode(a.errorCode())).orElse(Errors.NOT_CONTROLLER);
    switch (error) {
      case NONE -> {
        lastAnswerNanos = world.clock().nanoTime();
        waking.pause(heard(answer.orElseThrow(), now));
      }
      case STALE_BROKER_EPOCH, BROKER_ID_NOT_REGISTERED -> {
        LOG.info("The cluster has lost this broker's registration: {}", error.message());
        epoch = NONE;
      }
      default -> {
        checkUnanswered();
        waking.pause(RETRY_NANOS);
      }
    }
  }

  /** Until the next report. */
  private long heard(BrokerHeartbeatResponseData answer, Health reported) {
    if (answer.shouldShutDown()) {
      released.complete(null);
    }
    boolean wantsIn = !reported.wantFence() && !wantShutDown;
    boolean waits = wantsIn ? answer.isFenced() : wantShutDown && !answer.shouldShutDown();
    return waits ? IMPATIENT_NANOS : settings.heartbeatIntervalMs() * MILLISECOND_NANOS;
  }

  private void checkUnanswered() {
    if (wantShutDown && world.clock().nanoTime() - lastAnswerNanos > UNANSWERED_NANOS) {
      released.complete(null);
    }
  }

  private <A> Optional<A> ask(ApiMessage request, Class<A> answer) {
    int timeoutMs = settings.sessionTimeoutMs() / 2;
    waking.begin();
    return waking
        .await(link.send(request, timeoutMs), timeoutMs * MILLISECOND_NANOS)
        .filter(answer::isInstance)
        .map(answer::cast);
  }

  // --- leaving

  /**
   * Has the cluster move what this broker leads to others, as far as it can within a few seconds,
   * then says no more.
   */
  @Override
  public void close() {
    if (settings.controlledShutdown() && epoch != NONE && joined.isDone()) {
      wantShutDown = true;
      waking.wake();
      Waking leaving = new Waking(world);
      leaving.await(released, LEAVE_NANOS);
      if (!released.isDone()) {
        LOG.warn("This broker stops although it may lead partitions still");
      }
    }
    waking.close();
    thread.join();
  }
}
