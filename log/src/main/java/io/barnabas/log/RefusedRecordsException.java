package io.barnabas.log;

import java.util.List;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;

/** A produce request's batch that holds bad records; nothing of it was appended. */
public final class RefusedRecordsException extends ApiException {
  private static final long serialVersionUID = 1;

  private final Errors error;
  private final transient List<RecordError> records;

  RefusedRecordsException(Errors error, String message, List<RecordError> records) {
    super(message);
    this.error = error;
    this.records = List.copyOf(records);
  }

  /** The code for the client. */
  public Errors error() {
    return error;
  }

  /** The bad records. */
  public List<RecordError> records() {
    return records;
  }

  /**
   * One bad record.
   *
   * @param batchIndex the record's place in the batch, from 0
   * @param message why
   */
  public record RecordError(int batchIndex, String message) {}
}
