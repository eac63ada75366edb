package io.barnabas.replica;

import io.barnabas.log.DamagedLogException;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogDirectory;
import io.barnabas.log.PartitionLog;
import io.barnabas.metadata.PartitionImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicIdPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of replicas here whose data was found damaged. For one thread.
 *
 * <ol>
 *   <li>It is out of service at once, and the cluster is told. From then on the image has it as
 *       {@linkplain PartitionImage#LOST lost}: out of sync, and leading nothing.
 *   <li>As soon as another replica leads, the files are set aside, and the replica begins anew with
 *       none, which the cluster is told, too. It copies all from the leader, as any new replica.
 *   <li>If it was the only one in sync, it waits for people: they put good files in place and start
 *       the node, which reads all of them before it says so; or they have another replica lead.
 * </ol>
 */
final class Repairs {
  private static final Logger LOG = LoggerFactory.getLogger(Repairs.class);

  private static final String STUCK =
      "its data is damaged, and no other replica is known to have all of it";

  /** How a replica stands that was found damaged, in this start of the node. */
  private enum State {
    /** Nothing is done until the cluster knows, and has another leader. */
    WAITS,
    /** There is no other, and its own files were looked at: only people can help. */
    STUCK,
    /** It began anew, or its files are good again, and the cluster is told. */
    SOUND
  }

  private final int nodeId;
  private final LogDirectory directory;
  private final DamageReports reports;
  private final Map<TopicIdPartition, State> states = new HashMap<>();

  Repairs(int nodeId, LogDirectory directory, DamageReports reports) {
    this.nodeId = nodeId;
    this.directory = directory;
    this.reports = reports;
  }

  /** Knows nothing any more of what is not among those that should be here. */
  void retain(Predicate<TopicIdPartition> here) {
    states.keySet().removeIf(here.negate());
  }

  /**
   * Damage was found.
   *
   * @param known as the cluster knows the partition
   * @return why it is offline
   */
  String found(TopicIdPartition id, DamagedLogException damage, Optional<PartitionImage> known) {
    LOG.error(
        "{} is damaged and out of service here: {}", id.topicPartition(), damage.getMessage());
    states.put(id, State.WAITS);
    reports.damaged(id);
    return known.filter(this::isAlone).isPresent()
        ? stuck(id)
        : waits(id, String.valueOf(damage.getMessage()));
  }

  private String waits(TopicIdPartition id, String why) {
    states.put(id, State.WAITS);
    return "its data is damaged, and will be copied from the leader: " + why;
  }

  private boolean isAlone(PartitionImage known) {
    return known.isr().contains(nodeId) && known.isr().size() == 1 && known.elr().isEmpty();
  }

  /** Whether another replica is known to have all that was acknowledged. */
  private boolean isCopied(PartitionImage known) {
    return Stream.concat(known.isr().stream(), known.elr().stream())
        .anyMatch(id -> id != nodeId && !known.isLost(id));
  }

  private String stuck(TopicIdPartition id) {
    states.put(id, State.STUCK);
    LOG.error(
        "{} stays offline: no other replica is known to have all of its records. Put its files back"
            + " from a copy and start the node again; or start it as it is, which gives up what"
            + " follows the damage if that was not noted as forced; or give up what follows it in"
            + " any case: stop the node, remove the partition's line from"
            + " recovery-point-offset-checkpoint (and count it down), and start it again; or have"
            + " another replica lead by an unclean election, which loses what that one lacks",
        id.topicPartition());
    return STUCK;
  }

  /** Whether what is open must be closed: it was opened before its damage was known here. */
  boolean mustReopen(TopicIdPartition id, PartitionImage known) {
    return known.isLost(nodeId) && states.get(id) != State.SOUND;
  }

  /**
   * What became of opening a log.
   *
   * @param log empty if it must not be
   * @param reason why not
   */
  record Opened(Optional<PartitionLog> log, String reason) {
    private static Opened not(String reason) {
      return new Opened(Optional.empty(), reason);
    }
  }

  /** Opens a log that is not in use, if it may be, making it if it is not there. */
  Opened open(TopicIdPartition id, PartitionImage known, LogConfig config) throws IOException {
    State state = states.get(id);
    try {
      if (known.isLost(nodeId) && state != State.SOUND) {
        return openLost(id, known, config);
      }
      if (state == State.WAITS || state == State.STUCK) {
        // The cluster has not heard of it yet.
        return Opened.not("its data is damaged");
      }
      return new Opened(Optional.of(directory.openOrCreate(id, config, isCopied(known))), "");
    } catch (DamagedLogException e) {
      return Opened.not(found(id, e, Optional.of(known)));
    }
  }

  private Opened openLost(TopicIdPartition id, PartitionImage known, LogConfig config)
      throws IOException {
    if (known.isr().contains(nodeId)) {
      return reopen(id, config);
    }
    if (known.leader() == PartitionImage.NO_LEADER) {
      return Opened.not(waits(id, "nobody leads it for now"));
    }
    Optional<Path> aside = directory.setDamagedAside(id);
    PartitionLog log = directory.openOrCreate(id, config);
    LOG.info(
        "{} is copied anew from node {}; the damaged files {}",
        id.topicPartition(),
        known.leader(),
        aside.map(path -> "are in " + path).orElse("are gone"));
    return sound(id, log);
  }

  /** It is the only one in sync, and perhaps people have put its files right. */
  private Opened reopen(TopicIdPartition id, LogConfig config) throws IOException {
    State state = states.get(id);
    if (state != null) {
      return Opened.not(state == State.STUCK ? STUCK : stuck(id));
    }
    try {
      PartitionLog log = directory.reopenIfSound(id, config);
      LOG.warn(
          "{} was damaged and can be read again; if something was cut off, that was said",
          id.topicPartition());
      return sound(id, log);
    } catch (DamagedLogException e) {
      LOG.error("{} is still damaged: {}", id.topicPartition(), e.getMessage());
      return Opened.not(stuck(id));
    }
  }

  private Opened sound(TopicIdPartition id, PartitionLog log) {
    states.put(id, State.SOUND);
    reports.sound(id);
    return new Opened(Optional.of(log), "");
  }
}
