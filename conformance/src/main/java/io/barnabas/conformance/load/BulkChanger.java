package io.barnabas.conformance.load;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;

/**
 * A client that changes very much where nothing fails: settings of several topics in a request, and
 * now and then some topics are created and others deleted.
 */
final class BulkChanger implements Runnable {
  private static final int TOPICS = 10;
  private static final int RENEWED = 2;
  private static final int ROUNDS_TO_RENEW = 50;
  private static final int MOST_PARTITIONS = 3;
  private static final short REPLICAS = 3;

  private final int id;
  private final String bootstrapServers;
  private final AtomicInteger wanted;
  private final int batch;
  private final Random random;
  private final Map<String, TopicState> topics = new TreeMap<>();
  private final List<String> complaints = new ArrayList<>();
  private int made;
  private int settingsChanged;
  private int created;
  private int deleted;

  /**
   * A client with topics of its own.
   *
   * @param wanted how many changes are still to be made by all clients together
   * @param batch settings changed in one request
   */
  BulkChanger(int id, String bootstrapServers, AtomicInteger wanted, int batch, long seed) {
    this.id = id;
    this.bootstrapServers = bootstrapServers;
    this.wanted = wanted;
    this.batch = batch;
    this.random = new Random(seed);
  }

  @Override
  public void run() {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      create(admin, TOPICS);
      for (int round = 1; wanted.get() > 0; round++) {
        if (round % ROUNDS_TO_RENEW == 0) {
          delete(admin);
          create(admin, RENEWED);
        }
        changeSettings(admin);
      }
    } catch (ExecutionException e) {
      complaints.add("a change of client " + id + " was refused: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void create(Admin admin, int count) throws ExecutionException, InterruptedException {
    Map<String, TopicState> states = new TreeMap<>();
    List<NewTopic> request = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = "bulk-" + id + "-" + made++;
      TopicState state = new TopicState(random.nextInt(1, MOST_PARTITIONS + 1), retentionMs());
      states.put(name, state);
      request.add(
          new NewTopic(name, state.partitions(), REPLICAS)
              .configs(Map.of("retention.ms", Long.toString(state.retentionMs()))));
    }
    admin.createTopics(request).all().get();
    topics.putAll(states);
    created += count;
    wanted.addAndGet(-count);
  }

  private void delete(Admin admin) throws ExecutionException, InterruptedException {
    List<String> names = topics.keySet().stream().limit(RENEWED).toList();
    admin.deleteTopics(names).all().get();
    names.forEach(topics::remove);
    deleted += names.size();
    wanted.addAndGet(-names.size());
  }

  private void changeSettings(Admin admin) throws ExecutionException, InterruptedException {
    List<String> names = new ArrayList<>(topics.keySet());
    Map<ConfigResource, Collection<AlterConfigOp>> request = new HashMap<>();
    Map<String, TopicState> states = new TreeMap<>();
    for (int i = 0; i < batch; i++) {
      String name = names.remove(random.nextInt(names.size()));
      TopicState before = topics.getOrDefault(name, new TopicState(0, 0));
      TopicState after = new TopicState(before.partitions(), retentionMs());
      states.put(name, after);
      request.put(
          new ConfigResource(ConfigResource.Type.TOPIC, name),
          List.of(
              new AlterConfigOp(
                  new ConfigEntry("retention.ms", Long.toString(after.retentionMs())),
                  AlterConfigOp.OpType.SET)));
    }
    admin.incrementalAlterConfigs(request).all().get();
    topics.putAll(states);
    settingsChanged += batch;
    wanted.addAndGet(-batch);
  }

  private long retentionMs() {
    return random.nextLong(1_000_000_000L, 2_000_000_000L);
  }

  /** What each topic is, by name; only after {@link #run()} has returned, as all that follow. */
  Map<String, List<Optional<TopicState>>> possible() {
    Map<String, List<Optional<TopicState>>> possible = new TreeMap<>();
    topics.forEach((name, state) -> possible.put(name, List.of(Optional.of(state))));
    return possible;
  }

  /** Settings of topics that were changed. */
  int settingsChangedCount() {
    return settingsChanged;
  }

  /** Topics that were created. */
  int createdCount() {
    return created;
  }

  /** Topics that were deleted. */
  int deletedCount() {
    return deleted;
  }

  /** Changes that were refused, which none may be. */
  List<String> complaints() {
    return complaints;
  }
}
