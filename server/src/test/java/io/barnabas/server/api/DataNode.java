package io.barnabas.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.replica.Replicas;
import io.barnabas.world.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;

/** The data handlers of node 1 on a log directory, led by whatever image a test makes. */
final class DataNode {
  /** The versions that name topics by id, the newest of all. */
  static final int PRODUCE = 13;

  static final int FETCH = 18;

  final TrackedWorld world;
  final Replicas replicas;
  final ProduceHandler produce;
  final FetchHandler fetch;
  private final LogDirectory directory;
  private volatile ClusterImage image = ClusterImage.empty("cluster");

  private DataNode(World plain, int sessionSlots) throws IOException {
    world = new TrackedWorld(plain);
    directory = LogDirectory.open(world, Path.of("/data"), LogDirectoryOptions.defaults());
    replicas = new Replicas(world, directory, 1, Map.of());
    produce = new ProduceHandler(world, replicas, () -> image);
    fetch =
        new FetchHandler(
            world,
            replicas,
            () -> image,
            new DataApis.Limits(1 << 20, sessionSlots, Optional.of("PLAINTEXT"), true));
    apply(
        List.of(
            new Fact.BrokerRegistered(broker(1, "one")),
            new Fact.BrokerRegistered(broker(2, "two"))));
  }

  /** What a test does with a node. */
  @FunctionalInterface
  interface Body {
    void run(DataNode node) throws Exception;
  }

  /** Runs a test on a new node; in the end all files must be closed. */
  static void with(World world, int sessionSlots, Body body) throws Exception {
    DataNode node = new DataNode(world, sessionSlots);
    body.run(node);
    node.replicas.close();
    node.directory.close();
    assertThat(node.world.openFiles()).as("open files").isZero();
  }

  private static Fact.BrokerImage broker(int id, String host) {
    return new Fact.BrokerImage(
        id,
        1,
        new Uuid(0, id),
        Optional.of("rack-" + host),
        List.of(new Fact.Endpoint("PLAINTEXT", "PLAINTEXT", host, 9092)));
  }

  ClusterImage image() {
    return image;
  }

  void apply(List<Fact> facts) {
    image = image.apply(facts);
    replicas.reconcile(image).join();
  }

  static PartitionImage led(int leader, int epoch) {
    return new PartitionImage(List.of(leader, 3 - leader), List.of(leader), leader, epoch, epoch);
  }

  /** A new topic, all partitions led here. */
  Uuid topic(String name, int partitions, Map<String, String> settings) {
    Uuid id = new Uuid(name.hashCode(), 5);
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact.TopicCreated(name, id));
    for (int i = 0; i < partitions; i++) {
      facts.add(new Fact.PartitionAdded(id, i, led(1, 0)));
    }
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    settings.forEach(
        (key, value) -> facts.add(new Fact.ConfigChanged(resource, key, Optional.of(value))));
    apply(facts);
    return id;
  }

  ProduceResponseData produce(ProduceRequestData request, int version) {
    FakeCall call = new FakeCall(version);
    produce.handle(request, call);
    return call.await(ProduceResponseData.class);
  }

  /** Appends one batch with acks=all and waits for it. */
  long append(Uuid topic, int partition, String... values) {
    ProduceRequestData request = Wire.produce(topic, partition, Wire.batch(values));
    ProduceResponseData.PartitionProduceResponse answer = Wire.only(produce(request, PRODUCE));
    assertThat(answer.errorCode()).isZero();
    return answer.baseOffset();
  }

  FetchResponseData fetch(FetchRequestData request) {
    return startFetch(request).await(FetchResponseData.class);
  }

  FakeCall startFetch(FetchRequestData request) {
    FakeCall call = new FakeCall(FETCH);
    fetch.handle(request, call);
    return call;
  }
}
