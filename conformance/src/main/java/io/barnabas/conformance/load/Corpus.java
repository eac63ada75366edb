package io.barnabas.conformance.load;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Real text of this machine, one line a record: documentation, changelogs (unpacked), manual pages,
 * logs, and what else below a few folders is text.
 *
 * <p>Left out: empty lines (kcat sends none), lines longer than a record may be, and files with a
 * zero byte. When the machine has too little, the text repeats.
 */
final class Corpus {
  private static final List<String> ROOTS =
      List.of("/usr/share/doc", "/usr/share/man", "/var/log", "/usr/share", "/usr/lib", "/usr/src");
  private static final int LINE_LIMIT_BYTES = 500_000;
  private static final int FILE_LIMIT_BYTES = 8 << 20;

  private final OutputStream out;
  private long left;
  private long files;
  private int passes;

  private Corpus(OutputStream out, long bytes) {
    this.out = out;
    this.left = bytes;
  }

  /** Writes at least so many bytes of whole lines to a file; returns where they came from. */
  static String write(Path file, long bytes) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      Corpus corpus = new Corpus(out, bytes);
      while (corpus.left > 0) {
        long before = corpus.left;
        corpus.passes++;
        for (String root : ROOTS) {
          corpus.take(Path.of(root));
        }
        if (corpus.left == before) {
          throw new IOException("no text found below " + ROOTS);
        }
      }
      return corpus.files + " files below " + ROOTS + ", passes over them: " + corpus.passes;
    }
  }

  private void take(Path root) throws IOException {
    if (Files.isDirectory(root) && left > 0) {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile() && attributes.size() > 0) {
                takeFile(file);
              }
              return left > 0 ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
              return FileVisitResult.CONTINUE;
            }
          });
    }
  }

  private void takeFile(Path file) {
    byte[] content;
    try (InputStream in = open(file)) {
      content = in.readNBytes(FILE_LIMIT_BYTES);
    } catch (IOException unreadable) {
      return;
    }
    for (byte b : content) {
      if (b == 0) {
        return;
      }
    }
    files++;
    try {
      takeLines(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void takeLines(byte[] content) throws IOException {
    int start = 0;
    for (int at = 0; at < content.length && left > 0; at++) {
      if (content[at] == '\n') {
        int length = at - start;
        if (length > 0 && length <= LINE_LIMIT_BYTES) {
          out.write(content, start, length + 1);
          left -= length + 1;
        }
        start = at + 1;
      }
    }
  }

  private static InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    return file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
  }
}
