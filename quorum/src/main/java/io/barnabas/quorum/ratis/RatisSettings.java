package io.barnabas.quorum.ratis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.security.TlsConf;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.apache.ratis.util.ExitUtils;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Ratis's settings, where its defaults are not ours. */
final class RatisSettings {
  /** What Ratis adds to an entry, at most. */
  private static final int ENTRY_OVERHEAD_BYTES = 4096;

  private static final long SEGMENT_BYTES = 1 << 20;

  /** gRPC logs through another library; held here so that its level stays. */
  private static final Logger GRPC_LOG = Logger.getLogger("org.apache.ratis.thirdparty");

  private static final String NETTY = "org.apache.ratis.thirdparty.io.netty.";

  private RatisSettings() {}

  /**
   * Ratis would end the JVM when an exception leaves any thread, and when its port is taken; and
   * its Netty would unpack native libraries into the directory for temporary files.
   */
  static void tame() {
    setIfAbsent(NETTY + "transport.noNative", "true");
    setIfAbsent(NETTY + "allocator.numDirectArenas", "2");
    setIfAbsent(NETTY + "allocator.numHeapArenas", "1");
    setIfAbsent(NETTY + "allocator.useCacheForAllThreads", "false");
    GRPC_LOG.setLevel(Level.WARNING);
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    ExitUtils.disableSystemExit();
    ExitUtils.setTerminateOnUncaughtException(false);
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Ratis's settings are text, in which a comma separates directories. */
  static RaftProperties of(RatisOptions options) throws IOException {
    String path = options.directory().toAbsolutePath().toString();
    if (path.contains(",") || path.contains("${")) {
      throw new IOException(
          "The path of the quorum's directory, %s, may have no comma and no ${".formatted(path));
    }
    RatisTuning tuning = options.tuning();
    RaftProperties properties = new RaftProperties();
    RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
    // Ratis takes up groups that it finds when it is built; ours is added later on.
    setStorage(properties, options.directory().resolve("none"));
    RaftServerConfigKeys.setRemovedGroupsDir(
        properties, options.directory().resolve("removed").toFile());
    times(properties, tuning);
    log(properties, tuning);
    snapshots(properties, tuning);
    threads(properties);
    network(properties, options, tuning);
    return properties;
  }

  /** Where groups are from now on. */
  static void setStorage(RaftProperties properties, Path directory) {
    RaftServerConfigKeys.setStorageDir(properties, List.of(directory.toFile()));
  }

  private static void times(RaftProperties properties, RatisTuning tuning) {
    TimeDuration min = ms(tuning.electionTimeoutMinMs());
    TimeDuration max = ms(tuning.electionTimeoutMaxMs());
    RaftServerConfigKeys.Rpc.setTimeoutMin(properties, min);
    RaftServerConfigKeys.Rpc.setTimeoutMax(properties, max);
    // Whoever has just started disturbs nobody by asking, as it asks for an opinion only.
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(
        properties, ms(Math.max(10, tuning.electionTimeoutMinMs() / 8)));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(
        properties, ms(Math.max(20, tuning.electionTimeoutMaxMs() / 3)));
    RaftServerConfigKeys.Rpc.setSlownessTimeout(properties, TimeDuration.valueOf(1, TimeUnit.DAYS));
    // For so long, a leader that lost touch with the majority does not stand for election again.
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, max);
    // A process that was stopped for a minute would otherwise close its server for good.
    RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(9999, TimeUnit.DAYS));
    RaftServerConfigKeys.setStagingTimeout(properties, ms(5_000));
    RaftServerConfigKeys.setStagingCatchupGap(properties, 100);
    RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
    // A lease would need that nobody is elected while a follower hears the leader: see LeaderWatch.
    RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, false);
    RaftServerConfigKeys.Read.setTimeout(properties, ms(10_000));
    RaftServerConfigKeys.RetryCache.setExpiryTime(properties, ms(5_000));
    // A follower that comes back is served after at most a tenth of a second, not five.
    RaftServerConfigKeys.Log.Appender.setRetryPolicy(properties, "1ms,10, 100ms,2000000000");
  }

  private static void log(RaftProperties properties, RatisTuning tuning) {
    int entryBytes = tuning.maxEntryBytes() + ENTRY_OVERHEAD_BYTES;
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(
        properties, SizeInBytes.valueOf(entryBytes));
    RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf(entryBytes + 8));
    RaftServerConfigKeys.Log.setPreallocatedSize(
        properties, SizeInBytes.valueOf(Math.min(64 << 10, entryBytes)));
    // Entries are purged only when a whole segment of them is no longer needed; one that is larger
    // than a segment is written into one all the same.
    RaftServerConfigKeys.Log.setSegmentSizeMax(
        properties, SizeInBytes.valueOf(Math.min(SEGMENT_BYTES, 2L * entryBytes)));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 4);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf(16 << 20));
    RaftServerConfigKeys.Log.setQueueByteLimit(
        properties, SizeInBytes.valueOf(Math.max(16L << 20, 2L * entryBytes)));
    RaftServerConfigKeys.Write.setByteLimit(
        properties, SizeInBytes.valueOf(Math.max(64L << 20, 8L * entryBytes)));
  }

  private static void snapshots(RaftProperties properties, RatisTuning tuning) {
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(
        properties, tuning.snapshotAfterEntries());
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
    RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(properties, false);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, 2);
    // Or else a member that is away keeps everyone's log from ever being purged.
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
    RaftServerConfigKeys.Log.setPurgePreservationLogNum(properties, tuning.keptEntries());
    RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(
        properties, SizeInBytes.valueOf(1 << 20));
  }

  private static void threads(RaftProperties properties) {
    RaftServerConfigKeys.ThreadPool.setClientCached(properties, true);
    RaftServerConfigKeys.ThreadPool.setServerCached(properties, true);
    RaftServerConfigKeys.ThreadPool.setProxyCached(properties, true);
    GrpcConfigKeys.setUseEpoll(properties, false);
    // Sizes of its own thread groups are not set: to end these, Netty waits for seconds.
  }

  private static void network(RaftProperties properties, RatisOptions options, RatisTuning tuning) {
    if (!options.bindHost().isEmpty()) {
      GrpcConfigKeys.Server.setHost(properties, options.bindHost());
    }
    GrpcConfigKeys.Server.setPort(properties, options.bindPort());
    GrpcConfigKeys.setMessageSizeMax(
        properties, SizeInBytes.valueOf(Math.max(4 << 20, tuning.maxEntryBytes() + (2 << 20))));
  }

  /** What is no text: who may call what, and certificates. */
  static Parameters parameters(RatisOptions options, GrpcServices.Customizer services) {
    Parameters parameters = new Parameters();
    GrpcConfigKeys.Server.setServicesCustomizer(parameters, services);
    options.tls().ifPresent(tls -> GrpcConfigKeys.TLS.setConf(parameters, tlsConfig(tls)));
    return parameters;
  }

  static GrpcTlsConfig tlsConfig(RatisTls tls) {
    GrpcTlsConfig.Builder builder =
        GrpcTlsConfig.newBuilder().setMutualTls(true).setSslProvider(SslProvider.JDK);
    return switch (tls) {
      case RatisTls.PemFiles pem ->
          builder
              .setKeyCertificates(new TlsConf.CertificatesConf(pem.certificates().toFile()))
              .setPrivateKey(new TlsConf.PrivateKeyConf(pem.privateKey().toFile()))
              .setTrustCertificates(new TlsConf.CertificatesConf(pem.trusted().toFile()))
              .build();
      case RatisTls.Managers managers ->
          builder.setKeyManager(managers.keys()).setTrustManager(managers.trusted()).build();
    };
  }

  private static TimeDuration ms(long ms) {
    return TimeDuration.valueOf(ms, TimeUnit.MILLISECONDS);
  }
}
