package io.barnabas.server.api;

import io.barnabas.server.net.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.message.DescribeAclsResponseData.AclDescription;
import org.apache.kafka.common.message.DescribeAclsResponseData.DescribeAclsResource;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourcePattern;

/**
 * The access rules that match a filter. They are always kept, where a broker of Kafka without an
 * authorizer answers SECURITY_DISABLED; and they are not enforced yet.
 *
 * <p>A filter of an unknown kind is refused, where Kafka closes the connection.
 *
 * <p>Versions 1 to 3. Version 2 has tagged fields; 3 has users as resources.
 */
final class DescribeAclsHandler extends Handler<DescribeAclsRequestData> {
  private final ControlContext context;

  /** Answers from the controller's image. */
  DescribeAclsHandler(ControlContext context) {
    super(ApiKeys.DESCRIBE_ACLS, 1, 3);
    this.context = context;
  }

  @Override
  public void handle(DescribeAclsRequestData request, Call call) {
    AclBindingFilter filter =
        Acls.filter(
            new Acls.Pattern(
                request.resourceTypeFilter(),
                request.resourceNameFilter(),
                request.patternTypeFilter()),
            new Acls.Entry(
                request.principalFilter(),
                request.hostFilter(),
                request.operation(),
                request.permissionType()));
    DescribeAclsResponseData answer = new DescribeAclsResponseData();
    if (filter.isUnknown()) {
      call.answer(
          answer
              .setErrorCode(Errors.INVALID_REQUEST.code())
              .setErrorMessage("The filter is of a kind that this node does not know."));
      return;
    }
    Map<ResourcePattern, List<AclDescription>> found = new LinkedHashMap<>();
    context.image().security().acls().values().stream()
        .filter(filter::matches)
        .forEach(
            binding ->
                found
                    .computeIfAbsent(binding.pattern(), pattern -> new ArrayList<>())
                    .add(description(binding.entry())));
    found.forEach((pattern, acls) -> answer.resources().add(resource(pattern, acls)));
    call.answer(answer);
  }

  private static AclDescription description(AccessControlEntry entry) {
    return new AclDescription()
        .setPrincipal(entry.principal())
        .setHost(entry.host())
        .setOperation(entry.operation().code())
        .setPermissionType(entry.permissionType().code());
  }

  private static DescribeAclsResource resource(ResourcePattern pattern, List<AclDescription> acls) {
    return new DescribeAclsResource()
        .setResourceType(pattern.resourceType().code())
        .setResourceName(pattern.name())
        .setPatternType(pattern.patternType().code())
        .setAcls(acls);
  }
}
