package io.barnabas.conformance;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Where the process of a node runs.
 *
 * @param address that it listens at, as digits
 * @param runner the command that its program is given to, such as one that enters a network
 *     namespace and then becomes the program; empty for none
 */
public record NodeHost(String address, List<String> runner) {
  /** Like any process, at 127.0.0.1. */
  public static final NodeHost LOCAL = new NodeHost("127.0.0.1", List.of());

  /** Keeps a copy of the runner. */
  public NodeHost {
    runner = List.copyOf(runner);
  }

  InetAddress inetAddress() {
    try {
      return InetAddress.getByName(address);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(address, e);
    }
  }
}
