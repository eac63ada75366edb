package io.barnabas.world;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;

/** A port that is listened on. */
public interface Listener extends Closeable {
  /** The address, with the port that was really taken. */
  InetSocketAddress localAddress();

  /**
   * Waits for the next connection.
   *
   * @throws java.nio.channels.ClosedChannelException once the listener is closed
   * @throws IOException if this one connection could not be taken (too many open files, say); the
   *     listener is still good
   */
  Connection accept() throws IOException;

  /** Gives the port up; a thread in {@link #accept} gets a {@code ClosedChannelException}. */
  @Override
  void close();
}
