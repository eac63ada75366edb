package io.barnabas.metadata;

import java.util.Map;
import java.util.Set;

/** What settings one resource can have. */
interface ConfigTarget {
  /** Whether elements can be added to a setting; false also for one that is unknown. */
  boolean isList(String name);

  /** The value in effect of a setting that is a list. */
  String valueOf(String name, Map<String, String> own);

  /**
   * Checks what the resource is to have.
   *
   * @param own all its settings
   * @param changed the names of those that it had not before, or with other values, or has no more
   * @throws org.apache.kafka.common.errors.ApiException unless it can have these
   */
  void validate(Map<String, String> own, Set<String> changed);
}
