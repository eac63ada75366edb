package io.barnabas.server.peers;

import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.world.Connection;
import io.barnabas.world.Listener;
import io.barnabas.world.simulated.SimulatedMachine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/** A peer on a machine of its own that reads Metadata requests, and answers as a test wants. */
final class FakePeer {
  static final int PORT = 9092;

  /** What it does with one request. */
  @FunctionalInterface
  interface Script {
    void answer(FakePeer peer, Connection connection, RequestHeader header, String asked)
        throws IOException;
  }

  private final SimulatedMachine machine;
  private final Script script;
  final List<String> received = new ArrayList<>();
  int connections;

  private FakePeer(SimulatedMachine machine, Script script) {
    this.machine = machine;
    this.script = script;
  }

  static FakePeer start(SimulatedMachine machine, Script script) throws IOException {
    FakePeer peer = new FakePeer(machine, script);
    Listener listener = machine.network().listen(new InetSocketAddress(PORT));
    machine.threads().startVirtual("peer", () -> peer.acceptAll(listener));
    return peer;
  }

  Endpoint endpoint() {
    return new Endpoint("PLAINTEXT", "PLAINTEXT", machine.name(), PORT);
  }

  private void acceptAll(Listener listener) {
    try {
      while (true) {
        Connection connection = listener.accept();
        connections++;
        machine.threads().startVirtual("peer-connection", () -> serve(connection));
      }
    } catch (ClosedChannelException e) {
      connections = -1;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void serve(Connection connection) {
    try (connection) {
      while (true) {
        ByteBuffer length = ByteBuffer.allocate(4);
        if (!fill(connection, length)) {
          return;
        }
        ByteBuffer frame = ByteBuffer.allocate(length.getInt());
        fill(connection, frame);
        RequestHeader header = RequestHeader.parse(frame);
        MetadataRequestData request =
            new MetadataRequestData(new ByteBufferAccessor(frame), header.apiVersion());
        String asked = request.topics().getFirst().name();
        received.add(asked);
        script.answer(this, connection, header, asked);
      }
    } catch (IOException e) {
      connection.close();
    }
  }

  private static boolean fill(Connection connection, ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (connection.read(target) < 0) {
        return false;
      }
    }
    target.flip();
    return true;
  }

  static MetadataRequestData ask(String what) {
    MetadataRequestData request = new MetadataRequestData();
    request.topics().add(new MetadataRequestData.MetadataRequestTopic().setName(what));
    return request;
  }

  /** What was asked, as the name of the cluster. */
  void echo(Connection connection, RequestHeader header, String asked) throws IOException {
    connection.write(reply(header, asked));
  }

  static ByteBuffer reply(RequestHeader header, String asked) {
    short version = header.apiVersion();
    MetadataResponseData message = new MetadataResponseData().setClusterId(asked);
    ResponseHeader head =
        new ResponseHeader(header.correlationId(), ApiKeys.METADATA.responseHeaderVersion(version));
    ObjectSerializationCache cache = new ObjectSerializationCache();
    int bytes = head.size() + message.size(cache, version);
    ByteBuffer frame = ByteBuffer.allocate(4 + bytes);
    frame.putInt(bytes);
    head.data().write(new ByteBufferAccessor(frame), cache, head.headerVersion());
    message.write(new ByteBufferAccessor(frame), cache, version);
    return frame.flip();
  }

  void sleepMillis(long millis) {
    machine.threads().sleep(millis * 1_000_000);
  }

  int random(int bound) {
    return machine.randomness().nextInt(bound);
  }
}
