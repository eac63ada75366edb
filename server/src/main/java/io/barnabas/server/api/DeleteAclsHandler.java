package io.barnabas.server.api;

import io.barnabas.metadata.DeleteAcls;
import io.barnabas.metadata.DeleteAcls.FilterResult;
import io.barnabas.server.net.Call;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData.DeleteAclsFilter;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.message.DeleteAclsResponseData.DeleteAclsFilterResult;
import org.apache.kafka.common.message.DeleteAclsResponseData.DeleteAclsMatchingAcl;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Removes the access rules that match filters. One of an unknown kind is refused, where Kafka may
 * close the connection.
 *
 * <p>Versions 1 to 3. Version 2 has tagged fields; 3 has users as resources.
 */
final class DeleteAclsHandler extends Handler<DeleteAclsRequestData> {
  private final ControlContext context;

  /** Changes through the controller. */
  DeleteAclsHandler(ControlContext context) {
    super(ApiKeys.DELETE_ACLS, 1, 3);
    this.context = context;
  }

  @Override
  public void handle(DeleteAclsRequestData request, Call call) {
    List<AclBindingFilter> filters =
        request.filters().stream().map(DeleteAclsHandler::filter).toList();
    Later.answer(
        call,
        context.alter(new DeleteAcls(filters)),
        DeleteAclsHandler::answer,
        error ->
            answer(
                Collections.nCopies(
                    filters.size(),
                    new FilterResult(error, Optional.of(error.message()), List.of()))));
  }

  private static AclBindingFilter filter(DeleteAclsFilter filter) {
    return Acls.filter(
        new Acls.Pattern(
            filter.resourceTypeFilter(), filter.resourceNameFilter(), filter.patternTypeFilter()),
        new Acls.Entry(
            filter.principalFilter(),
            filter.hostFilter(),
            filter.operation(),
            filter.permissionType()));
  }

  private static DeleteAclsResponseData answer(List<FilterResult> results) {
    return new DeleteAclsResponseData()
        .setFilterResults(
            results.stream()
                .map(
                    result ->
                        new DeleteAclsFilterResult()
                            .setErrorCode(result.error().code())
                            .setErrorMessage(result.message().orElse(null))
                            .setMatchingAcls(
                                result.removed().stream().map(DeleteAclsHandler::removed).toList()))
                .toList());
  }

  private static DeleteAclsMatchingAcl removed(AclBinding binding) {
    return new DeleteAclsMatchingAcl()
        .setResourceType(binding.pattern().resourceType().code())
        .setResourceName(binding.pattern().name())
        .setPatternType(binding.pattern().patternType().code())
        .setPrincipal(binding.entry().principal())
        .setHost(binding.entry().host())
        .setOperation(binding.entry().operation().code())
        .setPermissionType(binding.entry().permissionType().code());
  }
}
