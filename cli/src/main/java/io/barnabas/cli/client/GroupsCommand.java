package io.barnabas.cli.client;

import io.barnabas.cli.Group;
import picocli.CommandLine.Command;

/** {@code barnabas groups}. */
@Command(
    name = "groups",
    description = "List, describe, reset and delete groups of consumers.",
    subcommands = {GroupsList.class, GroupsDescribe.class, GroupsReset.class, GroupsDelete.class})
public final class GroupsCommand extends Group {}
