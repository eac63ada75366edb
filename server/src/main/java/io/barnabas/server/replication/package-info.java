/**
 * What the replicas on this node need of other nodes, as requests: records from leaders by Fetch,
 * and in-sync replicas proposed to the active controller by AlterPartition. Promises that no answer
 * to an earlier request is taken for one to a later. Start at {@link
 * io.barnabas.server.replication.PeerFetch} and {@link
 * io.barnabas.server.replication.PeerProposals}.
 */
@NullMarked
package io.barnabas.server.replication;

import org.jspecify.annotations.NullMarked;
