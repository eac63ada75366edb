package io.barnabas.server.api;

import io.barnabas.quorum.MembershipException;
import io.barnabas.quorum.NotLeadingException;
import io.barnabas.server.net.Call;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** What adding and removing a voter have in common. */
final class RaftVoters {
  /** Why a request is refused. */
  record Refusal(Errors error, String message) {}

  private RaftVoters() {}

  /** What is wrong with a request, whatever the quorum's state. */
  static Optional<Refusal> refusal(
      ControlContext context,
      @Nullable String clusterId,
      int voterId,
      Uuid directoryId,
      String what) {
    if (clusterId != null && !clusterId.equals(context.image().clusterId())) {
      return Optional.of(
          new Refusal(
              Errors.INCONSISTENT_CLUSTER_ID,
              "This is not the cluster %s but %s"
                  .formatted(clusterId, context.image().clusterId())));
    }
    if (!context.controller().isActive()) {
      return Optional.of(new Refusal(Errors.NOT_CONTROLLER, Errors.NOT_CONTROLLER.message()));
    }
    if (voterId < 0 || directoryId.equals(Uuid.ZERO_UUID)) {
      return Optional.of(
          new Refusal(
              Errors.INVALID_REQUEST,
              "%s voter request didn't include a valid voter".formatted(what)));
    }
    return Optional.empty();
  }

  static UUID uuid(Uuid id) {
    return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  /** Answers once the change is known. */
  static void answer(
      Call call, CompletableFuture<Void> change, BiFunction<Errors, String, ApiMessage> answer) {
    CompletableFuture<Void> _ =
        change.whenComplete(
            (done, failure) -> {
              if (failure == null) {
                call.answer(answer.apply(Errors.NONE, ""));
              } else {
                Refusal refusal = refusal(failure);
                call.answer(answer.apply(refusal.error(), refusal.message()));
              }
            });
  }

  private static Refusal refusal(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String message = String.valueOf(cause.getMessage());
    return switch (cause) {
      case MembershipException refused ->
          new Refusal(
              switch (refused.reason()) {
                case DUPLICATE_VOTER -> Errors.DUPLICATE_VOTER;
                case VOTER_NOT_FOUND -> Errors.VOTER_NOT_FOUND;
                case NOT_NOW -> Errors.REQUEST_TIMED_OUT;
                case BOUNDS -> Errors.INVALID_REQUEST;
              },
              message);
      case NotLeadingException _ -> new Refusal(Errors.NOT_CONTROLLER, message);
      default -> new Refusal(Errors.REQUEST_TIMED_OUT, message);
    };
  }
}
