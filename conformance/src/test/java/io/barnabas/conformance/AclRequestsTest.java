package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Access rules: which there can be, and what filters find. */
@OnEverySubject
class AclRequestsTest {
  private static final AtomicInteger USERS = new AtomicInteger();
  private static final int MAX_WAIT_MS = 10_000;

  private final Admin admin;
  private final String user = "User:acl-" + USERS.incrementAndGet();

  AclRequestsTest(Subject subject) {
    admin = subject.admin();
  }

  @AfterEach
  void close() throws Exception {
    delete(ResourcePatternFilter.ANY);
    admin.close();
  }

  private AccessControlEntryFilter ofUser() {
    return new AccessControlEntryFilter(user, null, AclOperation.ANY, AclPermissionType.ANY);
  }

  private static AclBinding rule(
      ResourceType type, String name, PatternType pattern, String principal, String host) {
    return new AclBinding(
        new ResourcePattern(type, name, pattern),
        new AccessControlEntry(principal, host, AclOperation.READ, AclPermissionType.DENY));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TOPIC | x | LITERAL | 10.0.0.0/8 | true",
        "TOPIC | a/b | PREFIXED | not a host | true",
        "CLUSTER | kafka-cluster | LITERAL | * | true",
        "TOPIC | '' | LITERAL | * | false",
        "CLUSTER | x | LITERAL | * | false",
        "TOPIC | x | LITERAL | '' | false",
        "TOPIC | x | LITERAL | 10.0.0.0/99 | false",
      })
  void whatCanBe(ResourceType type, String name, PatternType pattern, String host, boolean isFine)
      throws Exception {
    AclBinding binding = rule(type, name, pattern, user, host);
    if (isFine) {
      admin.createAcls(List.of(binding)).all().get();
      await(binding.toFilter(), Set.of(binding));
    } else {
      assertThatThrownBy(() -> admin.createAcls(List.of(binding)).all().get())
          .hasCauseInstanceOf(InvalidRequestException.class);
    }
  }

  @Test
  void principalsHaveAType() {
    AclBinding binding = rule(ResourceType.TOPIC, "x", PatternType.LITERAL, "nobody", "*");
    assertThatThrownBy(() -> admin.createAcls(List.of(binding)).all().get())
        .hasCauseInstanceOf(InvalidRequestException.class);
  }

  @Test
  void filters() throws Exception {
    AclBinding prefix = rule(ResourceType.TOPIC, "foo", PatternType.PREFIXED, user, "*");
    AclBinding all = rule(ResourceType.TOPIC, "*", PatternType.LITERAL, user, "*");
    AclBinding literal = rule(ResourceType.TOPIC, "foo", PatternType.LITERAL, user, "10.1.1.1");
    AclBinding group = rule(ResourceType.GROUP, "foo", PatternType.LITERAL, user, "*");
    admin.createAcls(List.of(prefix, all, literal, group)).all().get();
    admin.createAcls(List.of(literal)).all().get();
    await(filter(null, PatternType.ANY), Set.of(prefix, all, literal));
    await(filter("foobar", PatternType.MATCH), Set.of(prefix, all));
    await(filter("foo", PatternType.MATCH), Set.of(prefix, all, literal));
    await(filter("foo", PatternType.ANY), Set.of(prefix, literal));
    await(filter("foo", PatternType.LITERAL), Set.of(literal));
    await(filter("foo", PatternType.PREFIXED), Set.of(prefix));
    await(filter("*", PatternType.LITERAL), Set.of(all));
    await(filter("x", PatternType.LITERAL), Set.of());
    await(
        new AclBindingFilter(
            ResourcePatternFilter.ANY,
            new AccessControlEntryFilter(
                user, "10.1.1.1", AclOperation.ANY, AclPermissionType.ANY)),
        Set.of(literal));
    await(
        new AclBindingFilter(
            ResourcePatternFilter.ANY,
            new AccessControlEntryFilter(user, null, AclOperation.ALL, AclPermissionType.ANY)),
        Set.of());
    assertThat(delete(new ResourcePatternFilter(ResourceType.TOPIC, "foobar", PatternType.MATCH)))
        .containsExactlyInAnyOrder(prefix, all);
    await(new AclBindingFilter(ResourcePatternFilter.ANY, ofUser()), Set.of(literal, group));
    assertThat(delete(new ResourcePatternFilter(ResourceType.TOPIC, "nope", PatternType.ANY)))
        .isEmpty();
  }

  private AclBindingFilter filter(@Nullable String name, PatternType pattern) {
    return new AclBindingFilter(
        new ResourcePatternFilter(ResourceType.TOPIC, name, pattern), ofUser());
  }

  private Collection<AclBinding> delete(ResourcePatternFilter pattern) throws Exception {
    return admin.deleteAcls(List.of(new AclBindingFilter(pattern, ofUser()))).all().get();
  }

  private void await(AclBindingFilter filter, Set<AclBinding> expected) throws Exception {
    long deadline = System.currentTimeMillis() + MAX_WAIT_MS;
    while (!Set.copyOf(admin.describeAcls(filter).values().get()).equals(expected)
        && System.currentTimeMillis() < deadline) {
      Thread.sleep(10);
    }
    assertThat(admin.describeAcls(filter).values().get())
        .containsExactlyInAnyOrderElementsOf(expected);
  }
}
