package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import io.barnabas.cli.Sentences;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The same for several topics, where one that cannot be done does not keep the others from it. */
final class PerName {
  private PerName() {}

  /**
   * Does it for each.
   *
   * @throws CliException in the end, with a sentence for each that failed
   */
  static void run(List<String> names, Consumer<String> action) {
    run(names, action, () -> {});
  }

  /**
   * Does it for each, and then what is to be done once, however many failed.
   *
   * @throws CliException in the end, with a sentence for each that failed
   */
  static void run(List<String> names, Consumer<String> action, Runnable then) {
    List<String> failures = new ArrayList<>();
    for (String name : names) {
      try {
        action.accept(name);
      } catch (CliException e) {
        failures.add(Sentences.of(e));
      } catch (UnknownTopicOrPartitionException e) {
        failures.add("There is no topic " + name + ".");
      } catch (RuntimeException e) {
        failures.add(name + ": " + Sentences.of(e));
      }
    }
    then.run();
    if (!failures.isEmpty()) {
      throw new CliException(String.join("\n", failures));
    }
  }
}
