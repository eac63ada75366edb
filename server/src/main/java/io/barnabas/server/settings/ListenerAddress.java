package io.barnabas.server.settings;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a node listens, or is said to listen.
 *
 * @param name of the listener, in capitals
 * @param host a name or address, empty for all addresses of the machine
 * @param port 0 for any free one
 */
public record ListenerAddress(String name, String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z0-9_-]+)://(?:\\[([0-9A-Fa-f:.%]+)]|([^:/\\[\\]]*)):([0-9]{1,5})");

  private static final int MAX_PORT = 65_535;

  /** Reads {@code NAME://host:port}; empty if it is not of that form. */
  static Optional<ListenerAddress> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int port = Integer.parseInt(matcher.group(4));
    if (port > MAX_PORT) {
      return Optional.empty();
    }
    String host = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
    return Optional.of(new ListenerAddress(matcher.group(1).toUpperCase(Locale.ROOT), host, port));
  }

  /** Whether it stands for all addresses of the machine, so that nobody can connect to it. */
  public boolean isAnyAddress() {
    return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
  }

  @Override
  public String toString() {
    return name + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
