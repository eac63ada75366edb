package io.barnabas.server.api;

import io.barnabas.metadata.IncrementalAlterConfigs.Change;
import io.barnabas.metadata.IncrementalAlterConfigs.Op;
import io.barnabas.metadata.IncrementalAlterConfigs.ResourceResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;

/**
 * A resource of a request that changes settings, kept for the answer.
 *
 * @param type as the client sent it, known or not
 */
record AlteredConfigs(byte type, String name, List<Op> ops) {
  /** Which resource it is for the controller. */
  ConfigResource resource() {
    return new ConfigResource(ConfigResource.Type.forId(type), name);
  }

  Change change() {
    return new Change(resource(), ops);
  }

  /** What became of each resource. */
  static List<Answer> answers(List<AlteredConfigs> asked, List<ResourceResult> results) {
    Map<ConfigResource, AlteredConfigs> byResource = new HashMap<>();
    asked.forEach(one -> byResource.putIfAbsent(one.resource(), one));
    List<Answer> answers = new ArrayList<>();
    for (ResourceResult result : results) {
      AlteredConfigs one = byResource.get(result.resource());
      if (one == null) {
        throw new IllegalStateException("Nobody asked for " + result.resource());
      }
      answers.add(new Answer(one.type(), one.name(), result.error(), result.message().orElse("")));
    }
    return answers;
  }

  /** The same for all. */
  static List<Answer> answers(List<AlteredConfigs> asked, Errors error) {
    return asked.stream()
        .map(one -> new Answer(one.type(), one.name(), error, error.message()))
        .toList();
  }

  /**
   * What became of one resource.
   *
   * @param message empty if it was not refused
   */
  record Answer(byte type, String name, Errors error, String message) {}
}
