package io.barnabas.cli.logging;

import io.barnabas.server.api.LoggerLevels;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.simple.SimpleLoggerFactory;

/**
 * The program's loggers, whose levels can be changed while it runs. A logger without a level of its
 * own has that of the longest name that is the beginning of its own, as with slf4j-simple, else the
 * root's. Thread-safe.
 */
public final class NodeLoggers implements ILoggerFactory, LoggerLevels {
  private static final String DEFAULT_LEVEL = "INFO";

  private final ILoggerFactory written = new SimpleLoggerFactory();
  private final ConcurrentMap<String, NodeLogger> loggers = new ConcurrentHashMap<>();
  private final ReentrantLock changing = new ReentrantLock();

  /** Of those that have one; under the lock. */
  private final Map<String, String> own = new TreeMap<>();

  /**
   * With these levels to begin with.
   *
   * @param levels by the name of a logger, {@link #ROOT} for the root
   */
  NodeLoggers(Map<String, String> levels) {
    own.put(ROOT, DEFAULT_LEVEL);
    own.putAll(levels);
  }

  @Override
  public Logger getLogger(String name) {
    NodeLogger known = loggers.get(name);
    if (known != null) {
      return known;
    }
    changing.lock();
    try {
      return loggers.computeIfAbsent(
          name, each -> new NodeLogger(written.getLogger(each), Threshold.of(inEffect(each))));
    } finally {
      changing.unlock();
    }
  }

  private String inEffect(String name) {
    String found = own.getOrDefault(ROOT, DEFAULT_LEVEL);
    for (String prefix = name; !prefix.isEmpty(); prefix = parent(prefix)) {
      String level = own.get(prefix);
      if (level != null) {
        return level;
      }
    }
    return found;
  }

  private static String parent(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }

  @Override
  public Map<String, String> levels() {
    Map<String, String> levels = new TreeMap<>();
    changing.lock();
    try {
      own.keySet().forEach(name -> levels.put(name, inEffect(name)));
      loggers.keySet().forEach(name -> levels.put(name, inEffect(name)));
    } finally {
      changing.unlock();
    }
    return levels;
  }

  @Override
  public void change(String logger, Optional<String> level) {
    changing.lock();
    try {
      level.ifPresentOrElse(text -> own.put(logger, text), () -> own.remove(logger));
      loggers.forEach((name, each) -> each.setThreshold(Threshold.of(inEffect(name))));
    } finally {
      changing.unlock();
    }
  }
}
