package io.barnabas.cli.logging;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * What slf4j finds loggers with, when the system property {@code slf4j.provider} names it. Levels
 * come from the properties of slf4j-simple, which writes.
 */
public final class NodeLoggingProvider implements SLF4JServiceProvider {
  private static final String API_VERSION = "2.0.99";
  private static final String PREFIX = "org.slf4j.simpleLogger.";
  private static final String DEFAULT = PREFIX + "defaultLogLevel";
  private static final String ONE = PREFIX + "log.";

  private final NodeLoggers loggers;
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter context = new NOPMDCAdapter();

  /** Takes over the levels, so that slf4j-simple writes all that it gets. */
  public NodeLoggingProvider() {
    Map<String, String> levels = new TreeMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      String value = System.getProperty(name, "");
      if (name.equals(DEFAULT)) {
        levels.put("root", value.toUpperCase(Locale.ROOT));
      } else if (name.startsWith(ONE)) {
        levels.put(name.substring(ONE.length()), value.toUpperCase(Locale.ROOT));
        System.clearProperty(name);
      }
    }
    System.setProperty(DEFAULT, "trace");
    loggers = new NodeLoggers(levels);
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return loggers;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return context;
  }

  @Override
  public String getRequestedApiVersion() {
    return API_VERSION;
  }

  @Override
  public void initialize() {
    // All is made with the object.
  }
}
