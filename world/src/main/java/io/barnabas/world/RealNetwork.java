package io.barnabas.world;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/** TCP. */
final class RealNetwork implements Network {
  /** Connections the kernel keeps ready for {@code accept}; it may have a lower limit itself. */
  private static final int BACKLOG = 1024;

  @Override
  public Listener listen(InetSocketAddress local) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      // Without it a restart would have to wait for the connections of the run before to time out.
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      channel.bind(local, BACKLOG);
      return new RealListener(channel, (InetSocketAddress) channel.getLocalAddress());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public Connection connect(InetSocketAddress remote, long timeoutNanos) throws IOException {
    InetSocketAddress target =
        remote.isUnresolved()
            ? new InetSocketAddress(remote.getHostString(), remote.getPort())
            : remote;
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().connect(target, timeoutMillis(timeoutNanos));
      return new RealConnection(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** At least 1, because 0 would mean for ever. */
  private static int timeoutMillis(long timeoutNanos) {
    long millis = TimeUnit.NANOSECONDS.toMillis(timeoutNanos);
    return Math.toIntExact(Math.clamp(millis, 1, Integer.MAX_VALUE));
  }

  private record RealListener(ServerSocketChannel channel, InetSocketAddress localAddress)
      implements Listener {
    @Override
    public Connection accept() throws IOException {
      SocketChannel accepted = channel.accept();
      try {
        return new RealConnection(accepted);
      } catch (IOException | RuntimeException e) {
        accepted.close();
        throw e;
      }
    }

    @Override
    public void close() {
      RealConnection.closeQuietly(channel);
    }
  }
}
