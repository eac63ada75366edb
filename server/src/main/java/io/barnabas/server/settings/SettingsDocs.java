package io.barnabas.server.settings;

/** Writes the reference of a node's settings from their definitions. */
public final class SettingsDocs {
  private SettingsDocs() {}

  /** All settings with meaning, default and bounds, as reStructuredText. */
  public static String reference() {
    return Definitions.all().toEnrichedRst();
  }
}
