package io.barnabas.metadata;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.protocol.Errors;

/** Removes the access rules that match any of the filters. */
public record DeleteAcls(List<AclBindingFilter> filters)
    implements Command<List<DeleteAcls.FilterResult>> {
  /** Copies the list. */
  public DeleteAcls {
    filters = List.copyOf(filters);
  }

  /** One result for each filter, in their order; a rule that several match is in all of them. */
  @Override
  public Decision<List<FilterResult>> decide(ClusterImage image, long nowMs) {
    Set<Uuid> removed = new LinkedHashSet<>();
    List<FilterResult> results = new ArrayList<>();
    for (AclBindingFilter filter : filters) {
      if (filter.isUnknown()) {
        results.add(refused(filter));
        continue;
      }
      List<AclBinding> matching = new ArrayList<>();
      image
          .security()
          .acls()
          .forEach(
              (id, binding) -> {
                if (filter.matches(binding)) {
                  removed.add(id);
                  matching.add(binding);
                }
              });
      results.add(new FilterResult(Errors.NONE, Optional.empty(), matching));
    }
    List<Fact> facts = new ArrayList<>();
    removed.forEach(id -> facts.add(new Fact.AclRemoved(id)));
    return new Decision<>(facts, results);
  }

  private static FilterResult refused(AclBindingFilter filter) {
    String message =
        filter.patternFilter().isUnknown() ? "Unknown patternFilter." : "Unknown entryFilter.";
    return new FilterResult(Errors.INVALID_REQUEST, Optional.of(message), List.of());
  }

  /**
   * What one filter has removed.
   *
   * @param message why it was refused
   */
  public record FilterResult(Errors error, Optional<String> message, List<AclBinding> removed) {
    /** Copies the list. */
    public FilterResult {
      removed = List.copyOf(removed);
    }
  }
}
