package io.barnabas.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Properties;

/** Java's properties files, in which settings are kept. */
public final class PropertiesFile {
  private PropertiesFile() {}

  /**
   * What a file says.
   *
   * @throws CliException if it cannot be read
   */
  public static Properties read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
      return properties;
    } catch (NoSuchFileException e) {
      throw new CliException("There is no file " + file + ".", e);
    } catch (AccessDeniedException e) {
      throw new CliException("This user may not read the file " + file + ".", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new CliException("The file %s cannot be read: %s.".formatted(file, e.getMessage()), e);
    }
  }
}
