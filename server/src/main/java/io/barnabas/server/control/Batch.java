package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.FactCodec;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests that were decided together, each on what those before it lead to, and whose facts fit
 * into one entry of the quorum.
 */
final class Batch {
  private static final Logger LOG = LoggerFactory.getLogger(Batch.class);

  private final int maxBytes;
  private final long nowMs;
  private final List<Fact> facts = new ArrayList<>();
  private final List<Runnable> answers = new ArrayList<>();
  private ClusterImage image;
  private int bytes;
  private int requests;

  private Batch(ClusterImage image, int maxBytes, long nowMs) {
    this.image = image;
    this.maxBytes = maxBytes;
    this.nowMs = nowMs;
  }

  /**
   * Decides as many requests as fit, in order, one at least.
   *
   * @param maxBytes of all facts, encoded
   */
  static Batch decide(ClusterImage image, List<Request<?>> requests, int maxBytes, long nowMs) {
    Batch batch = new Batch(image, maxBytes, nowMs);
    for (Request<?> request : requests) {
      if (!batch.take(request)) {
        break;
      }
      batch.requests++;
    }
    return batch;
  }

  /** False if there is no room; the request must be decided again, in a later batch. */
  private boolean take(Request<?> request) {
    try {
      Request.Decided decided = request.decide(image, nowMs);
      if (!decided.facts().isEmpty()) {
        int more = FactCodec.encode(decided.facts()).length;
        if (more > maxBytes) {
          throw new PolicyViolationException(
              "The request changes too much at once; split it into smaller ones.");
        }
        if (bytes + more > maxBytes) {
          return false;
        }
        image = image.apply(decided.facts());
        bytes += more;
        facts.addAll(decided.facts());
      }
      answers.add(decided.answering());
    } catch (ApiException e) {
      answers.add(() -> request.fail(e));
    } catch (RuntimeException e) {
      // A decision has no effects, so one that fails has spoiled nothing for the others.
      LOG.error("A defect: {} could not be decided", request, e);
      answers.add(
          () -> request.fail(new UnknownServerException("The controller could not decide this.")));
    }
    return true;
  }

  /** What is to be proposed; nothing if all answers can be given as they are. */
  List<Fact> facts() {
    return facts;
  }

  /** How many requests were decided. */
  int requests() {
    return requests;
  }

  /** Gives the answers, in order. */
  void answer() {
    answers.forEach(Runnable::run);
  }
}
