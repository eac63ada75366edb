package io.barnabas.chaos;

import io.barnabas.chaos.check.EndWatch;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Asks the leaders for the ends of all partitions again and again. One thread. */
final class EndReader implements Runnable {
  private static final int PAUSE_MS = 150;

  private final Workload work;

  EndReader(Workload work) {
    this.work = work;
  }

  @Override
  public void run() {
    try (Admin admin = admin(work.bootstrapServers())) {
      while (!work.isStopped()) {
        ask(admin);
        TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask(Admin admin) throws InterruptedException {
    Map<Part, EndWatch.Known> before = new HashMap<>();
    work.parts().all().forEach(part -> before.put(part, part.ends().known()));
    Map<TopicPartition, OffsetSpec> latest =
        work.parts().ids().stream()
            .collect(Collectors.toMap(Function.identity(), _ -> OffsetSpec.latest()));
    ListOffsetsResult answer = admin.listOffsets(latest);
    for (Map.Entry<Part, EndWatch.Known> asked : before.entrySet()) {
      Part part = asked.getKey();
      try {
        ListOffsetsResult.ListOffsetsResultInfo told = answer.partitionResult(part.id()).get();
        Optional<Integer> epoch = told.leaderEpoch();
        epoch.ifPresent(known -> part.ends().told(asked.getValue(), told.offset(), known));
      } catch (ExecutionException e) {
        work.trouble().add("end reader", e);
      }
    }
  }

  /** An admin client that does not wait for long. */
  static Admin admin(String bootstrapServers) {
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            3_000,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            12_000,
            AdminClientConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG,
            2_000,
            AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
            200));
  }
}
