package io.barnabas.coordinator.group;

import io.barnabas.coordinator.group.ClassicGroup.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroupMember;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.protocol.Errors;

/** What can be seen of groups. Nothing here changes them. */
public final class GroupReads {
  private GroupReads() {}

  /** What a group committed, by partition; nothing if there is no such group. */
  public static Map<TopicPartition, CommittedOffset> offsets(GroupsState state, String group) {
    return state.offsetsOf(group);
  }

  /**
   * What is wrong with a member that fetches offsets; NONE if nothing is, or it does not say who it
   * is.
   */
  public static Errors mayFetch(
      GroupsState state, String group, Optional<String> memberId, int memberEpoch) {
    return CommitChecks.ofFetch(state, group, memberId, memberEpoch);
  }

  /** Whether there is a group of this name, of whatever type. */
  public static boolean exists(GroupsState state, String id) {
    return state.group(id).isPresent();
  }

  /** A group of the classic protocol with its members; empty if there is none. */
  public static Optional<DescribedGroup> describe(GroupsState state, String id) {
    return state.classic(id).map(GroupReads::describe);
  }

  private static DescribedGroup describe(ClassicGroup group) {
    boolean stable = group.is(State.STABLE);
    List<DescribedGroupMember> members = new ArrayList<>();
    for (ClassicMember member : group.members().values()) {
      DescribedGroupMember described =
          new DescribedGroupMember()
              .setMemberId(member.id())
              .setGroupInstanceId(member.instanceId().orElse(null))
              .setClientId(member.clientId())
              .setClientHost(member.clientHost());
      if (stable) {
        described
            .setMemberMetadata(group.metadataOf(member).array())
            .setMemberAssignment(member.assignment().array());
      }
      members.add(described);
    }
    return new DescribedGroup()
        .setGroupId(group.id())
        .setGroupState(group.state().toString())
        .setProtocolType(group.protocolType().orElse(""))
        .setProtocolData(stable ? group.protocol().orElse("") : "")
        .setMembers(members);
  }

  /**
   * The groups of these states and types.
   *
   * @param states in any case; none means all
   * @param types in any case; none means all
   */
  public static List<ListedGroup> list(GroupsState state, List<String> states, List<String> types) {
    Set<String> wantedStates = lowerCase(states);
    Set<String> wantedTypes = lowerCase(types);
    List<ListedGroup> listed = new ArrayList<>();
    for (String id : state.ids()) {
      Group group = state.group(id).orElseThrow();
      String groupState = group.stateText();
      if (isWanted(wantedStates, groupState) && isWanted(wantedTypes, group.type())) {
        listed.add(
            new ListedGroup()
                .setGroupId(id)
                .setProtocolType(group.purpose())
                .setGroupState(groupState)
                .setGroupType(group.type()));
      }
    }
    return listed;
  }

  private static boolean isWanted(Set<String> words, String word) {
    return words.isEmpty() || words.contains(word.toLowerCase(Locale.ROOT));
  }

  private static Set<String> lowerCase(List<String> words) {
    return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }
}
