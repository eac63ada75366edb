package io.barnabas.server.api;

import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

/** Filters for access rules, as requests have them. */
final class Acls {
  private Acls() {}

  /** What a rule is about; a name that is missing means any. */
  record Pattern(byte resourceType, @Nullable String name, byte patternType) {}

  /** Whom a rule is about and what; what is missing means any. */
  record Entry(
      @Nullable String principal, @Nullable String host, byte operation, byte permissionType) {}

  /** The filter; it may be of kinds that are unknown. */
  static AclBindingFilter filter(Pattern pattern, Entry entry) {
    return new AclBindingFilter(
        new ResourcePatternFilter(
            ResourceType.fromCode(pattern.resourceType()),
            pattern.name(),
            PatternType.fromCode(pattern.patternType())),
        new AccessControlEntryFilter(
            entry.principal(),
            entry.host(),
            AclOperation.fromCode(entry.operation()),
            AclPermissionType.fromCode(entry.permissionType())));
  }
}
