package io.barnabas.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
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

  @Test
  void logsThatAreNotCutAfterAChangeOfTheLeader() throws Exception {
    ClassDesc optional = ClassDesc.of("java.util.Optional");
    assertCaught(
        Mutation.body(
            REPLICA + "ReplicaReads",
            "divergence",
            code -> code.invokestatic(optional, "empty", MethodTypeDesc.of(optional)).areturn()),
        100);
  }

  // --- running them

  @Test
  void aMutationOfWhatIsNotThereAnyMoreFails() {
    assertThatThrownBy(
            () -> caught(Mutation.body(REPLICA + "Replica", "gone", CodeBuilder::return_), 1))
        .hasStackTraceContaining("There is no io.barnabas.replica.Replica.gone any more");
    assertThatThrownBy(
            () -> caught(Mutation.call(REPLICA + "Replica", "leader", "gone", CodeBuilder::pop), 1))
        .hasStackTraceContaining("There is no gone in io.barnabas.replica.Replica.leader any more");
  }

  private static void assertCaught(Mutation mutation, int seeds) throws Exception {
    assertThat(caught(mutation, seeds)).as("caught within %d seeds", seeds).isPresent();
  }

  /** What is found first, if anything is. */
  private static Optional<String> caught(Mutation mutation, int seeds) throws Exception {
    MutatedClasses classes = new MutatedClasses(mutation);
    // At once, as a run would only take what is not there any more for one of many failures.
    classes.loadClass(mutation.className());
    Method run = classes.loadClass(WholeClusterRun.class.getName()).getMethod("run", long.class);
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
