package io.barnabas.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.protocol.Errors;

/** Failures as sentences for people. */
public final class Sentences {
  private Sentences() {}

  /** One sentence that says what failed. */
  public static String of(Throwable failure) {
    Throwable reason = reason(failure);
    String message = reason.getMessage();
    String text =
        message == null || message.isBlank() ? reason.getClass().getSimpleName() : message;
    return switch (reason) {
      case CliException e -> text;
      case UnknownTopicOrPartitionException e -> "There is no such topic or partition.";
      case TimeoutException e -> sentence("The cluster did not answer in time: " + text);
      case ApiException e -> sentence(text + code(e));
      case KafkaException e -> sentence(text);
      case NoSuchFileException e -> "There is no file or directory " + text + ".";
      case AccessDeniedException e -> "This user may not use " + text + ".";
      default -> sentence(reason.getClass().getSimpleName() + ": " + text);
    };
  }

  /** Kafka's name of the error, which is what people search for. */
  private static String code(ApiException failure) {
    Errors error = Errors.forException(failure);
    return error == Errors.UNKNOWN_SERVER_ERROR ? "" : " (" + error + ")";
  }

  private static Throwable reason(Throwable failure) {
    Throwable reason = failure;
    while (isWrapper(reason) && reason.getCause() != null) {
      reason = reason.getCause();
    }
    return reason;
  }

  private static boolean isWrapper(Throwable failure) {
    return failure instanceof ExecutionException
        || failure instanceof CompletionException
        || failure.getClass() == KafkaException.class;
  }

  /** The text on one line with a full stop at its end. */
  static String sentence(String text) {
    String oneLine = text.strip().replaceAll("\\s*\\n\\s*", " ");
    return oneLine.endsWith(".") ? oneLine : oneLine + ".";
  }
}
