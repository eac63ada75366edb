package io.barnabas.conformance;

import java.util.Arrays;
import java.util.stream.Stream;

/** Whose brokers are tested. */
enum Kind {
  APACHE_KAFKA,
  BARNABAS;

  /**
   * Those of this run, the oracle first.
   *
   * @param unlessSaid what {@code conformance.subjects} is when it is not set
   */
  static Stream<Kind> wanted(String unlessSaid) {
    String wanted = System.getProperty("conformance.subjects", unlessSaid);
    return Arrays.stream(wanted.split(",", -1)).map(Kind::valueOf);
  }
}
