package io.barnabas.quorum.ratis;

import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.ratis.LobbyMessage.Answer;
import io.barnabas.quorum.ratis.LobbyMessage.Kind;
import io.barnabas.quorum.ratis.LobbyMessage.Question;
import io.barnabas.world.World;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.server.RaftConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * What a node asks of the others while its keeper goes on: whether they belong to the same cluster,
 * and to have it as a member. Of the keeper's thread, which comes back for the answers.
 */
final class Errands {
  private static final long ASK_TIMEOUT_MS = 8_000;
  private static final long AGAIN_NANOS = 1_000_000_000L;
  private static final long JOIN_AGAIN_NANOS = 100_000_000L;

  private final World world;
  private final RatisOptions options;
  private final QuorumMember self;
  private final Lobby lobby;
  private final Founding founding;

  private @Nullable CompletableFuture<Map<RatisOptions.Voter, Answer>> greetings;
  private long greetedNanos;
  private @Nullable CompletableFuture<String> joining;
  private long askedToJoinNanos;

  Errands(World world, RatisOptions options, QuorumMember self, Lobby lobby, Founding founding) {
    this.world = world;
    this.options = options;
    this.self = self;
    this.lobby = lobby;
    this.founding = founding;
    long nowNanos = world.clock().nanoTime();
    greetedNanos = nowNanos;
    askedToJoinNanos = nowNanos - JOIN_AGAIN_NANOS;
  }

  /**
   * While no leader of its cluster is known: whether the voters belong to another one.
   *
   * @return why it may be that there is no leader; nothing if nothing was heard that says so
   * @throws IOException if most of them do, so that this node is not where it should be
   */
  Optional<String> checkAgreement(ClusterFile cluster) throws IOException {
    CompletableFuture<Map<RatisOptions.Voter, Answer>> asked = greetings;
    long nowNanos = world.clock().nanoTime();
    if (asked == null) {
      if (nowNanos - greetedNanos >= AGAIN_NANOS) {
        greetedNanos = nowNanos;
        greetings = founding.greet(Optional.of(cluster.clusterId()));
      }
      return Optional.empty();
    }
    if (!asked.isDone()) {
      return Optional.empty();
    }
    greetings = null;
    return founding.disagreement(cluster, asked.join());
  }

  /**
   * Asks whoever may lead to have this node as a member.
   *
   * @return why it was refused, once it was
   */
  Optional<String> join(ClusterFile cluster, @Nullable RaftConfiguration members, boolean vote) {
    CompletableFuture<String> asked = joining;
    long nowNanos = world.clock().nanoTime();
    if (asked == null) {
      if (nowNanos - askedToJoinNanos >= JOIN_AGAIN_NANOS) {
        askedToJoinNanos = nowNanos;
        joining =
            askLeader(
                members, new Question(Kind.JOIN, Optional.of(cluster.clusterId()), self, vote));
      }
      return Optional.empty();
    }
    if (!asked.isDone()) {
      return Optional.empty();
    }
    joining = null;
    askedToJoinNanos = nowNanos;
    return Optional.of(asked.join()).filter(refusal -> !refusal.isEmpty());
  }

  /** Asks all who may lead; empty as soon as one has done it, or else why none has. */
  CompletableFuture<String> askLeader(@Nullable RaftConfiguration members, Question question) {
    CompletableFuture<String> outcome = new CompletableFuture<>();
    Map<Integer, CompletableFuture<Optional<Answer>>> asked = new LinkedHashMap<>();
    for (QuorumMember voter : possibleVoters(members)) {
      asked.computeIfAbsent(
          voter.nodeId(),
          id ->
              lobby
                  .ask(voter.host(), voter.port(), question, ASK_TIMEOUT_MS)
                  .handle((answer, failure) -> Optional.ofNullable(answer)));
    }
    for (CompletableFuture<Optional<Answer>> pending : asked.values()) {
      var _ =
          pending.thenAccept(
              answer -> {
                if (answer.isPresent() && answer.get().refusal().isEmpty()) {
                  outcome.complete("");
                }
              });
    }
    var _ =
        CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
            .thenRun(() -> outcome.complete(refusal(asked.values())));
    return outcome;
  }

  /** The leader's word, if it is among them. */
  private static String refusal(Iterable<CompletableFuture<Optional<Answer>>> answers) {
    String refusal = "no voter of the quorum can be asked";
    boolean any = false;
    for (CompletableFuture<Optional<Answer>> pending : answers) {
      Optional<Answer> answer = pending.join();
      if (answer.isPresent() && (!any || answer.get().leads())) {
        refusal = answer.get().refusal();
        any = true;
      }
    }
    return refusal;
  }

  private List<QuorumMember> possibleVoters(@Nullable RaftConfiguration members) {
    List<QuorumMember> voters = new ArrayList<>();
    if (members != null) {
      voters.addAll(PeerNames.members(members.getCurrentPeers()));
    }
    voters.addAll(options.namedVoters());
    voters.removeIf(voter -> voter.nodeId() == self.nodeId());
    return voters;
  }
}
