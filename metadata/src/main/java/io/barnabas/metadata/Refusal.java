package io.barnabas.metadata;

import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** What clients are told when something is refused. */
public final class Refusal {
  /** Far less than a string of the protocol can be, however many bytes each character takes. */
  private static final int MAX_CHARACTERS = 1_000;

  private static final String CUT = "...";

  private Refusal() {}

  /**
   * The reason, cut if it is very long: it may repeat what the client sent, of any length. Of a
   * failed disk no more is said than that, as the reason names files.
   *
   * @return null if the exception gives none
   */
  public static @Nullable String messageOf(ApiException reason) {
    if (reason instanceof KafkaStorageException) {
      return Errors.KAFKA_STORAGE_ERROR.message();
    }
    String message = reason.getMessage();
    return message == null || message.length() <= MAX_CHARACTERS ? message : cut(message);
  }

  private static String cut(String message) {
    int end = MAX_CHARACTERS - CUT.length();
    return message.substring(0, Character.isHighSurrogate(message.charAt(end - 1)) ? end - 1 : end)
        + CUT;
  }
}
