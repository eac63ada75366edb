package io.barnabas.server.net;

import io.barnabas.world.RealWorld;

/** What a connection's pieces need around them, with nobody at the other end. */
final class Wire {
  final Client client = new Client(1, "PLAINTEXT", Sink.ADDRESS, Sink.ADDRESS);
  final AnswerWriter writer = new AnswerWriter(new Sink(), new SlabPool());
  final AnswerQueue queue =
      new AnswerQueue(
          RealWorld.create().threads().newMonitor(), writer, () -> {}, () -> {}, all -> {});
}
