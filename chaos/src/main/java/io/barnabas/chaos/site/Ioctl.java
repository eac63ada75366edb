package io.barnabas.chaos.site;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** What Linux does to a whole mounted file system. */
@SuppressWarnings("restricted") // Native calls are the only way to these.
final class Ioctl {
  private static final long FREEZE = 0xC0045877L;
  private static final long THAW = 0xC0045878L;
  private static final long EXT4_SHUTDOWN = 0x8004587DL;

  /** Neither dirty pages nor the journal in memory are written. */
  private static final int WITHOUT_FLUSHING_THE_JOURNAL = 2;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle OPEN =
      handle(
          "open",
          2,
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      handle("close", 0, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle IOCTL =
      handle(
          "ioctl",
          2,
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS));

  private Ioctl() {}

  private static MethodHandle handle(
      String function, int variadicFrom, FunctionDescriptor descriptor) {
    MemorySegment address = LINKER.defaultLookup().find(function).orElseThrow();
    Linker.Option[] options =
        variadicFrom > 0
            ? new Linker.Option[] {Linker.Option.firstVariadicArg(variadicFrom)}
            : new Linker.Option[0];
    return LINKER.downcallHandle(address, descriptor, options);
  }

  /** Lets nobody write to a file system until it is thawed; whoever tries waits. */
  static void freeze(Path mount) throws IOException {
    call(mount, FREEZE, 0);
  }

  /** Ends {@link #freeze}. */
  static void thaw(Path mount) throws IOException {
    call(mount, THAW, 0);
  }

  /** Ends an ext4 file system as a power cut does: what is not on its device is lost. */
  static void shutDown(Path mount) throws IOException {
    call(mount, EXT4_SHUTDOWN, WITHOUT_FLUSHING_THE_JOURNAL);
  }

  private static void call(Path mount, long request, int argument) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int file = (int) OPEN.invokeExact(arena.allocateFrom(mount.toString()), 0);
      if (file < 0) {
        throw new IOException(mount + " cannot be opened");
      }
      MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, argument);
      int result = (int) IOCTL.invokeExact(file, request, value);
      int closed = (int) CLOSE.invokeExact(file);
      if (result < 0 || closed < 0) {
        throw new IOException("request " + Long.toHexString(request) + " failed at " + mount);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(mount.toString(), e);
    }
  }
}
