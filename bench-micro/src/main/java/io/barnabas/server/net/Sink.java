package io.barnabas.server.net;

import io.barnabas.world.Connection;
import io.barnabas.world.DiskFile;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A connection that sends nothing and whose client takes everything at no cost. */
final class Sink implements Connection {
  static final InetSocketAddress ADDRESS = InetSocketAddress.createUnresolved("sink", 1);

  @Override
  public InetSocketAddress localAddress() {
    return ADDRESS;
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return ADDRESS;
  }

  @Override
  public int read(ByteBuffer target) {
    return -1;
  }

  @Override
  public void write(ByteBuffer... sources) {
    for (ByteBuffer source : sources) {
      source.position(source.limit());
    }
  }

  @Override
  public void write(DiskFile file, long position, long count) {}

  @Override
  public void close() {}
}
