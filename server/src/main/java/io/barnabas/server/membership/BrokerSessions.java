package io.barnabas.server.membership;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.FenceBrokers;
import io.barnabas.metadata.FenceBrokers.Incarnation;
import io.barnabas.quorum.Leadership;
import io.barnabas.server.control.Controller;
import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which brokers the active controller has heard of lately, and the end of those it has not: they
 * are fenced. A broker whose connection was closed gets a short grace to come back by another one.
 * Has no sessions while this node is not active; one that becomes active gives each broker a whole
 * session. Thread-safe.
 */
public final class BrokerSessions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerSessions.class);
  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final long GRACE_NANOS = 150 * MILLISECOND_NANOS;

  private static final long LOOK_NANOS = 500 * MILLISECOND_NANOS;

  /** Before what could not be fenced is tried again. */
  private static final long RETRY_NANOS = 100 * MILLISECOND_NANOS;

  private final World world;
  private final NodeIdentity self;
  private final Controller controller;
  private final long sessionNanos;
  private final long missedNanos;
  private final String silence;
  private final Monitor monitor;
  private final WorldThread thread;

  // Of the thread, which no buffered write of another may hold up.
  private final Standstill standstill = new Standstill();

  // Under the monitor.
  private final Map<Integer, BrokerSession> sessions = new HashMap<>();
  private boolean active;
  private boolean closed;

  /**
   * Begins to watch.
   *
   * @param sessionTimeoutMs how long a broker may be silent
   * @param heartbeatIntervalMs how often each says that it is there
   */
  public BrokerSessions(
      World world,
      NodeIdentity self,
      Controller controller,
      int sessionTimeoutMs,
      int heartbeatIntervalMs) {
    this.world = world;
    this.self = self;
    this.controller = controller;
    sessionNanos = sessionTimeoutMs * MILLISECOND_NANOS;
    missedNanos = heartbeatIntervalMs * MILLISECOND_NANOS + GRACE_NANOS;
    silence = "nothing was heard of it for %d ms".formatted(sessionTimeoutMs);
    monitor = world.threads().newMonitor();
    thread = world.threads().startPlatform("barnabas-broker-sessions", this::run);
    controller.onLeadership(this::led);
  }

  private void led(Leadership leadership) {
    ClusterImage image = controller.image();
    long now = world.clock().nanoTime();
    List<Fact.BrokerImage> unfenced = new ArrayList<>();
    monitor.lock();
    try {
      if (leadership.active() == active) {
        return;
      }
      active = leadership.active();
      sessions.clear();
      if (active) {
        for (Fact.BrokerImage broker : image.brokers().values()) {
          if (!broker.fenced()) {
            sessions.put(broker.id(), session(broker.epoch(), now));
            unfenced.add(broker);
          }
        }
        monitor.signalAll();
      }
    } finally {
      monitor.unlock();
    }
    unfenced.forEach(this::lookFor);
  }

  /**
   * A broker that does not come by itself to a new active controller may have gone together with
   * the one before, in one process: then nothing listens at its address any more, and nobody need
   * wait for its session to end. Any other answer, or none, says nothing.
   */
  private void lookFor(Fact.BrokerImage broker) {
    Optional<Fact.Endpoint> there = self.peerEndpoint(broker.endpoints());
    if (broker.id() != self.id() && there.isPresent()) {
      world
          .threads()
          .startVirtual("look-for-broker-" + broker.id(), () -> lookFor(broker, there.get()));
    }
  }

  private void lookFor(Fact.BrokerImage broker, Fact.Endpoint there) {
    world.threads().sleep(GRACE_NANOS);
    if (!isSilent(broker)) {
      return;
    }
    InetSocketAddress address = InetSocketAddress.createUnresolved(there.host(), there.port());
    try (var _ = world.network().connect(address, LOOK_NANOS)) {
      LOG.debug("Broker {} listens, but says nothing yet", broker.id());
    } catch (ConnectException e) {
      isGone(broker);
    } catch (IOException e) {
      LOG.debug("Broker {} cannot be reached", broker.id(), e);
    }
  }

  private boolean isSilent(Fact.BrokerImage broker) {
    monitor.lock();
    try {
      BrokerSession session = sessions.get(broker.id());
      return session != null && session.epoch() == broker.epoch() && !session.isHeard();
    } finally {
      monitor.unlock();
    }
  }

  private void isGone(Fact.BrokerImage broker) {
    monitor.lock();
    try {
      BrokerSession session = sessions.get(broker.id());
      if (isSilent(broker)
          && session != null
          && session.endBy(world.clock().nanoTime(), "nothing listens at its address any more")) {
        monitor.signalAll();
      }
    } finally {
      monitor.unlock();
    }
  }

  /**
   * A broker is there.
   *
   * @param epoch that of its registration, which must be the newest one
   * @param connection what it was heard by; empty if it is this node
   */
  void heard(int broker, long epoch, OptionalLong connection) {
    long now = world.clock().nanoTime();
    monitor.lock();
    try {
      if (active) {
        BrokerSession session = sessions.get(broker);
        if (session == null || session.epoch() != epoch) {
          session = session(epoch, now);
          sessions.put(broker, session);
        }
        session.hear(connection, now, silence);
        monitor.signalAll();
      }
    } finally {
      monitor.unlock();
    }
  }

  private BrokerSession session(long epoch, long now) {
    return new BrokerSession(epoch, now, sessionNanos, silence);
  }

  /** Whether this incarnation of a broker was heard of lately. */
  boolean isAlive(int broker, long epoch) {
    monitor.lock();
    try {
      BrokerSession session = sessions.get(broker);
      return session != null && session.epoch() == epoch;
    } finally {
      monitor.unlock();
    }
  }

  /**
   * Whether this incarnation of a broker has a session only because this controller became active,
   * and has let the time pass within which one that runs comes by itself. For this node's own id
   * there is nothing to wait for: who has its files and its address is this process.
   */
  boolean isMissed(int broker, long epoch) {
    long now = world.clock().nanoTime();
    monitor.lock();
    try {
      BrokerSession session = sessions.get(broker);
      return session != null
          && session.epoch() == epoch
          && session.isSilentFor(broker == self.id() ? 0 : missedNanos, now);
    } finally {
      monitor.unlock();
    }
  }

  /** A broker is registered with this epoch: its session with an earlier one, if any, is over. */
  void replaced(int broker, long epoch) {
    monitor.lock();
    try {
      BrokerSession session = sessions.get(broker);
      if (session != null && session.epoch() != epoch) {
        sessions.remove(broker);
      }
    } finally {
      monitor.unlock();
    }
  }

  /** A connection to this node has ended, whosoever it was. */
  public void connectionGone(long connection) {
    long graceEnd = world.clock().nanoTime() + GRACE_NANOS;
    monitor.lock();
    try {
      for (BrokerSession session : sessions.values()) {
        if (session.isBy(connection) && session.endBy(graceEnd, "its connection has ended")) {
          monitor.signalAll();
        }
      }
    } finally {
      monitor.unlock();
    }
  }

  // --- the thread

  private void run() {
    while (true) {
      Map<Integer, BrokerSession> ended = nextEnded();
      if (ended.isEmpty()) {
        return;
      }
      fence(ended);
    }
  }

  /** The sessions that have ended, once there are any; none when this is closed. */
  private Map<Integer, BrokerSession> nextEnded() {
    monitor.lock();
    try {
      while (!closed) {
        long now = world.clock().nanoTime();
        Map<Integer, BrokerSession> ended = takeEnded(now);
        if (!ended.isEmpty()) {
          return ended;
        }
        awaitDeadline();
      }
      return Map.of();
    } finally {
      monitor.unlock();
    }
  }

  private Map<Integer, BrokerSession> takeEnded(long now) {
    Map<Integer, BrokerSession> ended = new HashMap<>();
    sessions.forEach(
        (broker, session) -> {
          if (session.hasEnded(now)) {
            ended.put(broker, session);
          }
        });
    sessions.keySet().removeAll(ended.keySet());
    return ended;
  }

  private void awaitDeadline() {
    OptionalLong earliest =
        sessions.values().stream().mapToLong(BrokerSession::deadlineNanos).min();
    if (earliest.isEmpty()) {
      monitor.await();
      return;
    }
    boolean _ =
        monitor.awaitUntil(standstill.lookBy(world.clock().nanoTime(), earliest.getAsLong()));
    long late = standstill.atLook(world.clock().nanoTime());
    if (late > 0) {
      // What this process was sent meanwhile is still to be read.
      LOG.warn("This node stood still for {} ms", late / MILLISECOND_NANOS);
      long again = world.clock().nanoTime() + GRACE_NANOS;
      sessions.values().forEach(session -> session.putOff(again));
    }
  }

  private void fence(Map<Integer, BrokerSession> ended) {
    List<Incarnation> brokers = new ArrayList<>();
    ended.forEach((broker, session) -> brokers.add(new Incarnation(broker, session.epoch())));
    CompletableFuture<List<Integer>> _ =
        controller
            .submit(new FenceBrokers(brokers))
            .whenComplete(
                (fenced, failure) -> {
                  if (failure != null) {
                    retryLater(ended);
                  } else {
                    fenced.forEach(
                        broker -> {
                          BrokerSession session = ended.get(broker);
                          LOG.info(
                              "Broker {} is fenced: {}",
                              broker,
                              session == null ? silence : session.cause());
                        });
                  }
                });
  }

  private void retryLater(Map<Integer, BrokerSession> ended) {
    long next = world.clock().nanoTime() + RETRY_NANOS;
    monitor.lock();
    try {
      if (active) {
        ended.forEach(
            (broker, session) -> {
              session.endAgain(next);
              sessions.putIfAbsent(broker, session);
            });
        monitor.signalAll();
      }
    } finally {
      monitor.unlock();
    }
  }

  /** Watches no longer. Returns when its thread has ended. */
  @Override
  public void close() {
    monitor.lock();
    try {
      closed = true;
      active = false;
      sessions.clear();
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    thread.join();
  }
}
