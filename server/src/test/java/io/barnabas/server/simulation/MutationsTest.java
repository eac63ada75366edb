package io.barnabas.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The simulation sees bugs: each of these is put into the program, and is found within so many
 * seeds. What was found, and as which seed, is in the log.
 */
class MutationsTest {
  private static final Logger LOG = LoggerFactory.getLogger(MutationsTest.class);
  private static final int FIRST = Integer.getInteger("simulation.first", 0);
  private static final String REPLICA = "io.barnabas.replica.";
  private static final String METADATA = "io.barnabas.metadata.";

  /** What was acknowledged is gone, or something else is in its place. */
  private static final String LOSS =
      "lost-write|lost-read|unseen|inconsistent-offsets|a gap before|producers go on";

  /** Not that a cluster cannot even begin. */
  private static final String ANY = "anomalies|producers go on|replicas are the same";

  private static final String GROUP = "io.barnabas.coordinator.group.";

  private static final ClassDesc VIEW = ClassDesc.of("io.barnabas.log.LogView");
  private static final ClassDesc LOG_OF_PARTITION = ClassDesc.of("io.barnabas.log.PartitionLog");

  @Test
  void aFollowerThatTellsOfWhatIsNotOnItsDisk() throws Exception {
    ClassDesc runnable = ClassDesc.of("java.lang.Runnable");
    assertCaught(
        Mutation.call(
            REPLICA + "LeaderFetcher",
            "take",
            LOG_OF_PARTITION,
            "whenFlushed",
            code ->
                code.invokeinterface(runnable, "run", MethodTypeDesc.of(ConstantDescs.CD_void))
                    .pop2()
                    .pop()),
        // A consumer that read what is lost asks behind the log's end.
        LOSS + "|out-of-range",
        300);
  }

  @Test
  void anAcknowledgementBeforeEnoughAreInSync() throws Exception {
    assertCaught(
        Mutation.body(REPLICA + "Role$Leader", "enough", code -> code.iconst_1().ireturn()),
        LOSS,
        300);
  }

  @Test
  void logsThatAreNotCutAfterAChangeOfTheLeader() throws Exception {
    ClassDesc optional = ClassDesc.of("java.util.Optional");
    assertCaught(
        Mutation.body(
            REPLICA + "ReplicaReads",
            "divergence",
            code -> code.invokestatic(optional, "empty", MethodTypeDesc.of(optional)).areturn()),
        ANY,
        300);
  }

  @Test
  void anOldLeaderThatAnswersWhoAsksForTheNewOne() throws Exception {
    assertCaught(
        Mutation.call(
            REPLICA + "Replica",
            "role",
            ClassDesc.of("java.util.OptionalInt"),
            "orElse",
            code -> code.swap().pop()),
        ANY,
        300);
  }

  @Test
  void inSyncReplicasThatChangeByAnOldStateOfThePartition() throws Exception {
    ClassDesc change = ClassDesc.of(METADATA + "AlterPartition$Change");
    assertCaught(
        Mutation.call(
            METADATA + "AlterPartition",
            "checkEpochs",
            change,
            "partitionEpoch",
            code ->
                // The change is the method's second argument, the partition its first.
                code.pop()
                    .aload(1)
                    .invokevirtual(
                        ClassDesc.of(METADATA + "PartitionImage"),
                        "partitionEpoch",
                        MethodTypeDesc.of(ConstantDescs.CD_int))),
        "stale-change",
        300);
  }

  // --- groups

  @Test
  void commitsOfGenerationsThatAreOver() throws Exception {
    ClassDesc errors = ClassDesc.of("org.apache.kafka.common.protocol.Errors");
    assertCaughtByGroups(
        Mutation.body(
            GROUP + "CommitChecks",
            "classic",
            code -> code.getstatic(errors, "NONE", errors).areturn()),
        "commit, ");
  }

  @Test
  void partitionsGivenAwayThatOthersStillHave() throws Exception {
    ClassDesc set = ClassDesc.of("java.util.Set");
    assertCaughtByGroups(
        Mutation.call(
            GROUP + "Reconciliation",
            "towards",
            ClassDesc.of(GROUP + "ConsumerGroup"),
            "heldByOthers",
            code -> code.pop2().invokestatic(set, "of", MethodTypeDesc.of(set), true)),
        "was heard of|but since then");
  }

  @Test
  void answersOfACoordinatorBeforeTheyAreReplicated() throws Exception {
    assertCaughtByGroups(
        Mutation.call(
            "io.barnabas.coordinator.Runner",
            "answerLater",
            ClassDesc.of("java.util.OptionalLong"),
            "isPresent",
            code -> code.pop().iconst_0()),
        "lost: |went back|two in one epoch|refused, and there");
  }

  // --- running them

  @Test
  void aMutationOfWhatIsNotThereAnyMoreFails() {
    assertThatThrownBy(
            () ->
                caught(
                    Mutation.body(REPLICA + "Replica", "gone", CodeBuilder::return_),
                    WholeClusterRun.class,
                    1))
        .hasStackTraceContaining("There is no io.barnabas.replica.Replica.gone any more");
    assertThatThrownBy(
            () ->
                caught(
                    Mutation.call(REPLICA + "Replica", "leader", VIEW, "gone", CodeBuilder::pop),
                    WholeClusterRun.class,
                    1))
        .hasStackTraceContaining(
            "There is no call of LogView.gone in io.barnabas.replica.Replica.leader any more");
  }

  /**
   * Runs seeds until one of them fails.
   *
   * @param signs the anomalies that the bug is known by, any of them, as a regular expression
   */
  private static void assertCaught(Mutation mutation, String signs, int seeds) throws Exception {
    assertCaught(mutation, WholeClusterRun.class, signs, seeds);
  }

  private static void assertCaughtByGroups(Mutation mutation, String signs) throws Exception {
    assertCaught(mutation, GroupsRun.class, signs, 300);
  }

  private static void assertCaught(Mutation mutation, Class<?> runs, String signs, int seeds)
      throws Exception {
    assertThat(caught(mutation, runs, seeds))
        .as("caught within %d seeds", seeds)
        .hasValueSatisfying(found -> assertThat(found).containsPattern(signs));
  }

  /** What is found first, if anything is. */
  private static Optional<String> caught(Mutation mutation, Class<?> runs, int seeds)
      throws Exception {
    MutatedClasses classes = new MutatedClasses(mutation);
    // At once, as a run would only take what is not there any more for one of many failures.
    classes.loadClass(mutation.className());
    Method run = classes.loadClass(runs.getName()).getMethod("run", long.class);
    for (int i = 0; i < seeds; i++) {
      try {
        run.invoke(null, (long) FIRST + i);
      } catch (InvocationTargetException e) {
        if (!(e.getCause() instanceof AssertionError found)) {
          throw e;
        }
        LOG.info("Caught as seed number {}: {}", i + 1, found.getMessage());
        return Optional.of(String.valueOf(found.getMessage()));
      }
    }
    return Optional.empty();
  }
}
