package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.barnabas.world.Randomness;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexSizeTest {
  private static final int ROUNDS = 200_000;
  private static final String[] PIECES = {
    "a", "(", "(?:", ")", "[", "]", "[^", "\\", "\\Q", "\\E", "\\d", "\\pL", "\\p{Greek}",
        "\\x{61}",
    "[:alpha:]", "{", "}", "{3}", "{2,}", "{0,9}", "{40}", "{1,30}", "*", "+", "?", "|", "^", "$",
    ".", "-", ","
  };

  @ParameterizedTest
  @ValueSource(
      strings = {
        "orders.*",
        "(eu|us)-[a-z]{1,20}-[0-9]{4}",
        "^[\\p{L}]{1,60}[.]x{0,100}$",
        "\\Qa{1000}(\\E",
        "[a{1000}]{3}",
        "(((((a)))))"
      })
  void whatPeopleWriteIsSmall(String regex) {
    assertThat(RegexSize.isSmall(regex)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(((a{1000}){1000}){1000})",
        "(a{1000}\\Q(\\E){1000}",
        "([)]a{1000}){1000}",
        "([[:alpha:](]a{100}){100}",
        "(\\)a{100}){100}",
        "(a{99,}){99,}"
      })
  void whatBecomesLargeIsNot(String regex) {
    assertThat(RegexSize.isSmall(regex)).isFalse();
  }

  /** RE2's own word for it, of whatever it takes for a regular expression. */
  @Test
  void nothingSmallBecomesLarge() {
    Randomness random = new SimulatedWorld(3, SimulationOptions.defaults()).randomness();
    int made = 0;
    for (int i = 0; i < ROUNDS; i++) {
      StringBuilder text = new StringBuilder();
      for (int pieces = 1 + random.nextInt(12); pieces > 0; pieces--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      String regex = text.toString();
      if (RegexSize.isSmall(regex)) {
        made += isMade(regex) ? 1 : 0;
      }
    }
    assertThat(made).isGreaterThan(ROUNDS / 50);
  }

  private static boolean isMade(String regex) {
    try {
      assertThat(Pattern.compile(regex).programSize())
          .as(regex)
          .isLessThanOrEqualTo(3 * RegexSize.MAX_STEPS);
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }
}
