package io.barnabas.world.simulated;

/** What a name on a disk leads to. */
sealed interface Node permits FileNode, DirectoryNode {
  /** What a crash leaves of it. */
  Node survivor(CrashMode mode, SeededRandom random);
}
