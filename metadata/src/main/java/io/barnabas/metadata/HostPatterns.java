package io.barnabas.metadata;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.regex.Pattern;
import org.apache.kafka.common.errors.InvalidRequestException;

/** Addresses as rules and quotas name them. Nothing is looked up. */
final class HostPatterns {
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}");

  private static final int IPV4_BITS = 32;
  private static final int IPV6_BITS = 128;

  private HostPatterns() {}

  /** Whether the text is an address or can be the name of a host. */
  static boolean isAddressOrHost(String text) {
    return isAddress(text) || (HOST.matcher(text).matches() && !text.contains(".."));
  }

  private static boolean isAddress(String text) {
    try {
      return InetAddress.ofLiteral(text) != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Checks the host of an access rule: any text, but a range of addresses must be one.
   *
   * @throws InvalidRequestException with a sentence for the client
   */
  static void validate(String host) {
    if (host.isEmpty()) {
      throw new InvalidRequestException("Host pattern cannot be null or empty");
    }
    int slash = host.indexOf('/');
    if (slash < 0) {
      return;
    }
    try {
      boolean isIpv4 = InetAddress.ofLiteral(host.substring(0, slash)) instanceof Inet4Address;
      int most = isIpv4 ? IPV4_BITS : IPV6_BITS;
      int bits = Integer.parseInt(host.substring(slash + 1));
      if (bits < 0 || bits > most) {
        throw invalid(host, "Value [%d] not in range [0,%d]".formatted(bits, most));
      }
    } catch (NumberFormatException e) {
      throw invalid(host, "the length of the prefix is not a number");
    } catch (IllegalArgumentException e) {
      throw invalid(host, "not an address");
    }
  }

  private static InvalidRequestException invalid(String host, String reason) {
    return new InvalidRequestException("Invalid CIDR notation '%s': %s".formatted(host, reason));
  }
}
