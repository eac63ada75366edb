package io.barnabas.server.simulation;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterRequestData.Listener;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Takes votes from nodes and gives them back, while they go on as brokers. */
final class Voters {
  private final ClusterRun run;
  private final Client client;
  private final Set<Integer> withoutVote = new HashSet<>();

  Voters(ClusterRun run, Client client) {
    this.run = run;
    this.client = client;
  }

  /** One node's vote; at least two keep theirs. */
  void change() {
    int node = client.anyNode();
    if (withoutVote.contains(node)) {
      add(node);
    } else if (withoutVote.size() + 2 < run.nodes().ids().size()) {
      remove(node);
    } else {
      withoutVote.stream().findFirst().ifPresent(this::add);
    }
  }

  private void add(int node) {
    AddRaftVoterRequestData request =
        new AddRaftVoterRequestData()
            .setClusterId(null)
            .setTimeoutMs(Client.TIMEOUT_MS)
            .setVoterId(node)
            .setVoterDirectoryId(directory(node));
    request
        .listeners()
        .add(
            new Listener()
                .setName("CONTROLLER")
                .setHost(Nodes.machine(node))
                .setPort(Nodes.QUORUM_PORT));
    if (client.ask(client.anyNode(), ApiKeys.ADD_RAFT_VOTER, 1, request).isPresent()) {
      withoutVote.remove(node);
    }
  }

  private void remove(int node) {
    Optional<ApiMessage> answer =
        client.ask(
            client.anyNode(),
            ApiKeys.REMOVE_RAFT_VOTER,
            0,
            new RemoveRaftVoterRequestData()
                .setClusterId(null)
                .setVoterId(node)
                .setVoterDirectoryId(directory(node)));
    boolean refused =
        answer.isPresent() && ((RemoveRaftVoterResponseData) answer.get()).errorCode() != 0;
    if (!refused) {
      withoutVote.add(node);
    }
  }

  /** As {@link Nodes} has it. */
  private static Uuid directory(int node) {
    return new Uuid(node, node);
  }
}
