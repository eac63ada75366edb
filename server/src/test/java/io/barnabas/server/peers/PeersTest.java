package io.barnabas.server.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;

class PeersTest {
  private static final short VERSION = 12;
  private static final int TIMEOUT_MS = 2_000;
  private static final int SILENCE_MS = 3_500;
  private static final PeerLimits LIMITS = new PeerLimits(20, 10_000, 1_000, 5_000, SILENCE_MS);
  private static final Endpoint NOWHERE = new Endpoint("PLAINTEXT", "PLAINTEXT", "n1", 1);

  @FunctionalInterface
  private interface Body {
    void run(SimulatedWorld world, Peers peers) throws Exception;
  }

  private static void simulate(long seed, Body body) {
    SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults());
    world.machine("n1");
    world.run(
        () -> {
          Peers peers = new Peers(world, "test", LIMITS);
          body.run(world, peers);
          peers.close();
          assertThat(peers.connectionCount()).isZero();
        });
  }

  private static CompletableFuture<ApiMessage> send(Peers peers, Endpoint to, String what) {
    return peers.send(to, ApiKeys.METADATA, VERSION, FakePeer.ask(what), TIMEOUT_MS);
  }

  private static String clusterId(ApiMessage reply) {
    return ((MetadataResponseData) reply).clusterId();
  }

  @Test
  void manyRequestsShareAConnectionAndEachGetsItsOwnReply() {
    for (long seed = 0; seed < 20; seed++) {
      simulate(
          seed,
          (world, peers) -> {
            FakePeer peer = FakePeer.start(world.machine("n1"), FakePeer::echo);
            List<CompletableFuture<ApiMessage>> replies = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
              replies.add(send(peers, peer.endpoint(), "r" + i));
            }
            for (int i = 0; i < 20; i++) {
              assertThat(clusterId(replies.get(i).join())).isEqualTo("r" + i);
            }
            assertThat(peer.received).hasSize(20);
            assertThat(peer.connections).isEqualTo(1);
          });
    }
  }

  @Test
  void repliesGoIntoMemoryThatIsUsedAgain() {
    simulate(
        1,
        (world, peers) -> {
          FakePeer peer = FakePeer.start(world.machine("n1"), FakePeer::echo);
          ReplyBuffer memory = new ReplyBuffer();
          ByteBuffer first = memory.room(9_000);
          for (int i = 0; i < 5; i++) {
            ApiMessage reply =
                peers
                    .send(
                        peer.endpoint(),
                        ApiKeys.METADATA,
                        VERSION,
                        FakePeer.ask("x".repeat(8_000) + i),
                        TIMEOUT_MS,
                        memory)
                    .join();
            assertThat(clusterId(reply)).endsWith("x" + i);
          }
          assertThat(memory.room(9_000)).isSameAs(first);
        });
  }

  @Test
  void whereNobodyListensNothingIsSent() {
    simulate(
        1,
        (world, peers) -> {
          CompletableFuture<ApiMessage> first = send(peers, NOWHERE, "a");
          CompletableFuture<ApiMessage> second = send(peers, NOWHERE, "b");
          assertThatThrownBy(first::join)
              .hasCauseInstanceOf(NotSentException.class)
              .hasMessageContaining("refused");
          assertThatThrownBy(second::join).hasCauseInstanceOf(NotSentException.class);
          FakePeer peer = FakePeer.start(world.machine("n1"), FakePeer::echo);
          assertThat(clusterId(send(peers, peer.endpoint(), "c").join())).isEqualTo("c");
        });
  }

  /** Whoever is told that nothing was sent is right; and nobody gets another's reply. */
  @Test
  void lostConnectionsEndWhatWaitsForThemAndTheNextOpensAnother() {
    int lost = 0;
    int notSent = 0;
    for (long seed = 0; seed < 60; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults());
      int[] counts = new int[2];
      world.run(
          () -> {
            FakePeer peer =
                FakePeer.start(
                    world.machine("n1"),
                    (self, connection, header, asked) -> {
                      self.sleepMillis(self.random(10));
                      self.echo(connection, header, asked);
                    });
            Peers peers = new Peers(world, "test", LIMITS);
            for (int i = 0; i < 40; i++) {
              String asked = "r" + i;
              CompletableFuture<ApiMessage> reply = send(peers, peer.endpoint(), asked);
              world.threads().sleep(world.randomness().nextInt(5_000_000));
              if (world.randomness().nextInt(8) == 0) {
                world.breakConnections("local", "n1");
              }
              if (world.randomness().nextInt(4) == 0) {
                count(peer, reply, asked, counts);
              }
            }
            assertThat(clusterId(eventually(peers, peer))).isEqualTo("last");
            peers.close();
            assertThat(peers.connectionCount()).isZero();
          });
      lost += counts[0];
      notSent += counts[1];
    }
    assertThat(lost).isPositive();
    assertThat(notSent).isPositive();
  }

  private static void count(
      FakePeer peer, CompletableFuture<ApiMessage> reply, String asked, int[] counts) {
    try {
      assertThat(clusterId(reply.join())).isEqualTo(asked);
    } catch (CompletionException e) {
      if (e.getCause() instanceof NotSentException) {
        counts[1]++;
        assertThat(peer.received).doesNotContain(asked);
      } else {
        assertThat(e).hasCauseInstanceOf(IOException.class);
        counts[0]++;
      }
    }
  }

  private static ApiMessage eventually(Peers peers, FakePeer peer) {
    try {
      return send(peers, peer.endpoint(), "last").join();
    } catch (CompletionException e) {
      return send(peers, peer.endpoint(), "last").join();
    }
  }

  @Test
  void aSlowPeerIsGivenUpInTimeAndSoIsOneThatIsNotHeardOf() {
    simulate(
        1,
        (world, peers) -> {
          FakePeer peer =
              FakePeer.start(
                  world.machine("n1"),
                  (self, connection, header, asked) -> {
                    self.sleepMillis(asked.equals("slow") ? TIMEOUT_MS * 3 / 2 : 0);
                    self.echo(connection, header, asked);
                  });
          send(peers, peer.endpoint(), "quick").join();
          long begin = world.clock().nanoTime();
          CompletableFuture<ApiMessage> slow = send(peers, peer.endpoint(), "slow");
          assertThatThrownBy(slow::join)
              .hasCauseInstanceOf(IOException.class)
              .hasMessageContaining("no reply");
          assertThat(world.clock().nanoTime() - begin)
              .isBetween(TIMEOUT_MS * 1_000_000L, TIMEOUT_MS * 1_100_000L);
          assertThat(clusterId(send(peers, peer.endpoint(), "again").join())).isEqualTo("again");
          world.silence("local", "n1");
          assertThatThrownBy(send(peers, peer.endpoint(), "silent")::join)
              .hasCauseInstanceOf(IOException.class);
          assertThat(peers.connectionCount()).isEqualTo(1);
          world.threads().sleep((SILENCE_MS - TIMEOUT_MS) * 1_100_000L);
          assertThat(peers.connectionCount()).isZero();
          assertThatThrownBy(send(peers, peer.endpoint(), "unreachable")::join)
              .hasCauseInstanceOf(NotSentException.class);
        });
  }

  /** However short the time of some, and however long it goes on. */
  @Test
  void whatNobodyWaitsForAnyMoreHarmsNoOtherRequest() {
    simulate(
        1,
        (world, peers) -> {
          FakePeer peer =
              FakePeer.start(
                  world.machine("n1"),
                  (self, connection, header, asked) -> {
                    self.sleepMillis(50);
                    self.echo(connection, header, asked);
                  });
          for (int i = 0; i < 100; i++) {
            CompletableFuture<ApiMessage> patient = send(peers, peer.endpoint(), "patient" + i);
            CompletableFuture<ApiMessage> hasty =
                peers.send(
                    peer.endpoint(), ApiKeys.METADATA, VERSION, FakePeer.ask("hasty" + i), 10);
            CompletableFuture<ApiMessage> last = send(peers, peer.endpoint(), "last" + i);
            assertThatThrownBy(hasty::join).hasMessageContaining("no reply");
            assertThat(clusterId(patient.join())).isEqualTo("patient" + i);
            assertThat(clusterId(last.join())).isEqualTo("last" + i);
          }
          assertThat(peer.received).hasSize(300);
          assertThat(peer.connections).isEqualTo(1);
        });
  }

  @Test
  void memoryIsNotWrittenToOnceItsRequestIsGivenUp() {
    simulate(
        1,
        (world, peers) -> {
          FakePeer peer =
              FakePeer.start(
                  world.machine("n1"),
                  (self, connection, header, asked) -> {
                    self.sleepMillis(50);
                    self.echo(connection, header, asked);
                  });
          CompletableFuture<ApiMessage> late =
              peers.send(
                  peer.endpoint(),
                  ApiKeys.METADATA,
                  VERSION,
                  FakePeer.ask("late"),
                  10,
                  new ReplyBuffer());
          assertThatThrownBy(late::join).hasMessageContaining("no reply");
          world.threads().sleep(10_000_000);
          assertThat(peers.connectionCount()).isZero();
        });
  }

  @Test
  void aPeerThatAnswersGarbageIsLeft() {
    FakePeer.Script wrongNumber =
        (self, connection, header, asked) ->
            connection.write(FakePeer.reply(header, asked).putInt(4, 7_777));
    FakePeer.Script tooLong =
        (self, connection, header, asked) ->
            connection.write(FakePeer.reply(header, asked).putInt(0, 10_001));
    FakePeer.Script negative =
        (self, connection, header, asked) ->
            connection.write(FakePeer.reply(header, asked).putInt(0, -1));
    FakePeer.Script noMessage =
        (self, connection, header, asked) -> {
          ByteBuffer reply = FakePeer.reply(header, asked);
          for (int i = 8; i < reply.limit(); i++) {
            reply.put(i, (byte) 0x7f);
          }
          connection.write(reply);
        };
    FakePeer.Script cutShort =
        (self, connection, header, asked) -> {
          connection.write(FakePeer.reply(header, asked).limit(9));
          connection.close();
        };
    FakePeer.Script unasked =
        (self, connection, header, asked) -> {
          self.echo(connection, header, asked);
          self.echo(connection, header, asked);
        };
    for (FakePeer.Script script : List.of(wrongNumber, tooLong, negative, noMessage, cutShort)) {
      simulate(
          1,
          (world, peers) -> {
            FakePeer peer = FakePeer.start(world.machine("n1"), script);
            for (int i = 0; i < 2; i++) {
              assertThatThrownBy(send(peers, peer.endpoint(), "a")::join)
                  .hasCauseInstanceOf(IOException.class);
            }
            assertThat(peer.connections).isEqualTo(2);
          });
    }
    simulate(
        1,
        (world, peers) -> {
          FakePeer peer = FakePeer.start(world.machine("n1"), unasked);
          assertThat(clusterId(send(peers, peer.endpoint(), "a").join())).isEqualTo("a");
          world.threads().sleep(1_000_000_000);
          assertThat(peers.connectionCount()).isZero();
        });
  }

  @Test
  void requestsAreBoundedAndIdleConnectionsClosed() {
    simulate(
        1,
        (world, peers) -> {
          FakePeer peer =
              FakePeer.start(
                  world.machine("n1"),
                  (self, connection, header, asked) -> {
                    self.sleepMillis(10);
                    self.echo(connection, header, asked);
                  });
          List<CompletableFuture<ApiMessage>> replies = new ArrayList<>();
          for (int i = 0; i < 20; i++) {
            replies.add(send(peers, peer.endpoint(), "r" + i));
          }
          CompletableFuture<ApiMessage> tooMany = send(peers, peer.endpoint(), "too many");
          assertThatThrownBy(tooMany::join).hasCauseInstanceOf(NotSentException.class);
          replies.forEach(CompletableFuture::join);
          assertThat(peers.connectionCount()).isEqualTo(1);
          world.threads().sleep(LIMITS.maxIdleMs() * 900_000);
          send(peers, peer.endpoint(), "again").join();
          assertThat(peer.connections).isEqualTo(1);
          world.threads().sleep(LIMITS.maxIdleMs() * 1_100_000);
          assertThat(peers.connectionCount()).isZero();
          send(peers, peer.endpoint(), "again").join();
          assertThat(peer.connections).isEqualTo(2);
        });
  }

  @Test
  void closingAndTheCrashOfAPeerEndAllThatWaits() {
    simulate(
        1,
        (world, peers) -> {
          FakePeer peer =
              FakePeer.start(
                  world.machine("n1"),
                  (self, connection, header, asked) -> self.sleepMillis(100_000));
          CompletableFuture<ApiMessage> waits = send(peers, peer.endpoint(), "a");
          world.threads().sleep(100_000_000);
          world.machine("n1").crash(CrashMode.KEEP_ALL);
          assertThatThrownBy(waits::join).hasCauseInstanceOf(IOException.class);
          FakePeer.start(
              world.restart("n1"), (self, connection, header, asked) -> self.sleepMillis(100_000));
          CompletableFuture<ApiMessage> another = send(peers, peer.endpoint(), "b");
          world.threads().sleep(100_000_000);
          peers.close();
          assertThat(another).isCompletedExceptionally();
          assertThatThrownBy(send(peers, peer.endpoint(), "c")::join)
              .hasCauseInstanceOf(NotSentException.class);
        });
  }
}
