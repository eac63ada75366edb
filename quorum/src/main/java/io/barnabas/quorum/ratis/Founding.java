package io.barnabas.quorum.ratis;

import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.ratis.LobbyMessage.Answer;
import io.barnabas.quorum.ratis.LobbyMessage.Kind;
import io.barnabas.quorum.ratis.LobbyMessage.Question;
import io.barnabas.quorum.ratis.RatisOptions.Voter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Finds out which cluster an empty directory belongs to, or founds one. A cluster is founded only
 * by the lowest voter, and only when all voters answer that they belong to none; it writes down the
 * cluster with all voters, and the others, who go on asking, write down the same. A voter that
 * finds itself in what another one says was founded is one of the founders; whoever does not
 * follows first. Each step may be the last one before a crash: what is written down stays, and the
 * rest is asked for again.
 */
final class Founding {
  private static final long ASK_TIMEOUT_MS = 1_000;

  private final RatisOptions options;
  private final QuorumMember self;
  private final Lobby lobby;

  Founding(RatisOptions options, QuorumMember self, Lobby lobby) {
    this.options = options;
    this.self = self;
    this.lobby = lobby;
  }

  /** What one round of questions brought: a cluster, or why there is none yet. */
  record Round(Optional<ClusterFile> cluster, String obstacle) {}

  /** What is on disk, once it is checked against the settings. */
  Optional<ClusterFile> remembered() throws IOException {
    Optional<ClusterFile> file = ClusterFile.read(options.directory());
    if (file.isPresent()) {
      ClusterFile cluster = file.get();
      if (!PeerNames.same(cluster.self(), self)) {
        throw new IOException(
            ("The quorum's directory %s belongs to node %d with directory id %s, but this is node"
                    + " %d with %s; give each node the directories that are its own")
                .formatted(
                    options.directory(),
                    cluster.self().nodeId(),
                    cluster.self().directoryId(),
                    self.nodeId(),
                    self.directoryId()));
      }
      checkClusterId(cluster.clusterId());
    }
    return file;
  }

  private void checkClusterId(UUID found) throws IOException {
    if (options.clusterId().isPresent() && !options.clusterId().get().equals(found)) {
      throw new IOException(
          "This node is for the cluster %s, but the quorum belongs to %s"
              .formatted(options.clusterId().get(), found));
    }
  }

  /** Asks all voters once. What comes of it is on disk. */
  Round ask() throws IOException {
    Map<Voter, Answer> answers = greet(Optional.empty()).join();
    List<UUID> clusters =
        answers.values().stream()
            .flatMap(answer -> answer.clusterId().stream())
            .distinct()
            .toList();
    if (clusters.size() > 1) {
      throw new IOException(
          "The voters of controller.quorum.voters belong to different clusters: %s"
              .formatted(describe(answers)));
    }
    if (clusters.size() == 1) {
      checkClusterId(clusters.get(0));
      return written(clusters.get(0), newestVoters(answers));
    }
    List<Voter> missing =
        options.voters().stream()
            .filter(voter -> voter.nodeId() != self.nodeId() && !answers.containsKey(voter))
            .toList();
    if (!missing.isEmpty()) {
      return new Round(
          Optional.empty(),
          "no answer from the voters " + missing + ", without which no cluster is founded");
    }
    Optional<Voter> differing =
        answers.entrySet().stream()
            .filter(answer -> !namesSameVoters(answer.getValue()))
            .map(Map.Entry::getKey)
            .findFirst();
    if (differing.isPresent()) {
      return new Round(
          Optional.empty(),
          ("voter %s has another controller.quorum.voters (%s) than this node (%s); it has to be"
                  + " the same for all")
              .formatted(
                  differing.get(),
                  ids(Objects.requireNonNull(answers.get(differing.get())).voters()),
                  ids(options.namedVoters())));
    }
    int lowest = options.voters().stream().mapToInt(Voter::nodeId).min().orElseThrow();
    if (lowest != self.nodeId()) {
      return new Round(Optional.empty(), "voter %d founds the cluster".formatted(lowest));
    }
    List<QuorumMember> founders = new ArrayList<>();
    founders.add(self);
    answers.values().forEach(answer -> founders.add(answer.self()));
    founders.sort(Comparator.comparingInt(QuorumMember::nodeId));
    return written(options.clusterId().orElseGet(options.newClusterId()), founders);
  }

  private boolean namesSameVoters(Answer answer) {
    return ids(answer.voters()).equals(ids(options.namedVoters()));
  }

  /** Not the addresses: one node may well reach another in its own way. */
  private static List<Integer> ids(List<QuorumMember> voters) {
    return voters.stream().map(QuorumMember::nodeId).sorted().toList();
  }

  private Round written(UUID clusterId, List<QuorumMember> voters) throws IOException {
    ClusterFile file = new ClusterFile(clusterId, self, voters, false);
    file.write(options.directory());
    return new Round(Optional.of(file), "");
  }

  /** The leader knows best. */
  private static List<QuorumMember> newestVoters(Map<Voter, Answer> answers) {
    return answers.values().stream()
        .filter(answer -> answer.clusterId().isPresent())
        .max(Comparator.comparing(Answer::leads))
        .orElseThrow()
        .voters();
  }

  /**
   * Whether voters belong to another cluster than this node's directory.
   *
   * @return what they say, if any does
   * @throws IOException if most of all voters do
   */
  Optional<String> disagreement(ClusterFile cluster, Map<Voter, Answer> answers)
      throws IOException {
    long others =
        answers.values().stream()
            .flatMap(answer -> answer.clusterId().stream())
            .filter(id -> !id.equals(cluster.clusterId()))
            .count();
    if (others == 0) {
      return Optional.empty();
    }
    String text =
        "The quorum's directory %s is of the cluster %s, but voters belong to another one: %s"
            .formatted(options.directory(), cluster.clusterId(), describe(answers));
    if (2 * others > options.voters().size()) {
      throw new IOException(
          text + "; a node that is to join them needs a data directory that is empty as a whole");
    }
    return Optional.of(text);
  }

  private static String describe(Map<Voter, Answer> answers) {
    List<String> texts = new ArrayList<>();
    answers.forEach(
        (voter, answer) ->
            texts.add(voter + " to " + answer.clusterId().map(UUID::toString).orElse("none")));
    return String.join(", ", texts);
  }

  /** The answers of all voters but this node, as far as they answer. */
  CompletableFuture<Map<Voter, Answer>> greet(Optional<UUID> clusterId) {
    Question question = new Question(Kind.GREET, clusterId, self, false);
    Map<Voter, CompletableFuture<Optional<Answer>>> asked = new LinkedHashMap<>();
    for (Voter voter : options.voters()) {
      if (voter.nodeId() != options.nodeId()) {
        asked.put(
            voter,
            lobby
                .ask(voter.host(), voter.port(), question, ASK_TIMEOUT_MS)
                .handle(
                    (answer, failure) ->
                        failure == null && answer.self().nodeId() == voter.nodeId()
                            ? Optional.of(answer)
                            : Optional.empty()));
      }
    }
    return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
        .thenApply(all -> present(asked));
  }

  private static Map<Voter, Answer> present(Map<Voter, CompletableFuture<Optional<Answer>>> asked) {
    Map<Voter, Answer> answers = new TreeMap<>(Comparator.comparingInt(Voter::nodeId));
    asked.forEach(
        (voter, answer) -> answer.join().ifPresent(present -> answers.put(voter, present)));
    return answers;
  }
}
