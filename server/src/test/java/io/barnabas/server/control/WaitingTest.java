package io.barnabas.server.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.Decision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitingTest {
  private final Waiting waiting = new Waiting();

  private record Asking(boolean isMembers) implements Command<String> {
    @Override
    public Decision<String> decide(ClusterImage image, long nowMs) {
      return new Decision<>(List.of(), "");
    }
  }

  private Request<?> add(boolean member) {
    Request<?> request = new Request<>(new Asking(member), 0);
    waiting.add(request);
    return request;
  }

  private List<Request<?>> add(boolean member, int count) {
    List<Request<?>> added = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      added.add(add(member));
    }
    return added;
  }

  @Test
  void membersGoBeforeClientsThatCameBefore() {
    List<Request<?>> clients = add(false, 2);
    List<Request<?>> members = add(true, 2);
    assertThat(waiting.next())
        .startsWith(members.toArray(Request[]::new))
        .endsWith(clients.getLast());
  }

  @Test
  void notAllClientsAreDecidedAtOnce() {
    add(false, 3 * Waiting.MOST_CLIENTS_AT_ONCE);
    assertThat(waiting.next()).hasSize(Waiting.MOST_CLIENTS_AT_ONCE);
    add(true);
    assertThat(waiting.next()).hasSize(Waiting.MOST_CLIENTS_AT_ONCE + 1);
  }

  @Test
  void membersThatNeverEndLetAClientThroughEachSecondTime() {
    List<Request<?>> clients = add(false, 3);
    add(true, 10);
    for (Request<?> client : clients) {
      Request<?> first = waiting.next().getFirst();
      assertThat(first.kind()).isEqualTo(Request.Kind.MEMBER);
      waiting.remove(List.of(first));
      assertThat(waiting.next().getFirst()).isSameAs(client);
      waiting.remove(List.of(client));
    }
  }

  @Test
  void thoseThatArePutBackAreTheFirstAgain() {
    add(false, 2);
    add(true, 2);
    List<Request<?>> all = waiting.next();
    waiting.remove(all);
    assertThat(waiting.isEmpty()).isTrue();
    add(true);
    add(false);
    waiting.putBack(all);
    List<Request<?>> again = waiting.next();
    assertThat(again).hasSize(6).containsSubsequence(all);
    assertThat(again.subList(0, 2)).isEqualTo(all.subList(0, 2));
  }

  @Test
  void thoseWhoseTimeIsUpAreTaken() {
    Request<?> late = new Request<>(new Asking(false), 5);
    waiting.add(late);
    Request<?> other = new Request<>(new Asking(true), 7);
    waiting.add(other);
    assertThat(waiting.take(request -> request.isOverdue(6))).containsExactly(late);
    assertThat(waiting.next()).containsExactly(other);
  }
}
