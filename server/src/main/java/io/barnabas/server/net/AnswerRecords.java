package io.barnabas.server.net;

import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.jspecify.annotations.Nullable;

/** Stored records in answers. */
final class AnswerRecords {
  private AnswerRecords() {}

  /** Closes the stored records of an answer that has been sent or never will be. */
  static void close(@Nullable ApiMessage answer) {
    if (answer instanceof FetchResponseData fetch) {
      for (var topic : fetch.responses()) {
        topic.partitions().forEach(partition -> close(partition.records()));
      }
    } else if (answer instanceof ShareFetchResponseData fetch) {
      for (var topic : fetch.responses()) {
        topic.partitions().forEach(partition -> close(partition.records()));
      }
    }
  }

  private static void close(@Nullable BaseRecords records) {
    if (records instanceof StoredRecords stored) {
      stored.close();
    }
  }
}
