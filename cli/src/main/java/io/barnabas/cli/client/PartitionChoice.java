package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import io.barnabas.cli.WrongUsageException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Some partitions of a topic, as a person wrote: {@code topic} or {@code topic:0,3}.
 *
 * @param partitions empty for all
 */
record PartitionChoice(String topic, List<Integer> partitions) {
  private static final Pattern FORM = Pattern.compile("([^:]+)(?::([0-9]{1,9}(?:,[0-9]{1,9})*))?");

  /**
   * Reads it.
   *
   * @throws WrongUsageException if it is not of that form
   */
  static PartitionChoice parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new WrongUsageException("'%s' is not like TOPIC or TOPIC:0,3.".formatted(text));
    }
    List<Integer> partitions = new ArrayList<>();
    if (matcher.group(2) != null) {
      for (String partition : matcher.group(2).split(",", -1)) {
        partitions.add(Integer.parseInt(partition));
      }
    }
    return new PartitionChoice(Objects.requireNonNull(matcher.group(1)), partitions);
  }

  /**
   * All partitions of several choices.
   *
   * @throws CliException if there is no such topic or partition
   */
  static Set<TopicPartition> read(Admin admin, List<String> texts) {
    List<PartitionChoice> choices = texts.stream().map(PartitionChoice::parse).toList();
    Set<TopicPartition> all = new HashSet<>();
    choices.forEach(choice -> all.addAll(choice.of(choice.describe(admin))));
    return all;
  }

  private TopicDescription describe(Admin admin) {
    try {
      return Cluster.await(
          Objects.requireNonNull(
              admin.describeTopics(List.of(topic)).topicNameValues().get(topic)));
    } catch (UnknownTopicOrPartitionException e) {
      throw new CliException("There is no topic " + topic + ".", e);
    }
  }

  private Set<TopicPartition> of(TopicDescription description) {
    Set<TopicPartition> chosen = new HashSet<>();
    for (TopicPartitionInfo each : description.partitions()) {
      if (partitions.isEmpty() || partitions.contains(each.partition())) {
        chosen.add(new TopicPartition(topic, each.partition()));
      }
    }
    for (int partition : partitions) {
      if (!chosen.contains(new TopicPartition(topic, partition))) {
        throw new CliException("%s has no partition %d.".formatted(topic, partition));
      }
    }
    return chosen;
  }
}
