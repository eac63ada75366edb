package io.barnabas.log;

import io.barnabas.world.DiskFile;

/**
 * A stretch of a file.
 *
 * @param file open as long as the slice that it belongs to
 * @param position of the first byte
 * @param length in bytes
 */
public record FileRegion(DiskFile file, long position, int length) {}
