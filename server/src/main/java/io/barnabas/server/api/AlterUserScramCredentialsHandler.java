package io.barnabas.server.api;

import io.barnabas.metadata.AlterScramCredentials;
import io.barnabas.metadata.AlterScramCredentials.Secret;
import io.barnabas.metadata.AlterScramCredentials.Upsertion;
import io.barnabas.metadata.AlterScramCredentials.UserResult;
import io.barnabas.metadata.Fact.ScramUser;
import io.barnabas.server.net.Call;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Sets and removes what users prove themselves with. It is kept, and nobody has to do so yet.
 *
 * <p>Version 0.
 */
final class AlterUserScramCredentialsHandler extends Handler<AlterUserScramCredentialsRequestData> {
  private final ControlContext context;

  /** Changes through the controller. */
  AlterUserScramCredentialsHandler(ControlContext context) {
    super(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, 0, 0);
    this.context = context;
  }

  @Override
  public void handle(AlterUserScramCredentialsRequestData request, Call call) {
    List<Upsertion> upsertions =
        request.upsertions().stream().map(AlterUserScramCredentialsHandler::upsertion).toList();
    List<ScramUser> deletions =
        request.deletions().stream().map(d -> user(d.name(), d.mechanism())).toList();
    Later.answer(
        call,
        context.alter(new AlterScramCredentials(upsertions, deletions)),
        AlterUserScramCredentialsHandler::answer,
        error ->
            answer(
                Stream.concat(deletions.stream(), upsertions.stream().map(Upsertion::user))
                    .map(ScramUser::name)
                    .distinct()
                    .map(name -> new UserResult(name, error, Optional.of(error.message())))
                    .toList()));
  }

  private static Upsertion upsertion(
      AlterUserScramCredentialsRequestData.ScramCredentialUpsertion upsertion) {
    return new Upsertion(
        user(upsertion.name(), upsertion.mechanism()),
        upsertion.iterations(),
        new Secret(upsertion.salt()),
        new Secret(upsertion.saltedPassword()));
  }

  private static ScramUser user(String name, byte mechanism) {
    return new ScramUser(name, ScramMechanism.fromType(mechanism));
  }

  private static AlterUserScramCredentialsResponseData answer(List<UserResult> results) {
    return new AlterUserScramCredentialsResponseData()
        .setResults(
            results.stream()
                .map(
                    result ->
                        new AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult()
                            .setUser(result.user())
                            .setErrorCode(result.error().code())
                            .setErrorMessage(result.message().orElse(null)))
                .toList());
  }
}
