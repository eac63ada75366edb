package io.barnabas.world.simulated;

import io.barnabas.world.Monitor;
import io.barnabas.world.Threads;
import io.barnabas.world.WorldThread;

/** Threads of one machine; both kinds are the same here. */
final class SimulatedThreads implements Threads {
  private final SimulatedMachine machine;

  SimulatedThreads(SimulatedMachine machine) {
    this.machine = machine;
  }

  @Override
  public WorldThread startVirtual(String name, Runnable body) {
    machine.enter();
    return machine.scheduler().start(machine, name, body::run);
  }

  @Override
  public WorldThread startPlatform(String name, Runnable body) {
    return startVirtual(name, body);
  }

  @Override
  public void sleep(long nanos) {
    machine.enter();
    machine.scheduler().sleep(nanos);
  }

  @Override
  public Monitor newMonitor() {
    return new SimulatedMonitor(machine);
  }
}
