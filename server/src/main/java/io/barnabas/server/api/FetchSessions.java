package io.barnabas.server.api;

import io.barnabas.world.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The fetch sessions of all clients, a bounded number of them. A new one takes the place of one
 * that was not used for two minutes, or else of the smallest one that is smaller and two minutes
 * old; if there is none, the client goes on without a session. Thread-safe.
 *
 * <p>Followers have sessions beside those, one for each broker, so that no other client can take
 * them away: a broker that follows thousands of partitions and had to name all of them in each
 * request would fall out of sync.
 */
final class FetchSessions {
  private static final long EVICTION_MS = 120_000;

  /** Over all sessions, so that a few clients cannot fill the memory with names. */
  private static final int MAX_PARTITIONS = 500_000;

  private final World world;
  private final int slots;
  private final ReentrantLock lock = new ReentrantLock();

  /** The least recently used one first. */
  private final Map<Integer, FetchSession> sessions = new LinkedHashMap<>(16, 0.75f, true);

  /** Those of brokers' followers, by broker. */
  private final Map<Integer, FetchSession> ofBrokers = new HashMap<>();

  private long partitionCount;

  FetchSessions(World world, int slots) {
    this.world = world;
    this.slots = slots;
  }

  /** Finds out what a request is about, and notes in its session what it changes. */
  FetchContext context(FetchAsked asked) {
    FetchMetadata metadata = asked.metadata();
    if (metadata.isFull()) {
      if (metadata.sessionId() != FetchMetadata.INVALID_SESSION_ID) {
        remove(metadata.sessionId());
      }
      return new FetchContext.Full(
          new ArrayList<>(asked.fetched().values()),
          asked.usesTopicIds(),
          metadata.epoch() != FetchMetadata.FINAL_EPOCH);
    }
    FetchSession session = use(metadata.sessionId());
    if (session == null) {
      return new FetchContext.Refused(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }
    FetchContext context = session.locked(() -> incremental(session, asked));
    if (context instanceof FetchContext.Incremental incremental) {
      count(session, incremental.session().partitionCount());
    } else if (context instanceof FetchContext.Full) {
      remove(session.id());
    }
    return context;
  }

  private static FetchContext incremental(FetchSession session, FetchAsked asked) {
    if (session.epoch() != asked.metadata().epoch()) {
      return new FetchContext.Refused(Errors.INVALID_FETCH_SESSION_EPOCH);
    }
    if (session.usesTopicIds() != asked.usesTopicIds()) {
      return new FetchContext.Refused(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
    }
    session.update(asked.fetched().values(), asked.forgotten());
    if (session.partitionCount() == 0) {
      return new FetchContext.Full(List.of(), asked.usesTopicIds(), false);
    }
    return new FetchContext.Incremental(session, session.epoch());
  }

  /**
   * Opens a session if there is room for one; for a broker's follower there always is, in place of
   * its last one.
   */
  Optional<FetchSession> open(
      List<FetchedPartition> fetched, boolean usesTopicIds, OptionalInt broker) {
    lock.lock();
    try {
      long nowMs = nowMs();
      if (broker.isPresent() && !fetched.isEmpty()) {
        FetchSession session = new FetchSession(newId(), usesTopicIds, nowMs, fetched);
        FetchSession before = ofBrokers.put(broker.getAsInt(), session);
        if (before != null) {
          before.close();
        }
        return Optional.of(session);
      }
      if (fetched.isEmpty()
          || partitionCount + fetched.size() > MAX_PARTITIONS
          || !makeRoom(fetched.size(), nowMs)) {
        return Optional.empty();
      }
      FetchSession session = new FetchSession(newId(), usesTopicIds, nowMs, fetched);
      sessions.put(session.id(), session);
      partitionCount += session.size();
      return Optional.of(session);
    } finally {
      lock.unlock();
    }
  }

  private boolean makeRoom(int size, long nowMs) {
    if (sessions.size() < slots) {
      return true;
    }
    Iterator<FetchSession> oldest = sessions.values().iterator();
    if (!oldest.hasNext()) {
      return false;
    }
    FetchSession victim = oldest.next();
    if (nowMs - victim.lastUsedMs() <= EVICTION_MS) {
      victim = smallest(size, nowMs);
    }
    if (victim != null) {
      forget(victim);
    }
    return victim != null;
  }

  private @Nullable FetchSession smallest(int below, long nowMs) {
    FetchSession smallest = null;
    int size = below;
    for (FetchSession session : sessions.values()) {
      if (session.size() < size && nowMs - session.createdMs() > EVICTION_MS) {
        smallest = session;
        size = session.size();
      }
    }
    return smallest;
  }

  private int newId() {
    while (true) {
      int id = world.randomness().nextInt(Integer.MAX_VALUE - 1) + 1;
      if (!sessions.containsKey(id) && ofBroker(id) == null) {
        return id;
      }
    }
  }

  private @Nullable FetchSession use(int id) {
    lock.lock();
    try {
      FetchSession session = sessions.get(id);
      if (session == null) {
        return ofBroker(id);
      }
      session.usedAt(nowMs());
      return session;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable FetchSession ofBroker(int id) {
    return ofBrokers.values().stream().filter(each -> each.id() == id).findFirst().orElse(null);
  }

  /** A session that outgrows the bound is given up; its client then opens another, or none. */
  private void count(FetchSession session, int size) {
    lock.lock();
    try {
      if (sessions.get(session.id()) == session && session.size() != size) {
        partitionCount += size - session.size();
        session.countedAs(size);
        if (partitionCount > MAX_PARTITIONS) {
          forget(session);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void remove(int id) {
    lock.lock();
    try {
      FetchSession session = sessions.get(id);
      if (session != null) {
        forget(session);
      }
      FetchSession ofBroker = ofBroker(id);
      if (ofBroker != null) {
        ofBrokers.values().remove(ofBroker);
        ofBroker.close();
      }
    } finally {
      lock.unlock();
    }
  }

  private void forget(FetchSession session) {
    sessions.remove(session.id());
    partitionCount -= session.size();
    session.close();
  }

  /** The clock that never goes back. */
  private long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(world.clock().nanoTime());
  }
}
