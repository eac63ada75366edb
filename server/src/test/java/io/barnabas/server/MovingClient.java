package io.barnabas.server;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Follows the leader of one partition as Kafka's Java client does: who leads it asks of a broker
 * that it is connected to, as long as the newest answer names that one, and connects to another one
 * only if there is none.
 */
final class MovingClient implements Closeable {
  private static final long BACKOFF_NANOS = 100_000_000;

  private final SimulatedCluster cluster;
  private final Uuid topic;
  private final int partition;
  private final Map<Integer, TestClient> open = new TreeMap<>();
  private List<Integer> brokers;
  private int leader = -1;
  private int leaderEpoch = -1;
  private int lost = -1;

  /** Knows of one broker. */
  MovingClient(SimulatedCluster cluster, int broker, Uuid topic, int partition) {
    this.cluster = cluster;
    this.topic = topic;
    this.partition = partition;
    brokers = List.of(broker);
  }

  /** What is asked of a leader. */
  interface Request {
    Errors send(TestClient leader) throws IOException;
  }

  /** Sends a request to the leader, whoever that is, until it is answered without an error. */
  void send(Request request) {
    while (!isSent(request)) {
      askWhoLeads();
    }
  }

  /** The broker that it holds to be the leader; -1 if it knows of none. */
  int leader() {
    return leader;
  }

  private boolean isSent(Request request) {
    if (leader < 0) {
      return false;
    }
    try {
      return request.send(connection(leader)) == Errors.NONE;
    } catch (IOException e) {
      lose(leader);
      return false;
    }
  }

  private TestClient connection(int broker) throws IOException {
    TestClient known = open.get(broker);
    if (known != null) {
      return known;
    }
    try {
      TestClient made = cluster.client(broker);
      open.put(broker, made);
      return made;
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void lose(int broker) {
    TestClient broken = open.remove(broker);
    if (broken != null) {
      broken.close();
    }
    lost = broker;
  }

  private void askWhoLeads() {
    int asked =
        brokers.stream()
            .filter(open::containsKey)
            .findFirst()
            .or(() -> brokers.stream().filter(each -> each != lost).findFirst())
            .orElse(lost);
    try {
      MetadataRequestData request = new MetadataRequestData();
      request.topics().add(new MetadataRequestTopic().setTopicId(topic).setName(null));
      take(connection(asked).call(ApiKeys.METADATA, 12, request, MetadataResponseData.class));
    } catch (IOException e) {
      lose(asked);
    }
    cluster.world().threads().sleep(BACKOFF_NANOS);
  }

  private void take(MetadataResponseData answer) {
    brokers = answer.brokers().stream().map(each -> each.nodeId()).sorted().toList();
    for (MetadataResponsePartition each : answer.topics().iterator().next().partitions()) {
      if (each.partitionIndex() == partition && each.leaderEpoch() >= leaderEpoch) {
        leaderEpoch = each.leaderEpoch();
        leader = each.errorCode() == 0 ? each.leaderId() : -1;
      }
    }
  }

  @Override
  public void close() {
    open.values().forEach(TestClient::close);
  }
}
