package io.barnabas.server.forwarding;

import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.server.control.Controller;
import io.barnabas.server.control.ControllerEndpoints;
import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.net.Client;
import io.barnabas.server.net.EnclosedRequest;
import io.barnabas.server.peers.Peers;
import io.barnabas.world.World;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Has requests carried out by the active controller, wherever it is: by this node's handler if it
 * is here, else in an envelope (KIP-590). While none is active, or if it turns out to be another
 * one, it tries again until the request's time is up; but never if the first try may have changed
 * something. Thread-safe; never waits.
 */
public final class Forwarder {
  /** While so many requests are under way, another one is refused. */
  private static final int MAX_UNDER_WAY = 1_000;

  /** How a request goes to another node. */
  enum Way {
    /** In an envelope, as it is a client's. */
    ENVELOPE,
    /** As it is, since this node itself asks. */
    DIRECT
  }

  /**
   * To the active controller, each for this alone and closed by the caller.
   *
   * @param usual for what is answered soon
   * @param slow for what may take as long as other nodes take: replies come in the order of the
   *     requests, so it must not be before others
   */
  public record Connections(Peers usual, Peers slow) {}

  private final World world;
  private final Controller controller;
  private final Connections connections;
  private final int nodeId;
  private final String peerListener;
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * Has nothing under way.
   *
   * @param peerListener the listener by which nodes reach each other (inter.broker.listener.name)
   */
  public Forwarder(
      World world,
      Controller controller,
      Connections connections,
      int nodeId,
      String peerListener) {
    this.world = world;
    this.controller = controller;
    this.connections = connections;
    this.nodeId = nodeId;
    this.peerListener = peerListener;
  }

  /**
   * Carries out a client's request.
   *
   * @param handler does it if the active controller is here
   * @return the answer; fails only if there is none, so that the connection must be closed
   */
  public CompletableFuture<ApiMessage> forward(
      ApiHandler<?> handler, EnclosedRequest request, Client client) {
    return carryOut(handler, request, client, Way.ENVELOPE);
  }

  /**
   * The same for a request of this node itself, of an API between nodes.
   *
   * @return the answer; an error in it if there is no active controller
   */
  public CompletableFuture<ApiMessage> ask(
      ApiHandler<?> handler, EnclosedRequest request, Client self) {
    return carryOut(handler, request, self, Way.DIRECT);
  }

  /** The answer of a handler of this node, whoever decides; fails if there is none, a defect. */
  public static CompletableFuture<ApiMessage> here(
      ApiHandler<?> handler, EnclosedRequest request, Client client) {
    CapturedCall call = new CapturedCall(request.version(), request.clientId(), client);
    try {
      ofAny(handler).handle(request.message(), call);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
    return call.answer();
  }

  /** A handler is given what its own API's requests are. */
  @SuppressWarnings("unchecked")
  static ApiHandler<ApiMessage> ofAny(ApiHandler<?> handler) {
    return (ApiHandler<ApiMessage>) handler;
  }

  private CompletableFuture<ApiMessage> carryOut(
      ApiHandler<?> handler, EnclosedRequest request, Client client, Way way) {
    if (underWay.incrementAndGet() > MAX_UNDER_WAY) {
      underWay.decrementAndGet();
      return CompletableFuture.completedFuture(
          Answers.refusal(request, Errors.THROTTLING_QUOTA_EXCEEDED));
    }
    Forwarding forwarding = new Forwarding(this, handler, request, client, way);
    forwarding.start();
    return forwarding.answer().whenComplete((answer, failure) -> underWay.decrementAndGet());
  }

  /** Whether this node leads the quorum, as far as it knows. */
  boolean leadsHere() {
    return controller.leadership().leaderId().orElse(-1) == nodeId;
  }

  /** Where the leader of the quorum takes requests, if it is known. */
  Optional<Endpoint> leader() {
    int leader = controller.leadership().leaderId().orElse(-1);
    return ControllerEndpoints.of(controller.image(), leader, peerListener);
  }

  World world() {
    return world;
  }

  Controller controller() {
    return controller;
  }

  /** What requests of an API go by. */
  Peers peers(ApiKeys api) {
    return switch (api) {
      case ADD_RAFT_VOTER, REMOVE_RAFT_VOTER -> connections.slow();
      default -> connections.usual();
    };
  }
}
