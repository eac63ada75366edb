package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;

/** What cannot be done with a group, as sentences that name it. */
final class GroupErrors {
  private GroupErrors() {}

  /**
   * What was asked about a group, once it is there.
   *
   * @throws CliException if there is no such group, or it has members where it may have none
   */
  static <T> T await(String group, KafkaFuture<T> answer) {
    try {
      return Cluster.await(answer);
    } catch (GroupIdNotFoundException e) {
      throw new CliException(unknown(group), e);
    } catch (GroupNotEmptyException e) {
      throw new CliException(hasMembers(group), e);
    } catch (IllegalArgumentException e) {
      // Kafka's client says so, without an error of its own.
      throw new CliException("The members of " + group + " are no consumers.", e);
    }
  }

  static String unknown(String group) {
    return "There is no group " + group + ".";
  }

  static String hasMembers(String group) {
    return "The group " + group + " has members: stop them first.";
  }
}
