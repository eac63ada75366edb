package io.barnabas.quorum.simulated;

import io.barnabas.quorum.CommitListener;
import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.NotAppendedException;
import io.barnabas.quorum.NotLeadingException;
import io.barnabas.quorum.Quorum;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.QuorumStatus;
import io.barnabas.world.simulated.SimulatedMachine;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One life of a member. */
final class NodeQuorum implements Quorum {
  private static final int MOST_ENTRIES_AT_ONCE = 64;

  private final SimulatedQuorum quorum;
  private final SimulatedMachine machine;
  private final Member self;
  private final Applier applier;

  /** What it asked a leader for, by number. */
  private final Map<Long, CompletableFuture<Long>> asked = new HashMap<>();

  private boolean started;
  private boolean closed;
  private @Nullable Leading leading;
  private Optional<Member> leader = Optional.empty();
  private long heardNanos;
  private long electionAtNanos;
  private long lastNumber;

  NodeQuorum(SimulatedQuorum quorum, SimulatedMachine machine, Member self) {
    this.quorum = quorum;
    this.machine = machine;
    this.self = self;
    applier = new Applier(this, self);
  }

  SimulatedMachine machine() {
    return machine;
  }

  SimulatedQuorumOptions options() {
    return quorum.options();
  }

  boolean isRunning() {
    return started && !hasEnded();
  }

  boolean hasEnded() {
    return closed || machine.isCrashed();
  }

  boolean wasClosed() {
    return closed;
  }

  boolean leads() {
    return leading != null;
  }

  /** Who leads, as far as it has heard. */
  Leadership view() {
    OptionalInt id = leader.map(Member::nodeId).map(OptionalInt::of).orElseGet(OptionalInt::empty);
    boolean active = leading != null && applier.applied() >= leading.beginning();
    return new Leadership(id, self.term, active);
  }

  @Override
  public void start(CommitListener listener) {
    RaftLog log = self.log;
    long base = log.base().position();
    self.committed = base + quorum.pickUpTo(Math.toIntExact(self.committed - base));
    applier.replay(listener);
    started = true;
    waitForLeader();
    applier.start();
    tick();
  }

  private long nowNanos() {
    return machine.clock().nanoTime();
  }

  private void waitForLeader() {
    electionAtNanos = nowNanos() + quorum.pick(options().electionTimeout());
  }

  private void tick() {
    if (!isRunning()) {
      return;
    }
    Leading term = leading;
    long patienceNanos = 2 * options().electionTimeout().maxNanos();
    if (term == null) {
      if (nowNanos() - electionAtNanos >= 0) {
        campaign(false);
      }
    } else if (nowNanos() - term.heardNanos(nowNanos()) > patienceNanos) {
      follow(self.term, Optional.empty());
      applier.wake();
    } else {
      broadcast(term);
    }
    machine.clock().schedule(options().heartbeatNanos(), this::tick);
  }

  // --- elections

  /**
   * Asks for votes, and leads if it gets them.
   *
   * @param forced also of those who hear of a leader
   */
  boolean campaign(boolean forced) {
    waitForLeader();
    if (self.hangs) {
      return false;
    }
    List<Member> willing =
        quorum.voters().stream().filter(voter -> voter == self || grants(voter, forced)).toList();
    long nowNanos = nowNanos();
    // From here on the world is not called, so that nobody else votes or leads meanwhile.
    boolean stillWilling = willing.stream().allMatch(voter -> self.isAsNewAs(voter));
    if (!isRunning()
        || !stillWilling
        || !willing.contains(self)
        || !quorum.isMajority(willing.size())) {
      return false;
    }
    int term = 1 + willing.stream().mapToInt(voter -> voter.term).max().orElse(0);
    willing.forEach(voter -> voter.term = term);
    List<NodeQuorum> lives = willing.stream().flatMap(voter -> voter.running().stream()).toList();
    lives.forEach(life -> life.follow(term, Optional.empty()));
    self.log.append(LogEntry.beginning(term, self.log.lastIndex()));
    leader = Optional.of(self);
    Leading now = new Leading(quorum, self, self.log.lastPosition(), nowNanos);
    leading = now;
    lives.forEach(NodeQuorum::voted);
    force();
    broadcast(now);
    applier.wake();
    return true;
  }

  private boolean grants(Member voter, boolean forced) {
    return voter
        .running()
        .filter(life -> quorum.areConnected(this, life) && self.isAsNewAs(voter))
        .filter(life -> !voter.hangs)
        .filter(life -> forced || !life.hearsOfLeader() || quorum.oneIn(4))
        .isPresent();
  }

  private boolean hearsOfLeader() {
    return leads() || nowNanos() - heardNanos < options().electionTimeout().minNanos();
  }

  private void voted() {
    waitForLeader();
    machine.clock().schedule(0, applier::wake);
  }

  private void follow(int term, Optional<Member> newLeader) {
    self.term = term;
    leader = newLeader;
    leading = null;
  }

  // --- messages

  private void broadcast(Leading term) {
    long round = term.nextRound();
    for (Member other : quorum.members()) {
      if (other != self) {
        append(term, other, round);
      }
    }
    if (leading == term) {
      advance(term);
    }
  }

  private void append(Leading term, Member to, long round) {
    if (leading != term) {
      return;
    }
    RaftLog log = self.log;
    long base = log.base().position();
    long before = Math.clamp(term.follower(to).next - 1, base, log.lastPosition());
    boolean forgotten = term.follower(to).next <= base;
    send(
        to,
        new Message.Append(
            self.term,
            self,
            round,
            before,
            log.termAt(before),
            log.after(before, MOST_ENTRIES_AT_ONCE),
            self.committed,
            forgotten ? self.snapshot : Optional.empty()));
  }

  private void send(Member to, Message message) {
    Optional<NodeQuorum> life = to.running();
    if (life.isEmpty() || quorum.oneIn(options().messageLostOneIn())) {
      return;
    }
    int copies = quorum.oneIn(options().messageTwiceOneIn()) ? 2 : 1;
    for (int i = 0; i < copies && quorum.areConnected(this, life.get()); i++) {
      life.get()
          .machine
          .clock()
          .schedule(
              quorum.pick(options().messageDelay()),
              () -> {
                if (quorum.areConnected(this, life.get())) {
                  life.get().receive(message);
                }
              });
    }
  }

  private void receive(Message message) {
    switch (message) {
      case Message.Append append -> receive(append);
      case Message.Appended appended -> receive(appended);
      case Message.Ask(Member asker, long number) -> {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        var _ = answer.thenAccept(index -> send(asker, new Message.Told(number, index)));
        read(answer);
      }
      case Message.Told(long number, long index) -> {
        CompletableFuture<Long> waiting = asked.remove(number);
        if (waiting != null) {
          waiting.complete(index);
        }
      }
    }
  }

  private void receive(Message.Append append) {
    boolean accepted = false;
    if (append.term() >= self.term) {
      follow(append.term(), Optional.of(append.leader()));
      heardNanos = nowNanos();
      waitForLeader();
      if (self.hangs) {
        // It has nothing of it for sure, and so says nothing.
        applier.wake();
        return;
      }
      accepted = self.take(append);
    }
    long position =
        accepted
            ? Math.max(append.before() + append.entries().size(), self.log.base().position())
            : Math.min(append.before() - 1, self.log.lastPosition());
    send(
        append.leader(),
        new Message.Appended(self.term, append.term(), self, append.round(), accepted, position));
    applier.wake();
  }

  private void receive(Message.Appended answer) {
    if (answer.term() > self.term) {
      follow(answer.term(), Optional.empty());
      applier.wake();
    }
    Leading term = leading;
    if (term == null || answer.termAsked() != self.term) {
      return;
    }
    Leading.Follower follower = term.follower(answer.follower());
    follower.contactNanos = nowNanos();
    follower.contactMs = machine.clock().wallTimeMillis();
    follower.round = Math.max(follower.round, answer.round());
    if (answer.accepted()) {
      follower.match = Math.max(follower.match, answer.position());
      follower.next = Math.max(follower.next, follower.match + 1);
    } else {
      follower.next = Math.max(follower.match, answer.position()) + 1;
    }
    if (follower.match >= self.log.lastPosition()) {
      follower.caughtUpMs = follower.contactMs;
    } else if (!answer.accepted() || answer.position() + 1 == follower.next) {
      append(term, answer.follower(), answer.round());
    }
    if (leading == term) {
      advance(term);
    }
  }

  /** Its own disk has all that is in the log now, after a while. */
  void force() {
    long position = self.log.lastPosition();
    machine
        .clock()
        .schedule(
            quorum.pick(options().forceDelay()),
            () -> {
              if (self.hangs) {
                return;
              }
              self.forced = Math.max(self.forced, Math.min(position, self.log.lastPosition()));
              if (leading != null) {
                advance(leading);
              }
            });
  }

  /** Commits what a majority has, if it can be. */
  private void advance(Leading term) {
    long position = term.onMajority();
    boolean more =
        position > self.committed && self.log.termAt(position) == self.term && !self.hangs;
    if (more) {
      self.committed = position;
    }
    term.serveReads();
    if (more) {
      applier.wake();
      if (leading == term) {
        broadcast(term);
      }
    }
  }

  // --- what callers want

  @Override
  public CompletableFuture<Boolean> propose(long expectedIndex, byte[] entry) {
    Leading term = leading;
    Leadership told = applier.told();
    if (!isRunning()) {
      return CompletableFuture.failedFuture(new IOException("The quorum is not running"));
    }
    if (term == null || !told.active() || told.epoch() != self.term) {
      return CompletableFuture.failedFuture(new NotLeadingException("This node does not lead"));
    }
    if (applier.isFull()) {
      return CompletableFuture.failedFuture(new NotAppendedException("Too many entries wait"));
    }
    Content data = new Content(entry);
    CompletableFuture<Boolean> outcome = applier.add(expectedIndex, data);
    self.log.append(LogEntry.proposed(self.term, expectedIndex, data, self.log.lastIndex()));
    force();
    broadcast(term);
    return outcome;
  }

  @Override
  public CompletableFuture<Long> readIndex() {
    if (!isRunning()) {
      return CompletableFuture.failedFuture(new IOException("The quorum is not running"));
    }
    CompletableFuture<Long> answer = new CompletableFuture<>();
    long number = ++lastNumber;
    asked.put(number, answer);
    Member to = leader.orElse(self);
    if (to == self) {
      CompletableFuture<Long> read = new CompletableFuture<>();
      var _ = read.thenAccept(index -> receive(new Message.Told(number, index)));
      read(read);
    } else {
      send(to, new Message.Ask(self, number));
    }
    machine
        .clock()
        .schedule(
            options().readTimeoutNanos(),
            () -> {
              asked.remove(number);
              answer.completeExceptionally(new IOException("No leader of the quorum answered"));
            });
    return answer;
  }

  /** Never answered if this node does not lead. */
  private void read(CompletableFuture<Long> answer) {
    Leading term = leading;
    if (term != null) {
      term.read(answer);
      broadcast(term);
    }
  }

  @Override
  public Leadership leadership() {
    return applier.told();
  }

  @Override
  public QuorumStatus status() {
    return Statuses.status(quorum, self, applier.told(), leading, machine.clock().wallTimeMillis());
  }

  @Override
  public CompletableFuture<Void> addVoter(QuorumMember member) {
    return change(() -> Membership.with(quorum, this, member));
  }

  @Override
  public CompletableFuture<Void> removeVoter(int nodeId, UUID directoryId) {
    return change(() -> Membership.without(quorum, this, nodeId, directoryId));
  }

  @Override
  public boolean handOver() {
    return !leads()
        || quorum.voters().stream()
            .filter(voter -> voter != self)
            .flatMap(voter -> voter.running().stream())
            .anyMatch(other -> other.campaign(true));
  }

  private CompletableFuture<Void> change(Membership.Change change) {
    CompletableFuture<Void> made = new CompletableFuture<>();
    machine
        .clock()
        .schedule(
            quorum.pick(options().messageDelay()),
            () -> {
              try {
                change(change.voters());
                made.complete(null);
              } catch (IOException e) {
                made.completeExceptionally(e);
              }
            });
    return made;
  }

  private void change(List<Member> voters) {
    quorum.voters(voters);
    if (!voters.contains(self)) {
      follow(self.term, Optional.empty());
    }
    applier.wake();
  }

  /** How far another member is known to have come; nothing if it is not known. */
  OptionalInt missing(Member other) {
    if (leading == null || leading.follower(other).match < 0) {
      return OptionalInt.empty();
    }
    long missing = self.committed - leading.follower(other).match;
    return OptionalInt.of(Math.toIntExact(Math.max(0, missing)));
  }

  int term() {
    return self.term;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    applier.close();
    closed = true;
    leading = null;
  }
}
