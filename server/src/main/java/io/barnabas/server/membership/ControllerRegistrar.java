package io.barnabas.server.membership;

import io.barnabas.metadata.Fact;
import io.barnabas.server.control.Controller;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.util.Optional;
import org.apache.kafka.common.message.ControllerRegistrationRequestData;
import org.apache.kafka.common.message.ControllerRegistrationRequestData.Feature;
import org.apache.kafka.common.message.ControllerRegistrationRequestData.FeatureCollection;
import org.apache.kafka.common.message.ControllerRegistrationRequestData.Listener;
import org.apache.kafka.common.message.ControllerRegistrationRequestData.ListenerCollection;
import org.apache.kafka.common.message.ControllerRegistrationResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the cluster knows this node as one that may become the active controller, and
 * where it is reached then. One thread of its own, which waits while all is well.
 */
public final class ControllerRegistrar implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerRegistrar.class);
  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final long RETRY_NANOS = 100 * MILLISECOND_NANOS;
  private static final long REFUSED_NANOS = 5_000 * MILLISECOND_NANOS;
  private static final int TIMEOUT_MS = 2_000;

  private final Fact.ControllerImage self;
  private final Controller controller;
  private final ControllerLink link;
  private final Waking waking;
  private final WorldThread thread;

  /** Begins to watch what the cluster knows. */
  public ControllerRegistrar(
      World world, NodeIdentity self, Controller controller, Members members, PeerRequests peers) {
    this.self = self.asController();
    this.controller = controller;
    link = new ControllerLink(self, controller, members, peers);
    waking = new Waking(world);
    controller.onImage(image -> waking.wake());
    controller.onLeadership(leadership -> waking.abandon());
    thread = world.threads().startVirtual("controller-registrar", this::run);
  }

  private void run() {
    while (!waking.isClosed()) {
      if (self.equals(controller.image().controllers().get(self.id()))) {
        waking.pause();
      } else {
        register();
      }
    }
  }

  private void register() {
    waking.begin();
    Optional<? extends ApiMessage> answer =
        waking.await(link.send(request(), TIMEOUT_MS), TIMEOUT_MS * MILLISECOND_NANOS);
    if (answer.isPresent() && answer.get() instanceof ControllerRegistrationResponseData told) {
      Errors error = Errors.forCode(told.errorCode());
      if (error == Errors.NONE) {
        // The image follows.
        waking.pause(RETRY_NANOS);
        return;
      }
      if (error != Errors.NOT_CONTROLLER) {
        LOG.warn("The cluster does not take this node as a controller: {}", told.errorMessage());
        waking.pause(REFUSED_NANOS);
        return;
      }
    }
    waking.pause(RETRY_NANOS);
  }

  private ControllerRegistrationRequestData request() {
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
    return new ControllerRegistrationRequestData()
        .setControllerId(self.id())
        .setIncarnationId(self.incarnation())
        .setListeners(listeners)
        .setFeatures(features);
  }

  /** Watches no longer. Returns when its thread has ended. */
  @Override
  public void close() {
    waking.close();
    thread.join();
  }
}
