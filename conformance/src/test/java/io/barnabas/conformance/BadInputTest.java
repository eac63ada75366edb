package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that are no requests: the connection is closed and nobody else notices. */
@OnEverySubject
class BadInputTest {

  private static final int METADATA_HEADER_V1_BYTES = 10;

  private final Subject subject;

  BadInputTest(Subject subject) {
    this.subject = subject;
  }

  /** What is sent, by name. */
  record BadFrame(String name, ByteBuffer bytes) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<BadFrame> badFrames() {
    return Stream.of(
        new BadFrame("negative length", ByteBuffer.allocate(4).putInt(-1).flip()),
        new BadFrame("most negative length", ByteBuffer.allocate(4).putInt(1 << 31).flip()),
        new BadFrame("oversized", ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).flip()),
        new BadFrame("just oversized", ByteBuffer.allocate(4).putInt((100 << 20) + 1).flip()),
        new BadFrame("unknown API", header(999, 0, 8)),
        new BadFrame("negative API", header(-7, 0, 8)),
        new BadFrame("API of controllers only", header(ApiKeys.VOTE.id, 0, 8)),
        new BadFrame("version too new", header(ApiKeys.METADATA.id, 99, 8)),
        new BadFrame("version too old", header(ApiKeys.FETCH.id, 0, 8)),
        new BadFrame("negative version", header(ApiKeys.METADATA.id, -1, 8)),
        new BadFrame("header cut short", ByteBuffer.allocate(7).putInt(3).put(new byte[3]).flip()),
        new BadFrame("body cut short", header(ApiKeys.METADATA.id, 4, METADATA_HEADER_V1_BYTES)),
        new BadFrame("a million elements and one", hugeArray(1_000_001)),
        new BadFrame("two thousand million elements", hugeArray(Integer.MAX_VALUE)),
        new BadFrame(
            "text",
            ByteBuffer.wrap(
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII))));
  }

  private static ByteBuffer header(int apiKey, int version, int size) {
    return ByteBuffer.allocate(4 + size)
        .putInt(size)
        .putShort((short) apiKey)
        .putShort((short) version)
        .putInt(1)
        .position(4 + size)
        .flip();
  }

  /** A Metadata request that announces more topics than the frame holds. */
  private static ByteBuffer hugeArray(int elements) {
    int size = METADATA_HEADER_V1_BYTES + 4 + 100;
    return header(ApiKeys.METADATA.id, 4, size).putInt(4 + METADATA_HEADER_V1_BYTES, elements);
  }

  @ParameterizedTest
  @MethodSource("badFrames")
  void theConnectionIsClosed(BadFrame frame) throws Exception {
    try (RawClient bystander = subject.connect();
        RawClient client = subject.connect()) {
      assertServed(bystander);
      client.sendBytes(frame.bytes());
      assertThat(client.receiveFrame()).isEmpty();
      assertServed(bystander);
    }
  }

  @Test
  void aFrameThatNeverComesHarmsNobody() throws Exception {
    try (RawClient client = subject.connect();
        RawClient bystander = subject.connect()) {
      client.sendBytes(ByteBuffer.allocate(54).putInt(1000).position(54).flip());
      client.endOfSending();
      assertThat(client.receiveFrame()).isEmpty();
      assertServed(bystander);
    }
  }

  @Test
  void manySilentClientsHarmNobody() throws Exception {
    List<RawClient> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        silent.add(subject.connect());
      }
      try (RawClient client = subject.connect()) {
        assertServed(client);
      }
    } finally {
      for (RawClient client : silent) {
        client.close();
      }
    }
  }

  @Test
  void apiVersionsFromTheFutureIsAnsweredInVersionZero() throws Exception {
    try (RawClient client = subject.connect()) {
      ByteBuffer frame = RawClient.frame(ApiKeys.API_VERSIONS, (short) 4, 77, software());
      frame.putShort(6, (short) 88);
      client.sendBytes(frame);

      ByteBufferAccessor answer = new ByteBufferAccessor(client.receiveFrame().orElseThrow());
      assertThat(answer.readInt()).isEqualTo(77);
      ApiVersionsResponseData response = new ApiVersionsResponseData(answer, (short) 0);
      assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.UNSUPPORTED_VERSION);
      assertThat(response.apiKeys())
          .singleElement()
          .satisfies(
              range -> {
                assertThat(range.apiKey()).isEqualTo(ApiKeys.API_VERSIONS.id);
                assertThat(range.minVersion()).isZero();
                assertThat(range.maxVersion()).isEqualTo((short) 5);
              });
      // The client then asks again on the same connection, in a version that both know.
      assertServed(client);
    }
  }

  @Test
  void aBadSoftwareNameIsRefused() throws Exception {
    try (RawClient client = subject.connect()) {
      ApiVersionsResponseData response =
          client.call(
              ApiKeys.API_VERSIONS,
              3,
              software().setClientSoftwareName("-not/a name-"),
              ApiVersionsResponseData.class);
      assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.INVALID_REQUEST);
    }
  }

  private static ApiVersionsRequestData software() {
    return new ApiVersionsRequestData()
        .setClientSoftwareName("conformance")
        .setClientSoftwareVersion("1");
  }

  private static void assertServed(RawClient client) throws Exception {
    client.send(ApiKeys.METADATA, 4, new MetadataRequestData().setTopics(List.of()));
    assertThat(client.receive(ApiKeys.METADATA, 4)).isNotNull();
  }
}
