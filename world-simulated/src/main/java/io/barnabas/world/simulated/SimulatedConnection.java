package io.barnabas.world.simulated;

import io.barnabas.world.Connection;
import io.barnabas.world.DiskFile;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** One end of a connection. */
final class SimulatedConnection implements Connection {
  private static final int FILE_CHUNK_BYTES = 8 * 1024;

  private final SimulatedMachine machine;
  private final InetSocketAddress local;
  private final InetSocketAddress remote;
  private final Pipe incoming;
  private final Pipe outgoing;

  /** In the trace. */
  private final String name;

  private boolean closed;

  SimulatedConnection(
      SimulatedMachine machine,
      InetSocketAddress local,
      InetSocketAddress remote,
      Pipe incoming,
      Pipe outgoing) {
    this.machine = machine;
    this.local = local;
    this.remote = remote;
    this.incoming = incoming;
    this.outgoing = outgoing;
    name = local + "-" + remote;
  }

  @Override
  public InetSocketAddress localAddress() {
    return local;
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    machine.enter();
    int count = incoming.read(target);
    trace("read", count);
    return count;
  }

  @Override
  public void write(ByteBuffer... sources) throws IOException {
    machine.enter();
    Scheduler scheduler = machine.scheduler();
    if (scheduler.random().oneIn(scheduler.options().connectionCutOneIn())) {
      breakOff();
    }
    for (ByteBuffer source : sources) {
      trace("write", source.remaining());
      outgoing.write(source);
    }
  }

  @Override
  public void write(DiskFile file, long position, long count) throws IOException {
    long end = position + count;
    for (long at = position; at < end; ) {
      ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(FILE_CHUNK_BYTES, end - at));
      if (file.read(chunk, at) <= 0) {
        throw new EOFException("the file ends at " + at + " before " + end);
      }
      write(chunk.flip());
      at += chunk.limit();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      trace("close", 0);
      incoming.closeReader();
      outgoing.closeWriter();
    }
  }

  boolean isClosed() {
    return closed;
  }

  boolean isMachineCrashed() {
    return machine.isCrashed();
  }

  void breakOff() {
    trace("break", 0);
    incoming.breakOff();
    outgoing.breakOff();
  }

  void wakeAll() {
    incoming.wakeAll();
    outgoing.wakeAll();
  }

  private void trace(String what, long detail) {
    machine.scheduler().trace().add(what, name, detail);
  }
}
