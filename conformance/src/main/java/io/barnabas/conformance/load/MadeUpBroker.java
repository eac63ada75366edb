package io.barnabas.conformance.load;

import io.barnabas.conformance.ClusterProcess;
import io.barnabas.conformance.RawClient;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * A broker that exists for the active controller only: it registers and sends heartbeats, so that
 * it can be given replicas, of which it holds nothing.
 */
final class MadeUpBroker implements Closeable {
  private static final int HEARTBEAT_MS = 300;
  private static final long LIMIT_NANOS = 60_000_000_000L;
  private static final short PLAINTEXT = 0;

  /** What a broker of Kafka 4.4 supports. */
  private static final Map<String, List<Integer>> FEATURES =
      Map.of(
          "metadata.version", List.of(7, 33),
          "kraft.version", List.of(0, 1),
          "group.version", List.of(0, 1),
          "transaction.version", List.of(0, 2),
          "share.version", List.of(0, 2),
          "streams.version", List.of(0, 1),
          "eligible.leader.replicas.version", List.of(0, 1));

  private final ClusterProcess cluster;
  private final String clusterId;
  private final int id;
  private final Uuid incarnation = Uuid.randomUuid();
  private final Uuid directory = Uuid.randomUuid();
  private final Thread thread;
  private volatile long epoch = -1;
  private volatile boolean unfenced;
  private volatile boolean closed;
  private volatile String lastProblem = "nothing was answered";

  private MadeUpBroker(ClusterProcess cluster, String clusterId, int id) {
    this.cluster = cluster;
    this.clusterId = clusterId;
    this.id = id;
    this.thread = Thread.ofPlatform().daemon().name("broker-" + id).unstarted(this::live);
  }

  /** Registers a broker and waits until it takes part. */
  static MadeUpBroker join(ClusterProcess cluster, String clusterId, int id)
      throws IOException, InterruptedException {
    MadeUpBroker broker = new MadeUpBroker(cluster, clusterId, id);
    broker.thread.start();
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (!broker.unfenced) {
      if (System.nanoTime() - deadline > 0) {
        broker.close();
        throw new IOException("broker " + id + " cannot take part: " + broker.lastProblem);
      }
      Thread.sleep(10);
    }
    return broker;
  }

  private void live() {
    while (!closed) {
      try {
        int controller = controller();
        if (controller > 0) {
          serve(controller);
        }
        Thread.sleep(HEARTBEAT_MS);
      } catch (IOException e) {
        lastProblem = String.valueOf(e.getMessage());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private int controller() throws IOException {
    for (int node : cluster.ids()) {
      if (cluster.node(node).isAlive()) {
        return ClusterView.activeController(cluster.node(node).address());
      }
    }
    return -1;
  }

  /** Is this controller's broker until something is wrong. */
  private void serve(int controller) throws IOException, InterruptedException {
    try (RawClient client = RawClient.connect(cluster.controller(controller))) {
      if (epoch < 0) {
        register(client);
      }
      while (!closed) {
        BrokerHeartbeatResponseData answer =
            client.call(
                ApiKeys.BROKER_HEARTBEAT,
                1,
                new BrokerHeartbeatRequestData()
                    .setBrokerId(id)
                    .setBrokerEpoch(epoch)
                    .setCurrentMetadataOffset(epoch),
                BrokerHeartbeatResponseData.class);
        check(answer.errorCode(), "heartbeat");
        unfenced = !answer.isFenced();
        Thread.sleep(HEARTBEAT_MS);
      }
    }
  }

  private void register(RawClient client) throws IOException {
    BrokerRegistrationRequestData.ListenerCollection listeners =
        new BrokerRegistrationRequestData.ListenerCollection();
    listeners.add(
        new BrokerRegistrationRequestData.Listener()
            .setName("PLAINTEXT")
            .setHost("127.0.0.1")
            .setPort(1)
            .setSecurityProtocol(PLAINTEXT));
    BrokerRegistrationRequestData.FeatureCollection features =
        new BrokerRegistrationRequestData.FeatureCollection();
    FEATURES.forEach(
        (name, range) ->
            features.add(
                new BrokerRegistrationRequestData.Feature()
                    .setName(name)
                    .setMinSupportedVersion(range.getFirst().shortValue())
                    .setMaxSupportedVersion(range.getLast().shortValue())));
    BrokerRegistrationResponseData answer =
        client.call(
            ApiKeys.BROKER_REGISTRATION,
            4,
            new BrokerRegistrationRequestData()
                .setBrokerId(id)
                .setClusterId(clusterId)
                .setIncarnationId(incarnation)
                .setListeners(listeners)
                .setFeatures(features)
                .setRack("made-up-" + id)
                .setLogDirs(List.of(directory)),
            BrokerRegistrationResponseData.class);
    check(answer.errorCode(), "registration");
    epoch = answer.brokerEpoch();
  }

  private static void check(short errorCode, String what) throws IOException {
    if (errorCode != Errors.NONE.code()) {
      throw new IOException("the " + what + " was answered " + Errors.forCode(errorCode));
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
