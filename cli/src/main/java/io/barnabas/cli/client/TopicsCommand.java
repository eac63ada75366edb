package io.barnabas.cli.client;

import io.barnabas.cli.Group;
import picocli.CommandLine.Command;

/** {@code barnabas topics}. */
@Command(
    name = "topics",
    description = "List, describe, create, change and delete topics.",
    subcommands = {
      TopicsList.class,
      TopicsDescribe.class,
      TopicsCreate.class,
      TopicsAddPartitions.class,
      TopicsDelete.class,
      TopicsConfig.class
    })
public final class TopicsCommand extends Group {}
