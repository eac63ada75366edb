package io.barnabas.chaos;

import io.barnabas.chaos.check.AnomalyKind;
import io.barnabas.chaos.check.Findings;
import io.barnabas.chaos.check.PartitionHistory;
import io.barnabas.chaos.check.ReplicaFiles;
import io.barnabas.chaos.plan.Plan;
import io.barnabas.chaos.site.Site;
import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;

/** One run on a cluster that has started: load, faults, healing, the final reading, the verdict. */
final class Journey {
  private static final int REPLICAS = 3;
  private static final long WARM_UP_MS = 3_000;
  private static final long LIMIT_MS = 120_000;
  private static final long PAUSE_MS = 100;
  private static final Map<String, String> TOPIC_SETTINGS =
      Map.of("min.insync.replicas", "2", "segment.bytes", "1048576", "retention.ms", "-1");

  private final ClusterProcess cluster;
  private final Site site;
  private final JourneyPlan plan;
  private final Findings findings = new Findings();
  private final Workload work;

  Journey(ClusterProcess cluster, Site site, JourneyPlan plan) {
    this.cluster = cluster;
    this.site = site;
    this.plan = plan;
    Parts parts = new Parts(plan.topics(), plan.partitions(), findings);
    this.work =
        new Workload(
            cluster.bootstrapServers(),
            parts,
            new Acks(parts.all().size(), (plan.seconds() + 1_800) * 1_000L),
            new Trouble(),
            findings,
            plan.seed(),
            Math.max(8_000, plan.seconds() * 1_000 / 8),
            new AtomicInteger(),
            new AtomicBoolean());
  }

  /** Does it all; the nodes have ended at its end. */
  Outcome run() throws IOException, InterruptedException, ExecutionException {
    try (Admin admin = EndReader.admin(cluster.bootstrapServers())) {
      createTopics(admin);
      List<Thread> clients = startClients();
      long beginMs;
      Nemesis nemesis = new Nemesis(cluster, site, admin, work);
      try {
        nemesis.nurse(true);
        Thread.sleep(WARM_UP_MS);
        beginMs = work.acks().nowMs();
        Plan rounds = new Plan(plan.seed(), plan.faults(), cluster.size());
        int done = 0;
        while (done < plan.leastRounds()
            || work.acks().nowMs() - beginMs < plan.seconds() * 1_000L) {
          nemesis.run(rounds.next());
          done++;
        }
        tell("healing");
        nemesis.nurse(true);
      } finally {
        work.stopped().set(true);
        for (Thread client : clients) {
          client.join();
        }
      }
      work.acks().finish();
      long endMs = work.acks().nowMs();
      awaitWhole(admin);
      tell("final reading");
      Map<TopicPartition, Long> ends = ends(admin);
      readAll(ends);
      cluster.close();
      tell("comparing replicas");
      checkParts(ends);
      return new Outcome(plan, work, nemesis.bars(), beginMs, endMs);
    }
  }

  private static void tell(String what) {
    System.err.println("          " + what);
  }

  private void createTopics(Admin admin)
      throws IOException, InterruptedException, ExecutionException {
    List<NewTopic> topics =
        work.parts().topics().stream()
            .map(
                name ->
                    new NewTopic(name, plan.partitions(), (short) REPLICAS).configs(TOPIC_SETTINGS))
            .toList();
    long deadlineMs = work.acks().nowMs() + LIMIT_MS;
    while (true) {
      try {
        if (admin.describeCluster().nodes().get().size() == cluster.size()) {
          admin.createTopics(topics).all().get();
          return;
        }
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TopicExistsException) {
          // The answer to the first request has come too late.
          return;
        }
        if (work.acks().nowMs() > deadlineMs) {
          throw e;
        }
      }
      Thread.sleep(PAUSE_MS);
    }
  }

  private List<Thread> startClients() {
    List<Runnable> clients = new ArrayList<>();
    for (int i = 0; i < plan.writers(); i++) {
      clients.add(new Writer(work, i, Math.max(1, plan.perSecond() / plan.writers())));
    }
    for (int i = 0; i < plan.readers(); i++) {
      clients.add(new Reader(work, i));
    }
    clients.add(new EndReader(work));
    return clients.stream()
        .map(client -> Thread.ofPlatform().name(client.getClass().getSimpleName()).start(client))
        .toList();
  }

  /** Until all replicas are there and in sync. */
  private void awaitWhole(Admin admin) throws InterruptedException {
    long deadlineMs = work.acks().nowMs() + LIMIT_MS;
    String missing = "nothing was told";
    while (work.acks().nowMs() < deadlineMs) {
      try {
        missing = missing(admin);
        if (missing.isEmpty()) {
          return;
        }
      } catch (ExecutionException e) {
        missing = e.toString();
      }
      Thread.sleep(PAUSE_MS);
    }
    findings.add(
        AnomalyKind.NOT_WELL,
        "replicas not in sync %d s after all was healed: %s".formatted(LIMIT_MS / 1_000, missing));
  }

  private String missing(Admin admin) throws InterruptedException, ExecutionException {
    Map<String, TopicDescription> topics =
        admin.describeTopics(work.parts().topics()).allTopicNames().get();
    return topics.values().stream()
        .flatMap(topic -> topic.partitions().stream().map(each -> Map.entry(topic.name(), each)))
        .filter(
            each ->
                each.getValue().isr().size() < REPLICAS
                    || each.getValue().replicas().size() != REPLICAS)
        .map(each -> each.getKey() + each.getValue())
        .collect(Collectors.joining(", "));
  }

  /** The end of each partition, when nothing is written any more. */
  private Map<TopicPartition, Long> ends(Admin admin)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, OffsetSpec> latest =
        work.parts().ids().stream()
            .collect(Collectors.toMap(Function.identity(), _ -> OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (Map.Entry<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> told :
        admin.listOffsets(latest).all().get().entrySet()) {
      ends.put(told.getKey(), told.getValue().offset());
    }
    return ends;
  }

  private void readAll(Map<TopicPartition, Long> ends) {
    try (KafkaConsumer<byte[], byte[]> consumer = Reader.consumer(work.bootstrapServers())) {
      consumer.assign(work.parts().ids());
      consumer.seekToBeginning(work.parts().ids());
      List<PartitionHistory.Session> sessions = work.parts().sessions("the final reading");
      long left = ends.values().stream().mapToLong(end -> end).sum();
      long lastMs = work.acks().nowMs();
      while (left > 0) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          Part part = work.parts().of(new TopicPartition(record.topic(), record.partition()));
          sessions.get(part.index()).readFinally(record.offset(), Reader.value(record));
          left--;
          lastMs = work.acks().nowMs();
        }
        if (work.acks().nowMs() - lastMs > LIMIT_MS) {
          findings.add(AnomalyKind.NOT_WELL, "the final reading lacks " + left + " of " + ends);
          return;
        }
      }
    }
  }

  private void checkParts(Map<TopicPartition, Long> ends) throws IOException {
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      Map<Integer, List<ReplicaFiles.Batch>> replicas = new TreeMap<>();
      String name = end.getKey().toString();
      for (int id : cluster.ids()) {
        if (Files.isDirectory(cluster.node(id).dataDirectory().resolve(name))) {
          replicas.put(
              id,
              ReplicaFiles.read(cluster.node(id).dataDirectory().resolve(name), end.getValue()));
        }
      }
      List<ReplicaFiles.Batch> any = replicas.values().stream().findFirst().orElse(List.of());
      work.parts().of(end.getKey()).history().check(ReplicaFiles.producerEpochs(any));
      if (replicas.size() != REPLICAS) {
        findings.add(AnomalyKind.REPLICAS_DIFFER, name + " is at nodes " + replicas.keySet());
      } else {
        ReplicaFiles.compare(name, replicas, findings);
      }
    }
  }
}
