package io.barnabas.server.api;

import io.barnabas.metadata.CreateAcls;
import io.barnabas.server.control.NewIds;
import io.barnabas.server.net.Call;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.CreateAclsResponseData.AclCreationResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Adds access rules. They are always kept, where a broker of Kafka without an authorizer answers
 * SECURITY_DISABLED; and they are not enforced yet.
 *
 * <p>A rule that is of no definite kind is refused as invalid, where Kafka answers
 * UNKNOWN_SERVER_ERROR or closes the connection.
 *
 * <p>Versions 1 to 3. Version 2 has tagged fields; 3 has users as resources.
 */
final class CreateAclsHandler extends Handler<CreateAclsRequestData> {
  private final ControlContext context;

  /** Changes through the controller. */
  CreateAclsHandler(ControlContext context) {
    super(ApiKeys.CREATE_ACLS, 1, 3);
    this.context = context;
  }

  @Override
  public void handle(CreateAclsRequestData request, Call call) {
    List<AclBinding> bindings = new ArrayList<>();
    List<Optional<CreateAcls.Result>> refused = new ArrayList<>();
    for (AclCreation creation : request.creations()) {
      try {
        bindings.add(binding(creation));
        refused.add(Optional.empty());
      } catch (IllegalArgumentException e) {
        String reason = Optional.ofNullable(e.getMessage()).orElse("The rule cannot be");
        refused.add(
            Optional.of(new CreateAcls.Result(Errors.INVALID_REQUEST, Optional.of(reason))));
      }
    }
    Later.answer(
        call,
        context.alter(new CreateAcls(bindings, this::newId)),
        results -> answer(refused, results),
        error ->
            answer(
                refused,
                Collections.nCopies(
                    bindings.size(), new CreateAcls.Result(error, Optional.of(error.message())))));
  }

  private Uuid newId() {
    return NewIds.draw(context.world().randomness());
  }

  private static AclBinding binding(AclCreation creation) {
    return new AclBinding(
        new ResourcePattern(
            ResourceType.fromCode(creation.resourceType()),
            creation.resourceName(),
            PatternType.fromCode(creation.resourcePatternType())),
        new AccessControlEntry(
            creation.principal(),
            creation.host(),
            AclOperation.fromCode(creation.operation()),
            AclPermissionType.fromCode(creation.permissionType())));
  }

  /** The results of what was decided, among those of what was refused before. */
  private static CreateAclsResponseData answer(
      List<Optional<CreateAcls.Result>> refused, List<CreateAcls.Result> decided) {
    Iterator<CreateAcls.Result> next = decided.iterator();
    CreateAclsResponseData answer = new CreateAclsResponseData();
    for (Optional<CreateAcls.Result> one : refused) {
      CreateAcls.Result result = one.isPresent() ? one.get() : next.next();
      answer
          .results()
          .add(
              new AclCreationResult()
                  .setErrorCode(result.error().code())
                  .setErrorMessage(result.message().orElse("")));
    }
    return answer;
  }
}
