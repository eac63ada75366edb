package io.barnabas.server.api;

import io.barnabas.replica.Registration;
import io.barnabas.replica.Replica;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A fetch of all partitions that its request names. */
final class WholeFetch implements FetchSource {
  private final FetchReader reader;
  private final List<FetchedPartition> partitions;
  private volatile @Nullable FetchResult last;
  private volatile List<Registration> registrations = List.of();

  WholeFetch(FetchReader reader, List<FetchedPartition> partitions) {
    this.reader = reader;
    this.partitions = partitions;
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
    FetchResult result = reader.read(partitions, 0, first, (partition, replica) -> {});
    last = result;
    return result;
  }

  @Override
  public void listen(Runnable wake) {
    FetchResult before = last;
    if (before == null) {
      return;
    }
    List<Registration> registered = new ArrayList<>(before.size());
    for (int i = 0; i < before.size(); i++) {
      Replica replica = before.replica(i);
      if (replica != null) {
        registered.add(reader.listen(replica, wake));
      }
    }
    registrations = registered;
    if (before.isOutdated()) {
      wake.run();
    }
  }

  @Override
  public void ignore() {
    registrations.forEach(Registration::cancel);
  }
}
