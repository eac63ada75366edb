package io.barnabas.quorum;

import java.util.UUID;

/**
 * A node with a copy of the quorum's log.
 *
 * @param nodeId 0 or more
 * @param directoryId drawn once for each data directory: a node whose disk was replaced is another
 *     member, which has promised nothing yet (KIP-853)
 * @param host where the quorum's traffic reaches it
 * @param port 1 to 65535
 */
public record QuorumMember(int nodeId, UUID directoryId, String host, int port) {}
