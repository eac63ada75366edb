package io.barnabas.log;

import java.io.IOException;
import java.util.List;

/** Which records a topic's settings let go. */
final class Retention {
  private Retention() {}

  /** The first offset that is to stay, which is where a segment begins, or the log's end. */
  static long retainedFrom(LogCore core, long nowMs) throws IOException {
    LogConfig settings = core.config;
    LogState state = core.state;
    long surplus =
        settings.retentionBytes() < 0 ? -1 : state.sizeBytes() - settings.retentionBytes();
    List<Segment> segments = state.segments();
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      int bytes = state.bytesOf(i);
      boolean old =
          settings.retentionMs() >= 0 && nowMs - newest(core, segment) > settings.retentionMs();
      boolean tooMuch = surplus >= bytes;
      if (bytes == 0 || (!old && !tooMuch)) {
        return Math.max(segment.baseOffset, state.startOffset());
      }
      surplus -= bytes;
    }
    return state.endOffset();
  }

  private static long newest(LogCore core, Segment segment) throws IOException {
    long timestamp = segment.maxTimestamp();
    return timestamp >= 0 ? timestamp : core.disk.lastModifiedMillis(segment.path(".log"));
  }
}
