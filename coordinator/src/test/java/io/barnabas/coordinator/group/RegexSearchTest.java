package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.junit.jupiter.api.Test;

/** Where new regular expressions are matched, and how often. */
class RegexSearchTest {
  private static final int VERSION = 1;

  private final SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
  private final RegexSearch search = new RegexSearch(world, List.of("uniform"));
  private final ClusterImage image =
      Topics.with(Topics.with(Topics.with(Topics.NONE, "ab", 1), "ac", 1), "b", 1);

  private static ConsumerGroupHeartbeatRequestData join(String member, String regex) {
    return new ConsumerGroupHeartbeatRequestData()
        .setGroupId("g")
        .setMemberId(member)
        .setMemberEpoch(0)
        .setRebalanceTimeoutMs(1_000)
        .setSubscribedTopicRegex(regex)
        .setTopicPartitions(List.of());
  }

  private CompletableFuture<Optional<RegexMatches>> ask(
      ConsumerGroupHeartbeatRequestData request, ClusterImage over) {
    return search.matches(request, VERSION, GroupsState.EMPTY, over);
  }

  private <T> T inWorld(Supplier<T> body) {
    List<T> result = new ArrayList<>();
    world.run(() -> result.add(body.get()));
    world.runUntilIdle();
    return result.getFirst();
  }

  @Test
  void allMembersWithTheSameOneShareWhatIsFound() {
    List<CompletableFuture<Optional<RegexMatches>>> found =
        inWorld(
            () -> {
              List<CompletableFuture<Optional<RegexMatches>>> all = new ArrayList<>();
              for (int i = 0; i < 100; i++) {
                all.add(ask(join("m" + i, "a.*"), image));
              }
              assertThat(all.getFirst()).isNotDone();
              return all;
            });
    assertThat(Set.copyOf(found)).hasSize(1);
    assertThat(found.getFirst().join()).contains(new RegexMatches("a.*", Set.of("ab", "ac")));

    ClusterImage otherwise =
        image.apply(
            List.of(
                new Fact.ConfigChanged(
                    new ConfigResource(ConfigResource.Type.GROUP, "g"),
                    "consumer.session.timeout.ms",
                    Optional.of("60000"))));
    assertThat(inWorld(() -> ask(join("late", "a.*"), otherwise))).isSameAs(found.getFirst());
    ClusterImage more = Topics.with(image, "ad", 1);
    assertThat(inWorld(() -> ask(join("later", "a.*"), more)).join())
        .contains(new RegexMatches("a.*", Set.of("ab", "ac", "ad")));
  }

  @Test
  void nothingIsSearchedForWhatIsRefused() {
    for (ConsumerGroupHeartbeatRequestData refused :
        List.of(
            join("m", "a.*").setMemberEpoch(-1),
            join("m", "a.*").setMemberEpoch(7),
            join("m", "a.*").setServerAssignor("unheard-of"),
            join("", "a.*"),
            join("m", "(a{1000}){1000}"),
            join("m", "("))) {
      assertThat(inWorld(() -> ask(refused, image))).isCompletedWithValue(Optional.empty());
    }
  }

  @Test
  void noMoreThanSoManyWait() {
    List<CompletableFuture<Optional<RegexMatches>>> found =
        inWorld(
            () -> {
              List<CompletableFuture<Optional<RegexMatches>>> all = new ArrayList<>();
              for (int i = 0; i < RegexSearch.MAX_WAITING; i++) {
                all.add(ask(join("m", "a" + i), image));
              }
              assertThatThrownBy(() -> ask(join("m", "b"), image).join())
                  .hasCauseInstanceOf(CoordinatorLoadInProgressException.class);
              return all;
            });
    assertThat(found).allMatch(CompletableFuture::isDone);
    assertThat(inWorld(() -> ask(join("m", "b"), image)).join())
        .contains(new RegexMatches("b", Set.of("b")));
  }
}
