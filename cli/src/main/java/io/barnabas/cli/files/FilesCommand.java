package io.barnabas.cli.files;

import io.barnabas.cli.CliException;
import io.barnabas.cli.HelpOption;
import io.barnabas.cli.text.Output;
import io.barnabas.log.inspect.Damage;
import io.barnabas.log.inspect.FileKind;
import io.barnabas.world.Disk;
import io.barnabas.world.RealWorld;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What all commands that look at files have in common. */
abstract class FilesCommand implements Callable<Integer> {
  private static final int DAMAGED = 1;
  private static final Pattern PARTITION = Pattern.compile(".+-\\d{1,10}");

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "Files of a log; or folders with such files: a partition's, or a data directory, of"
              + " which all partitions are taken.")
  private List<Path> paths = List.of();

  @Option(names = "--json", description = "Print JSON, for programs.")
  private boolean json;

  @SuppressWarnings("unused") // The parser acts on it.
  @Mixin
  private HelpOption help = new HelpOption();

  private final Disk disk = RealWorld.create().disk();

  /** Does it; whether everything was good. */
  abstract boolean run(List<Path> named, Output out) throws IOException;

  @Override
  public final Integer call() {
    Output out = new Output(System.out, json);
    try {
      return run(paths, out) ? 0 : DAMAGED;
    } catch (NoSuchFileException e) {
      throw new CliException("There is no file %s.".formatted(e.getMessage()), e);
    } catch (AccessDeniedException e) {
      throw new CliException("You may not read %s.".formatted(e.getMessage()), e);
    } catch (IOException e) {
      throw new CliException("The files cannot be read: %s.".formatted(e.getMessage()), e);
    } finally {
      out.flush();
    }
  }

  final Disk disk() {
    return disk;
  }

  /** What a file that a person named holds. */
  private FileKind kind(Path file) throws NoSuchFileException {
    if (!disk.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    return FileKind.of(file)
        .orElseThrow(
            () ->
                new CliException(
                    "%s is not a file of a log, by its name: those are such as".formatted(file)
                        + " 00000000000000000000.log, .index, .timeindex, .txnindex, .snapshot,"
                        + " leader-epoch-checkpoint, partition.metadata."));
  }

  /** The files and folders as they were named, with a data directory's partitions behind it. */
  final List<Path> expanded(List<Path> named) throws IOException {
    List<Path> all = new ArrayList<>();
    for (Path path : named) {
      if (!disk.isDirectory(path)) {
        kind(path);
        all.add(path);
        continue;
      }
      int before = all.size();
      if (holdsLogFiles(path)) {
        all.add(path);
      }
      for (Path name : disk.list(path)) {
        Path folder = path.resolve(name);
        if (PARTITION.matcher(name.toString()).matches()
            && disk.isDirectory(folder)
            && holdsLogFiles(folder)) {
          all.add(folder);
        }
      }
      if (all.size() == before) {
        throw new CliException("There are no files of a log in %s.".formatted(path));
      }
    }
    return all;
  }

  private boolean holdsLogFiles(Path folder) throws IOException {
    return disk.list(folder).stream().anyMatch(name -> FileKind.of(name).isPresent());
  }

  /** The files of some kinds among those that were named, and in the folders. */
  final List<Path> files(List<Path> named, Predicate<FileKind> wanted) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : expanded(named)) {
      if (disk.isDirectory(path)) {
        for (Path name : disk.list(path)) {
          Optional<FileKind> kind = FileKind.of(name);
          if (kind.isPresent() && wanted.test(kind.get())) {
            files.add(path.resolve(name));
          }
        }
      } else if (wanted.test(kind(path))) {
        files.add(path);
      } else {
        throw new CliException("%s has no batches: name .log files or folders.".formatted(path));
      }
    }
    return files;
  }

  /** Damage, for a program. */
  static Map<String, @Nullable Object> json(Damage damage) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("file", damage.file().toString());
    json.put("type", "damage");
    json.put("position", damage.position());
    json.put("bytes", damage.bytes() < 0 ? null : damage.bytes());
    json.put("firstOffset", damage.firstOffset() < 0 ? null : damage.firstOffset());
    json.put("lastOffset", damage.lastOffset() < 0 ? null : damage.lastOffset());
    json.put("what", damage.what());
    return json;
  }
}
