package io.barnabas.cli.files;

import io.barnabas.cli.Group;
import picocli.CommandLine.Command;

/** {@code barnabas log}. */
@Command(
    name = "log",
    description = {
      "Look at a log's files: no node is needed, and nothing is changed.",
      "Of a running node the newest file may end in the middle of a batch."
    },
    subcommands = {LogDump.class, LogVerify.class, LogOffsets.class})
public final class LogCommand extends Group {}
