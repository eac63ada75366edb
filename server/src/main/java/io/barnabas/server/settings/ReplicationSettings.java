package io.barnabas.server.settings;

/**
 * How replicas follow their leaders, and are followed.
 *
 * @param lagTimeMaxMs replica.lag.time.max.ms
 * @param fetchWaitMaxMs replica.fetch.wait.max.ms
 * @param fetchMinBytes replica.fetch.min.bytes
 * @param fetchMaxBytes replica.fetch.max.bytes, of one partition
 * @param fetchResponseMaxBytes replica.fetch.response.max.bytes, of all
 */
public record ReplicationSettings(
    long lagTimeMaxMs,
    int fetchWaitMaxMs,
    int fetchMinBytes,
    int fetchMaxBytes,
    int fetchResponseMaxBytes) {}
