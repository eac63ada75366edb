package io.barnabas.metadata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Adds access rules, each for itself. One that is there already is there once.
 *
 * @param newIds an id for each new rule
 */
public record CreateAcls(List<AclBinding> bindings, Supplier<Uuid> newIds)
    implements Command<List<CreateAcls.Result>> {
  /** Copies the list. */
  public CreateAcls {
    bindings = List.copyOf(bindings);
  }

  /** One result for each rule, in their order. */
  @Override
  public Decision<List<Result>> decide(ClusterImage image, long nowMs) {
    Set<AclBinding> present = new HashSet<>(image.security().acls().values());
    List<Fact> facts = new ArrayList<>();
    List<Result> results = new ArrayList<>();
    for (AclBinding binding : bindings) {
      try {
        validate(binding);
        if (present.add(binding)) {
          facts.add(new Fact.AclAdded(newIds.get(), binding));
        }
        results.add(new Result(Errors.NONE, Optional.empty()));
      } catch (ApiException e) {
        results.add(new Result(Errors.forException(e), Optional.ofNullable(Refusal.messageOf(e))));
      }
    }
    return new Decision<>(facts, results);
  }

  private static void validate(AclBinding binding) {
    ResourcePattern pattern = binding.pattern();
    // The library refuses ANY and MATCH itself.
    if (binding.isUnknown()) {
      throw new InvalidRequestException("The rule is of a kind that the controller does not know");
    }
    if (pattern.name().isEmpty()) {
      throw new InvalidRequestException("Invalid empty resource name");
    }
    if (pattern.resourceType() == ResourceType.CLUSTER
        && !pattern.name().equals(Resource.CLUSTER_NAME)) {
      throw new InvalidRequestException(
          "The only valid name for the CLUSTER resource is " + Resource.CLUSTER_NAME);
    }
    if (!binding.entry().principal().contains(":")) {
      throw new InvalidRequestException(
          ("Could not parse principal from `%s` (no colon is present separating the principal type"
                  + " from the principal name)")
              .formatted(binding.entry().principal()));
    }
    HostPatterns.validate(binding.entry().host());
  }

  /**
   * What became of one rule.
   *
   * @param message why it was refused
   */
  public record Result(Errors error, Optional<String> message) {}
}
