package io.barnabas.quorum.ratis;

import io.barnabas.quorum.QuorumMember;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What nodes ask each other beside Raft, and what they answer. */
sealed interface LobbyMessage {
  int VERSION = 2;

  /** No answer names more members. */
  int MAX_MEMBERS = 10_000;

  /** What is asked. */
  enum Kind {
    /** Who are you? */
    GREET,
    /** Have me as a member; perhaps in place of the voter that this node was. */
    JOIN,
    /** Take this voter's vote away. */
    REMOVE
  }

  /**
   * A question.
   *
   * @param clusterId of the one who asks, if it has one
   * @param member whom it is about
   * @param vote whether the member is to have a vote
   */
  record Question(Kind kind, Optional<UUID> clusterId, QuorumMember member, boolean vote)
      implements LobbyMessage {}

  /**
   * The answer to any question.
   *
   * @param clusterId empty if the node belongs to no cluster yet
   * @param leads whether it leads
   * @param logEnd of its Raft log
   * @param refusal why it did not do what it was asked; empty if it did
   */
  record Answer(
      Optional<UUID> clusterId,
      QuorumMember self,
      boolean leads,
      LogEnd logEnd,
      List<QuorumMember> voters,
      List<QuorumMember> listeners,
      String refusal)
      implements LobbyMessage {
    /** Copies the lists. */
    public Answer {
      voters = List.copyOf(voters);
      listeners = List.copyOf(listeners);
    }
  }

  /** As bytes. */
  static byte[] encode(LobbyMessage message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      switch (message) {
        case Question question -> {
          out.writeUTF(question.kind().name());
          writeId(out, question.clusterId());
          writeMember(out, question.member());
          out.writeBoolean(question.vote());
        }
        case Answer answer -> {
          writeId(out, answer.clusterId());
          writeMember(out, answer.self());
          out.writeBoolean(answer.leads());
          out.writeLong(answer.logEnd().term());
          out.writeLong(answer.logEnd().index());
          writeMembers(out, answer.voters());
          writeMembers(out, answer.listeners());
          out.writeUTF(answer.refusal());
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
    return bytes.toByteArray();
  }

  /** Reads what {@link #encode} wrote. */
  static Question question(byte[] bytes) throws IOException {
    DataInputStream in = open(bytes);
    String kind = in.readUTF();
    try {
      return new Question(Kind.valueOf(kind), readId(in), readMember(in), in.readBoolean());
    } catch (IllegalArgumentException e) {
      throw new IOException("Unknown question " + kind, e);
    }
  }

  /** Reads what {@link #encode} wrote. */
  static Answer answer(byte[] bytes) throws IOException {
    DataInputStream in = open(bytes);
    return new Answer(
        readId(in),
        readMember(in),
        in.readBoolean(),
        new LogEnd(in.readLong(), in.readLong()),
        readMembers(in),
        readMembers(in),
        in.readUTF());
  }

  private static DataInputStream open(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new IOException("Version %d of the quorum's messages is not known".formatted(version));
    }
    return in;
  }

  private static void writeId(DataOutputStream out, Optional<UUID> id) throws IOException {
    out.writeBoolean(id.isPresent());
    if (id.isPresent()) {
      writeUuid(out, id.get());
    }
  }

  private static Optional<UUID> readId(DataInputStream in) throws IOException {
    return in.readBoolean() ? Optional.of(readUuid(in)) : Optional.empty();
  }

  private static void writeUuid(DataOutputStream out, UUID id) throws IOException {
    out.writeLong(id.getMostSignificantBits());
    out.writeLong(id.getLeastSignificantBits());
  }

  private static UUID readUuid(DataInputStream in) throws IOException {
    return new UUID(in.readLong(), in.readLong());
  }

  private static void writeMember(DataOutputStream out, QuorumMember member) throws IOException {
    out.writeInt(member.nodeId());
    writeUuid(out, member.directoryId());
    out.writeUTF(member.host());
    out.writeInt(member.port());
  }

  private static QuorumMember readMember(DataInputStream in) throws IOException {
    return new QuorumMember(in.readInt(), readUuid(in), in.readUTF(), in.readInt());
  }

  private static void writeMembers(DataOutputStream out, List<QuorumMember> members)
      throws IOException {
    out.writeInt(members.size());
    for (QuorumMember member : members) {
      writeMember(out, member);
    }
  }

  private static List<QuorumMember> readMembers(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MAX_MEMBERS) {
      throw new IOException("A list of %d members".formatted(count));
    }
    List<QuorumMember> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(readMember(in));
    }
    return members;
  }
}
