package io.barnabas.chaos;

import io.barnabas.chaos.check.Findings;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all clients have in common.
 *
 * @param bootstrapServers of the cluster
 * @param parts that they work on
 * @param acks when acknowledgements came
 * @param trouble errors that they were told of
 * @param findings what must not be
 * @param seed of what they do
 * @param lifeMs how long a client lives, about; then another one takes its place
 * @param producers how many there have been
 * @param stopped whether they shall end
 */
record Workload(
    String bootstrapServers,
    Parts parts,
    Acks acks,
    Trouble trouble,
    Findings findings,
    long seed,
    int lifeMs,
    AtomicInteger producers,
    AtomicBoolean stopped) {

  boolean isStopped() {
    return stopped.get();
  }
}
