package io.barnabas.server.control;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The requests that wait to be decided, each kind in order and with room of its own. Members of the
 * cluster go before clients; when they have filled a batch alone, a client goes before them in the
 * next one. For use under a lock.
 */
final class Waiting {
  /** While so many of one kind are not answered, another one is refused. */
  static final int MOST = 1_000;

  /** So many clients' requests are decided together, so that no member waits for more. */
  static final int MOST_CLIENTS_AT_ONCE = 100;

  private final Map<Request.Kind, Deque<Request<?>>> lanes = new EnumMap<>(Request.Kind.class);
  private boolean clientFirst;

  Waiting() {
    for (Request.Kind kind : Request.Kind.values()) {
      lanes.put(kind, new ArrayDeque<>());
    }
  }

  private Deque<Request<?>> lane(Request.Kind kind) {
    return lanes.getOrDefault(kind, new ArrayDeque<>());
  }

  boolean isEmpty() {
    return lanes.values().stream().allMatch(Deque::isEmpty);
  }

  /** How many of a kind wait. */
  int count(Request.Kind kind) {
    return lane(kind).size();
  }

  void add(Request<?> request) {
    lane(request.kind()).add(request);
  }

  /** Those to be decided together, in order; they still wait. */
  List<Request<?>> next() {
    Deque<Request<?>> members = lane(Request.Kind.MEMBER);
    Deque<Request<?>> clients = lane(Request.Kind.CLIENT);
    int first = clientFirst ? Math.min(1, clients.size()) : 0;
    List<Request<?>> next = new ArrayList<>();
    clients.stream().limit(first).forEach(next::add);
    next.addAll(members);
    clients.stream().limit(MOST_CLIENTS_AT_ONCE).skip(first).forEach(next::add);
    return next;
  }

  /** The first ones of {@link #next} wait no longer. */
  void remove(List<Request<?>> decided) {
    decided.forEach(request -> lane(request.kind()).remove());
    boolean passedOver = decided.stream().allMatch(each -> each.kind() == Request.Kind.MEMBER);
    clientFirst = passedOver && count(Request.Kind.CLIENT) > 0;
  }

  /** They are decided again, before all others of their kind. */
  void putBack(List<Request<?>> requests) {
    requests.reversed().forEach(request -> lane(request.kind()).addFirst(request));
  }

  /** Takes those out that are so. */
  List<Request<?>> take(Predicate<Request<?>> which) {
    List<Request<?>> taken = new ArrayList<>();
    lanes.values().forEach(lane -> lane.stream().filter(which).forEach(taken::add));
    lanes.values().forEach(lane -> lane.removeIf(which));
    return taken;
  }

  /** All of them. */
  Stream<Request<?>> all() {
    return lanes.values().stream().flatMap(Deque::stream);
  }
}
