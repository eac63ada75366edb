package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AclCommandsTest {
  private final ClusterImage empty = ClusterImage.empty("cluster");

  private static AclBinding rule(
      ResourceType type, String name, PatternType pattern, String principal, String host) {
    return new AclBinding(
        new ResourcePattern(type, name, pattern),
        new AccessControlEntry(principal, host, AclOperation.READ, AclPermissionType.ALLOW));
  }

  private static AclBinding onTopic(String name, PatternType pattern) {
    return rule(ResourceType.TOPIC, name, pattern, "User:a", "*");
  }

  private static Decision<List<CreateAcls.Result>> create(ClusterImage image, AclBinding... some) {
    return new CreateAcls(List.of(some), Clusters.ids(1)).decide(image, 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "TOPIC | x | LITERAL | User:a | * | -",
        "TOPIC | a/b | PREFIXED | :a | not a host | -",
        "GROUP | x | LITERAL | User: | 10.0.0.0/8 | -",
        "CLUSTER | kafka-cluster | LITERAL | User:a | ::1/128 | -",
        "TOPIC | '' | LITERAL | User:a | * | Invalid empty resource name",
        "CLUSTER | x | LITERAL | User:a | * | CLUSTER resource is kafka-cluster",
        "TOPIC | x | LITERAL | a | * | Could not parse principal from `a` (no colon is present",
        "TOPIC | x | LITERAL | User:a | '' | Host pattern cannot be null or empty",
        "TOPIC | x | LITERAL | User:a | 10.0.0.0/99 | Value [99] not in range" + " [0,32]",
        "TOPIC | x | LITERAL | User:a | host/8 | Invalid CIDR notation",
        "TOPIC | x | LITERAL | User:a | 10.0.0.0/x | Invalid CIDR notation",
        "UNKNOWN | x | LITERAL | User:a | * | kind that the controller does not know",
      })
  void whatCanBe(
      ResourceType type,
      String name,
      PatternType pattern,
      String principal,
      String host,
      String refusal) {
    AclBinding binding = rule(type, name, pattern, principal, host);
    Decision<List<CreateAcls.Result>> decision = create(empty, binding);
    CreateAcls.Result result = decision.answer().getFirst();
    if (refusal == null) {
      assertThat(result).isEqualTo(new CreateAcls.Result(Errors.NONE, Optional.empty()));
      assertThat(empty.apply(decision.facts()).security().acls().values()).containsExactly(binding);
    } else {
      assertThat(result.error()).isEqualTo(Errors.INVALID_REQUEST);
      assertThat(result.message()).get().asString().contains(refusal);
      assertThat(decision.facts()).isEmpty();
    }
  }

  @Test
  void operationsAndPermissionsMustBeKnown() {
    ResourcePattern topic = new ResourcePattern(ResourceType.TOPIC, "x", PatternType.LITERAL);
    for (AccessControlEntry entry :
        List.of(
            new AccessControlEntry("User:a", "*", AclOperation.UNKNOWN, AclPermissionType.ALLOW),
            new AccessControlEntry("User:a", "*", AclOperation.READ, AclPermissionType.UNKNOWN))) {
      assertThat(create(empty, new AclBinding(topic, entry)).answer().getFirst().error())
          .isEqualTo(Errors.INVALID_REQUEST);
    }
  }

  @Test
  void whatIsThereAlreadyIsThereOnce() {
    AclBinding one = onTopic("x", PatternType.LITERAL);
    ClusterImage image = empty.apply(create(empty, one, one).facts());
    assertThat(image.security().acls()).hasSize(1);
    Decision<List<CreateAcls.Result>> again = create(image, one, onTopic("y", PatternType.LITERAL));
    assertThat(again.answer()).extracting(CreateAcls.Result::error).containsOnly(Errors.NONE);
    assertThat(again.facts()).hasSize(1);
  }

  private static AclBindingFilter filter(String name, PatternType pattern) {
    return new AclBindingFilter(
        new ResourcePatternFilter(ResourceType.TOPIC, name, pattern), AccessControlEntryFilter.ANY);
  }

  @Test
  void allThatAFilterMatchesIsRemovedOnce() {
    AclBinding prefix = onTopic("foo", PatternType.PREFIXED);
    AclBinding all = onTopic("*", PatternType.LITERAL);
    AclBinding other = onTopic("x", PatternType.LITERAL);
    ClusterImage image = empty.apply(create(empty, prefix, all, other).facts());
    Decision<List<DeleteAcls.FilterResult>> decision =
        new DeleteAcls(
                List.of(
                    filter("foobar", PatternType.MATCH),
                    filter("foo", PatternType.PREFIXED),
                    filter("nope", PatternType.LITERAL),
                    filter("x", PatternType.UNKNOWN)))
            .decide(image, 0);
    assertThat(decision.answer().getFirst().removed()).containsExactlyInAnyOrder(prefix, all);
    assertThat(decision.answer().get(1).removed()).containsExactly(prefix);
    assertThat(decision.answer().get(2))
        .isEqualTo(new DeleteAcls.FilterResult(Errors.NONE, Optional.empty(), List.of()));
    assertThat(decision.answer().get(3).error()).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(image.apply(decision.facts()).security().acls().values()).containsExactly(other);
  }
}
