package io.barnabas.cli.logging;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.spi.LoggingEventBuilder;

/** A logger whose level can change; another one writes. Thread-safe. */
final class NodeLogger extends LegacyAbstractLogger {
  private static final long serialVersionUID = 1L;

  private final transient Logger written;
  private transient volatile Threshold threshold;

  /**
   * Before another one.
   *
   * @param written writes all that it gets
   */
  NodeLogger(Logger written, Threshold threshold) {
    this.written = written;
    this.threshold = threshold;
    name = written.getName();
  }

  void setThreshold(Threshold newThreshold) {
    threshold = newThreshold;
  }

  @Override
  public boolean isTraceEnabled() {
    return threshold.lets(Level.TRACE);
  }

  @Override
  public boolean isDebugEnabled() {
    return threshold.lets(Level.DEBUG);
  }

  @Override
  public boolean isInfoEnabled() {
    return threshold.lets(Level.INFO);
  }

  @Override
  public boolean isWarnEnabled() {
    return threshold.lets(Level.WARN);
  }

  @Override
  public boolean isErrorEnabled() {
    return threshold.lets(Level.ERROR);
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      String message,
      Object @Nullable [] arguments,
      @Nullable Throwable cause) {
    LoggingEventBuilder event = written.atLevel(level);
    if (cause != null) {
      event = event.setCause(cause);
    }
    if (arguments == null) {
      event.log(message);
    } else {
      event.log(message, arguments);
    }
  }
}
