package io.barnabas.world.simulated;

/** What a disk can be told to fail. All but reading are counted as operations. */
public enum DiskOperation {
  /** Reading from a file. */
  READ,
  /** Appending to a file. */
  APPEND,
  /** Cutting a file. */
  TRUNCATE,
  /** Forcing a file. */
  FORCE,
  /** Making a file. */
  CREATE,
  /** Making directories. */
  CREATE_DIRECTORIES,
  /** Giving a file or directory a new name. */
  RENAME,
  /** Removing a file or directory. */
  DELETE,
  /** Forcing a directory. */
  FORCE_DIRECTORY
}
