package io.barnabas.quorum.ratis;

import io.barnabas.quorum.ratis.LobbyMessage.Answer;
import io.barnabas.quorum.ratis.LobbyMessage.Question;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.ratis.grpc.GrpcUtil;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ClientCall;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NegotiationType;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCallStreamObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;

/**
 * Questions between nodes on the port that carries Raft, before and beside it. Of Ratis's own
 * services only the one between servers is let through: nobody founds groups or changes members but
 * by what this package does.
 */
final class Lobby implements Closeable {
  private static final String SERVICE = "io.barnabas.quorum.Lobby";
  private static final String RAFT_SERVICE = "ratis.grpc.RaftServerProtocolService";
  private static final int MAX_MESSAGE_BYTES = 4 << 20;

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private static final MethodDescriptor<byte[], byte[]> ASK =
      MethodDescriptor.<byte[], byte[]>newBuilder(BYTES, BYTES)
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Ask"))
          .build();

  /** Open until one of the two nodes ends it; all that is sent is that it is open. */
  private static final MethodDescriptor<byte[], byte[]> WATCH =
      MethodDescriptor.<byte[], byte[]>newBuilder(BYTES, BYTES)
          .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
          .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Watch"))
          .build();

  /** More than there are voters; whoever is refused does without. */
  private static final int MAX_WATCHERS = 64;

  private final RatisOptions options;
  private final Map<String, ManagedChannel> channels = new HashMap<>();
  private boolean closed;

  Lobby(RatisOptions options) {
    this.options = options;
  }

  /**
   * Lets a server answer questions, and only these and Raft's between servers.
   *
   * @param self the only one in whose name Raft's requests are answered here
   * @param runs whether Raft runs here; until then its requests would be met by exceptions
   */
  static GrpcServices.Customizer service(
      RaftPeerId self, Function<Question, Answer> answers, BooleanSupplier runs) {
    return (NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) ->
        builder.addService(definition(answers)).intercept(new OnlyServers(self, runs));
  }

  private static ServerServiceDefinition definition(Function<Question, Answer> answers) {
    return ServerServiceDefinition.builder(SERVICE)
        .addMethod(
            ASK,
            ServerCalls.asyncUnaryCall((request, observer) -> answer(request, observer, answers)))
        .addMethod(WATCH, ServerCalls.asyncServerStreamingCall(new Watchers()))
        .build();
  }

  /** Those whose calls stay open until the server or their connection ends. */
  private static final class Watchers implements ServerCalls.ServerStreamingMethod<byte[], byte[]> {
    private final AtomicInteger count = new AtomicInteger();

    @Override
    public void invoke(byte[] request, StreamObserver<byte[]> observer) {
      if (count.incrementAndGet() > MAX_WATCHERS) {
        count.decrementAndGet();
        observer.onError(
            Status.RESOURCE_EXHAUSTED.withDescription("Too many watch").asRuntimeException());
        return;
      }
      ((ServerCallStreamObserver<byte[]>) observer).setOnCancelHandler(count::decrementAndGet);
      observer.onNext(new byte[0]);
    }
  }

  private static void answer(
      byte[] request, StreamObserver<byte[]> observer, Function<Question, Answer> answers) {
    byte[] answer;
    try {
      answer = LobbyMessage.encode(answers.apply(LobbyMessage.question(request)));
    } catch (IOException | RuntimeException e) {
      observer.onError(Status.INVALID_ARGUMENT.withDescription(e.toString()).asRuntimeException());
      return;
    }
    observer.onNext(answer);
    observer.onCompleted();
  }

  private record OnlyServers(RaftPeerId self, BooleanSupplier runs) implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String service = call.getMethodDescriptor().getServiceName();
      if (SERVICE.equals(service)) {
        return next.startCall(call, headers);
      }
      if (RAFT_SERVICE.equals(service) && runs.getAsBoolean()) {
        return new AddressedHere<>(self, call, next.startCall(call, headers));
      }
      Status refusal =
          RAFT_SERVICE.equals(service)
              ? Status.UNAVAILABLE.withDescription("Not running yet")
              : Status.PERMISSION_DENIED.withDescription("Not offered here");
      call.close(refusal, new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }

  /** Asks a node. Fails with an {@link IOException} if it does not answer in time. */
  CompletableFuture<Answer> ask(String host, int port, Question question, long timeoutMs) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    try {
      ClientCalls.asyncUnaryCall(
          channel(host, port)
              .newCall(
                  ASK, CallOptions.DEFAULT.withDeadlineAfter(timeoutMs, TimeUnit.MILLISECONDS)),
          LobbyMessage.encode(question),
          new AnswerObserver(answer));
    } catch (IOException | RuntimeException e) {
      answer.completeExceptionally(new IOException("Not asked: " + e.getMessage(), e));
    }
    return answer;
  }

  /** Whether a question failed because nobody listens where it was asked. */
  static boolean isRefusedConnection(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException) {
        return true;
      }
    }
    return false;
  }

  /** Whether a question failed because there was no answer in time. */
  static boolean isLate(Throwable failure) {
    return Status.fromThrowable(failure).getCode() == Status.Code.DEADLINE_EXCEEDED;
  }

  /** A call that stays open. */
  interface Watch {
    /** Ends it; its end is not reported then. */
    void cancel();
  }

  /** Told of the end of a call that was to stay open, at most once, on a thread of gRPC's. */
  interface WatchEnd {
    /**
     * The call was ended by the other side, or came to nothing.
     *
     * @param wasOpen whether the other side had said that it is open
     */
    void ended(boolean wasOpen);
  }

  /** Watches a node. */
  Watch watch(String host, int port, WatchEnd end) {
    ClientCall<byte[], byte[]> call;
    try {
      call = channel(host, port).newCall(WATCH, CallOptions.DEFAULT);
    } catch (IOException e) {
      // Closed: nothing is watched any more.
      return () -> {};
    }
    WatchObserver observer = new WatchObserver(end);
    ClientCalls.asyncServerStreamingCall(call, new byte[0], observer);
    return () -> {
      if (observer.over.compareAndSet(false, true)) {
        call.cancel("Watches no more", null);
      }
    };
  }

  private static final class WatchObserver implements StreamObserver<byte[]> {
    private final WatchEnd end;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean open;

    WatchObserver(WatchEnd end) {
      this.end = end;
    }

    @Override
    public void onNext(byte[] bytes) {
      open = true;
    }

    @Override
    public void onError(Throwable failure) {
      onCompleted();
    }

    @Override
    public void onCompleted() {
      if (over.compareAndSet(false, true)) {
        end.ended(open);
      }
    }
  }

  private record AnswerObserver(CompletableFuture<Answer> answer)
      implements StreamObserver<byte[]> {
    @Override
    public void onNext(byte[] bytes) {
      try {
        answer.complete(LobbyMessage.answer(bytes));
      } catch (IOException e) {
        answer.completeExceptionally(e);
      }
    }

    @Override
    public void onError(Throwable failure) {
      answer.completeExceptionally(new IOException(failure.getMessage(), failure));
    }

    @Override
    public void onCompleted() {
      answer.completeExceptionally(new IOException("Ended without an answer"));
    }
  }

  private synchronized ManagedChannel channel(String host, int port) throws IOException {
    if (closed) {
      throw new IOException("The quorum is closed");
    }
    ManagedChannel channel =
        channels.computeIfAbsent(host + ":" + port, address -> newChannel(host, port));
    // A node that was away for long is to be asked at once.
    channel.resetConnectBackoff();
    return channel;
  }

  private ManagedChannel newChannel(String host, int port) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(host, port)
            .proxyDetector(address -> null)
            .disableRetry()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES);
    options
        .tls()
        .ifPresentOrElse(
            tls ->
                builder
                    .useTransportSecurity()
                    .sslContext(GrpcUtil.buildSslContextForClient(RatisSettings.tlsConfig(tls))),
            () -> builder.negotiationType(NegotiationType.PLAINTEXT));
    return builder.build();
  }

  /** Open questions fail. */
  @Override
  public synchronized void close() {
    closed = true;
    channels.values().forEach(ManagedChannel::shutdownNow);
    channels.clear();
  }
}
