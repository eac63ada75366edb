package io.barnabas.world;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.concurrent.TimeUnit;

/** The JDK's threads. None of them keeps the process alive. */
final class RealThreads implements Threads {
  private final UncaughtExceptionHandler uncaught;

  RealThreads(UncaughtExceptionHandler uncaught) {
    this.uncaught = uncaught;
  }

  @Override
  public WorldThread startVirtual(String name, Runnable body) {
    return new RealThread(
        Thread.ofVirtual().name(name).uncaughtExceptionHandler(uncaught).start(body));
  }

  @Override
  public WorldThread startPlatform(String name, Runnable body) {
    return new RealThread(
        Thread.ofPlatform().daemon().name(name).uncaughtExceptionHandler(uncaught).start(body));
  }

  @Override
  public void sleep(long nanos) {
    if (nanos <= 0) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  @Override
  public Monitor newMonitor() {
    return new RealMonitor();
  }

  /** Nothing in the program interrupts a thread, so whoever did broke a rule. */
  static IllegalStateException interrupted(InterruptedException e) {
    return new IllegalStateException("a thread was interrupted", e);
  }

  private record RealThread(Thread thread) implements WorldThread {
    @Override
    public void join() {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }

    @Override
    public boolean isAlive() {
      return thread.isAlive();
    }
  }
}
