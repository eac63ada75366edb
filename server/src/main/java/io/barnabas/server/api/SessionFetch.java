package io.barnabas.server.api;

import io.barnabas.replica.Replica;
import io.barnabas.world.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fetch of a session's partitions, which reads those only of which its client may have to hear
 * something. What it does not read is quiet: its replica is listened to, and nothing of it was left
 * to be told.
 */
final class SessionFetch implements FetchSource {
  private final FetchReader reader;
  private final FetchSession session;
  private final Clock clock;
  private volatile ReadyPartitions.@Nullable Taken last;
  private volatile @Nullable Runnable waiting;

  SessionFetch(FetchReader reader, FetchSession session, Clock clock) {
    this.reader = reader;
    this.session = session;
    this.clock = clock;
  }

  @Override
  public FetchResult readFirst() {
    return read(true);
  }

  @Override
  public FetchResult read() {
    return read(false);
  }

  private FetchResult read(boolean first) {
    ReadyPartitions.Taken taken = session.takeReady(clock.nanoTime());
    last = taken;
    boolean done = false;
    try {
      List<FetchedPartition> due = session.partitions(taken.keys());
      int others = session.partitionCount() - due.size();
      FetchResult result = reader.read(due, others, first, this::listenTo);
      session.ready().add(unquiet(result));
      done = true;
      return result;
    } finally {
      if (!done) {
        session.ready().add(taken.keys());
      }
    }
  }

  private void listenTo(FetchedPartition partition, Replica replica) {
    session.listenTo(partition, replica, reader);
  }

  /** What has to be read again even if nothing happens; those whose records are sent go last. */
  private List<FetchedPartition.Key> unquiet(FetchResult result) {
    List<FetchedPartition.Key> unsent = new ArrayList<>();
    List<FetchedPartition.Key> sent = new ArrayList<>();
    session.locked(
        () -> {
          for (int i = 0; i < result.size(); i++) {
            if (!reader.isQuiet(result, i)) {
              (result.hasRecords(i) ? sent : unsent).add(result.partition(i).key());
            }
          }
          return true;
        });
    unsent.addAll(sent);
    return unsent;
  }

  @Override
  public void listen(Runnable wake) {
    ReadyPartitions.Taken since = last;
    if (since != null) {
      waiting = wake;
      session.ready().listen(wake, since);
    }
  }

  @Override
  public void ignore() {
    Runnable wake = waiting;
    if (wake != null) {
      session.ready().ignore(wake);
    }
  }
}
