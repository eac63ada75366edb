package io.barnabas.server;

import io.barnabas.coordinator.Coordinator;
import io.barnabas.coordinator.group.GroupCommand;
import io.barnabas.coordinator.group.GroupsState;
import io.barnabas.metadata.ClusterImage;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Has groups forget what they committed for topics that are gone. Told of images in order, by one
 * thread at a time.
 */
final class DeletedTopics {
  private final Coordinator<GroupsState, GroupCommand> groups;
  private PMap<String, Uuid> known = HashTreePMap.empty();

  DeletedTopics(Coordinator<GroupsState, GroupCommand> groups) {
    this.groups = groups;
  }

  /** Takes an image. */
  void accept(ClusterImage image) {
    PMap<String, Uuid> before = known;
    known = image.topicIds();
    if (before == known) {
      return;
    }
    Set<String> gone = new HashSet<>();
    before.forEach(
        (name, id) -> {
          // One of the same name that is there now has other records at the same offsets.
          if (!id.equals(known.get(name))) {
            gone.add(name);
          }
        });
    if (!gone.isEmpty()) {
      forget(Set.copyOf(gone));
    }
  }

  private void forget(Set<String> topics) {
    for (CompletableFuture<Boolean> each :
        groups.<Boolean>submitToAll(new GroupCommand.ForgetTopics(topics))) {
      CompletableFuture<Void> _ =
          each.thenAccept(
              all -> {
                if (!all) {
                  forget(topics);
                }
              });
    }
  }
}
