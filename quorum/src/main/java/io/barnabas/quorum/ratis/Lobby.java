package io.barnabas.quorum.ratis;

import io.barnabas.quorum.ratis.LobbyMessage.Answer;
import io.barnabas.quorum.ratis.LobbyMessage.Question;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.ratis.grpc.GrpcUtil;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
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

  private final RatisOptions options;
  private final Map<String, ManagedChannel> channels = new HashMap<>();
  private boolean closed;

  Lobby(RatisOptions options) {
    this.options = options;
  }

  /** Lets a server answer questions, and only these and Raft's between servers. */
  static GrpcServices.Customizer service(Function<Question, Answer> answers) {
    return (NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) ->
        builder.addService(definition(answers)).intercept(new OnlyServers());
  }

  private static ServerServiceDefinition definition(Function<Question, Answer> answers) {
    return ServerServiceDefinition.builder(SERVICE)
        .addMethod(
            ASK,
            ServerCalls.asyncUnaryCall((request, observer) -> answer(request, observer, answers)))
        .build();
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

  private static final class OnlyServers implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String service = call.getMethodDescriptor().getServiceName();
      if (RAFT_SERVICE.equals(service) || SERVICE.equals(service)) {
        return next.startCall(call, headers);
      }
      call.close(Status.PERMISSION_DENIED.withDescription("Not offered here"), new Metadata());
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
