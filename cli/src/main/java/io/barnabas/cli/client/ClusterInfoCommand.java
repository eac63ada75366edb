package io.barnabas.cli.client;

import io.barnabas.cli.Group;
import picocli.CommandLine.Command;

/** {@code barnabas cluster}. */
@Command(
    name = "cluster",
    description = "Show the cluster: its nodes, their health and their disks; balance it.",
    subcommands = {ClusterStatus.class, ClusterBalance.class, ClusterDisks.class})
public final class ClusterInfoCommand extends Group {}
