package io.barnabas.server;

import io.barnabas.server.membership.BrokerLifecycle.Health;
import io.barnabas.world.Clock;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how the disk of a broker is. For one thread. */
final class DiskHealth implements Supplier<Health> {
  /**
   * A disk that hung is likely to hang again soon, and each time all that the broker leads goes to
   * others and back. So it counts as sound only after several times as long as a hang lasts at
   * least; not much later, as meanwhile there is a replica less.
   */
  static final long SOUND_AFTER_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final Logger LOG = LoggerFactory.getLogger(DiskHealth.class);

  /** A disk that has not answered for longer keeps the broker from leading what others can. */
  private static final long HUNG_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

  private final Clock clock;
  private final List<Uuid> directories;
  private final Supplier<Optional<IOException>> failure;
  private final LongSupplier busyNanos;
  private boolean hung;
  private long hungAt;

  /**
   * Takes it for sound at first.
   *
   * @param failure why the directories take nothing any more, if so
   * @param busyNanos for how long the disk has not answered
   */
  DiskHealth(
      Clock clock,
      List<Uuid> directories,
      Supplier<Optional<IOException>> failure,
      LongSupplier busyNanos) {
    this.clock = clock;
    this.directories = List.copyOf(directories);
    this.failure = failure;
    this.busyNanos = busyNanos;
  }

  @Override
  public Health get() {
    if (failure.get().isPresent()) {
      return new Health(true, directories);
    }
    long now = clock.nanoTime();
    if (busyNanos.getAsLong() > HUNG_NANOS) {
      if (!hung) {
        LOG.warn("The disk hangs: others are to lead what they can of what this broker leads");
      }
      hung = true;
      hungAt = now;
    } else if (hung && now - hungAt >= SOUND_AFTER_NANOS) {
      LOG.info("The disk answers again");
      hung = false;
    }
    return hung ? new Health(true, List.of()) : Health.GOOD;
  }
}
