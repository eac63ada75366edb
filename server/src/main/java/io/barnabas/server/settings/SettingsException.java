package io.barnabas.server.settings;

/** A setting that is unknown or cannot be; its message is one sentence for a person. */
public final class SettingsException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Refuses with a sentence that names the setting. */
  public SettingsException(String sentence) {
    super(sentence);
  }
}
