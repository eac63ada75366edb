package io.barnabas.cli.client;

import io.barnabas.cli.WrongUsageException;
import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Table;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code barnabas groups list}. */
@Command(name = "list", description = "List the groups.")
final class GroupsList extends ClusterCommand.WithAdmin {
  @Option(
      names = "--state",
      paramLabel = "STATE",
      split = ",",
      description = "Only those in this state, such as Stable or Empty. May be repeated.")
  private List<String> states = List.of();

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      split = ",",
      description = "Only those of this type, such as Classic or Consumer. May be repeated.")
  private List<String> types = List.of();

  @Mixin private Watch watch = new Watch();

  @Override
  void run(Admin admin, Output out) {
    ListGroupsOptions options =
        new ListGroupsOptions()
            .inGroupStates(
                chosen("state", states, EnumSet.complementOf(EnumSet.of(GroupState.UNKNOWN))))
            .withTypes(chosen("type", types, EnumSet.complementOf(EnumSet.of(GroupType.UNKNOWN))));
    watch.run(out, () -> show(admin, options, out));
  }

  private static void show(Admin admin, ListGroupsOptions options, Output out) {
    List<GroupListing> groups =
        Cluster.await(admin.listGroups(options).all()).stream()
            .sorted(Comparator.comparing(GroupListing::groupId))
            .toList();
    if (out.isJson()) {
      out.json(groups.stream().map(GroupsList::json).toList());
      return;
    }
    Table table = new Table("GROUP", "TYPE", "PROTOCOL", "STATE");
    for (GroupListing group : groups) {
      table.add(
          group.groupId(),
          type(group),
          group.protocol().isEmpty() ? "-" : group.protocol(),
          state(group));
    }
    out.line(groups.isEmpty() ? "There are no such groups." : table);
  }

  private static Map<String, Object> json(GroupListing group) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("group", group.groupId());
    json.put("type", type(group));
    json.put("protocol", group.protocol());
    json.put("state", state(group));
    return json;
  }

  private static String type(GroupListing group) {
    return group.type().orElse(GroupType.UNKNOWN).toString();
  }

  private static String state(GroupListing group) {
    return group.groupState().orElse(GroupState.UNKNOWN).toString();
  }

  /** Those of an enumeration that a person named, in whatever case. */
  static <E extends Enum<E>> Set<E> chosen(String what, List<String> texts, Set<E> all) {
    return texts.stream().map(text -> chosen(what, text, all)).collect(Collectors.toSet());
  }

  private static <E extends Enum<E>> E chosen(String what, String text, Set<E> all) {
    return all.stream()
        .filter(each -> each.toString().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () ->
                new WrongUsageException(
                    "'%s' is no %s of a group: say one of %s."
                        .formatted(
                            text,
                            what,
                            Arrays.stream(all.toArray())
                                .map(String::valueOf)
                                .collect(Collectors.joining(", ")))));
  }
}
