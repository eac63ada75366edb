package io.barnabas.server.api;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.server.net.Call;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.CredentialInfo;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Which users have credentials, by which mechanisms; nothing of the credentials themselves.
 *
 * <p>Version 0.
 */
final class DescribeUserScramCredentialsHandler
    extends Handler<DescribeUserScramCredentialsRequestData> {
  private final ControlContext context;

  /** Answers from the controller's image. */
  DescribeUserScramCredentialsHandler(ControlContext context) {
    super(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, 0, 0);
    this.context = context;
  }

  @Override
  public void handle(DescribeUserScramCredentialsRequestData request, Call call) {
    Map<String, List<CredentialInfo>> known = known(context.image());
    List<UserName> asked = request.users();
    Collection<String> users = known.keySet();
    Set<String> repeated = new HashSet<>();
    if (asked != null && !asked.isEmpty()) {
      Set<String> names = new LinkedHashSet<>();
      asked.stream().map(UserName::name).filter(n -> !names.add(n)).forEach(repeated::add);
      users = names;
    }
    List<DescribeUserScramCredentialsResponseData.DescribeUserScramCredentialsResult> results =
        new ArrayList<>();
    for (String user : users) {
      DescribeUserScramCredentialsResponseData.DescribeUserScramCredentialsResult result =
          new DescribeUserScramCredentialsResponseData.DescribeUserScramCredentialsResult()
              .setUser(user);
      List<CredentialInfo> credentials = known.get(user);
      if (repeated.contains(user)) {
        result
            .setErrorCode(Errors.DUPLICATE_RESOURCE.code())
            .setErrorMessage(
                "Cannot describe SCRAM credentials for the same user twice in a single request: "
                    + user);
      } else if (credentials == null) {
        result
            .setErrorCode(Errors.RESOURCE_NOT_FOUND.code())
            .setErrorMessage("Attempt to describe a user credential that does not exist: " + user);
      } else {
        result.setCredentialInfos(credentials);
      }
      results.add(result);
    }
    call.answer(new DescribeUserScramCredentialsResponseData().setResults(results));
  }

  private static Map<String, List<CredentialInfo>> known(ClusterImage image) {
    Map<String, List<CredentialInfo>> known = new TreeMap<>();
    image
        .security()
        .scramCredentials()
        .forEach(
            (user, credential) ->
                known
                    .computeIfAbsent(user.name(), name -> new ArrayList<>())
                    .add(
                        new CredentialInfo()
                            .setMechanism(user.mechanism().type())
                            .setIterations(credential.iterations())));
    return known;
  }
}
