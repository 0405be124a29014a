package dev.tercet.demos;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The lines of a UTF-8 file or of standard input, one at a time. A line ends with LF or CR LF, the last one perhaps
 * with neither; a byte order mark at the start is not part of it. Bytes that are not UTF-8 are an error, never a
 * replacement character.
 */
final class Lines implements Closeable {
    /** The longest line read; a text that long is no text, and memory is finite. */
    static final int LONGEST = 1 << 28;

    private final String name;
    private final InputStream in;
    private final long size;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);

    private byte[] buffer = new byte[1 << 16];
    private int from;
    private int to;
    private boolean ended;
    private long offset; // of buffer[from] in the file
    private long lineNumber;

    private Lines(String name, InputStream in, long size) {
        this.name = name;
        this.in = in;
        this.size = size;
    }

    /** Opens a file, or standard input for {@code -}. */
    static Lines open(String file, InputStream standardInput) {
        if (file.equals("-")) {
            return of("standard input", standardInput);
        }
        Path path = Path.of(file);
        try {
            if (Files.isDirectory(path)) {
                throw CommandException.wrongInput(file + " is a folder, expected a file of texts");
            }
            long size = Files.isRegularFile(path) ? Files.size(path) : -1;
            return new Lines(file, Files.newInputStream(path), size);
        } catch (NoSuchFileException e) {
            throw CommandException.wrongInput(file + ": no such file");
        } catch (AccessDeniedException e) {
            throw CommandException.wrongInput(file + ": permission denied");
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    static Lines of(String name, InputStream in) {
        return new Lines(name, in, -1);
    }

    /** The next line without its end, or null after the last one. */
    String next() throws IOException {
        int end = findLineEnd();
        if (end < 0) {
            return null;
        }
        lineNumber++;
        int next = end < to ? end + 1 : end;
        int start = from;
        if (lineNumber == 1 && end - start >= 3 && isByteOrderMark(start)) {
            start += 3;
        }
        int length = end - start;
        if (length > 0 && buffer[end - 1] == '\r') {
            length--;
        }
        String line = decode(start, length);
        offset += next - from;
        from = next;
        return line;
    }

    /** All that is left, with its line ends, as one text. */
    String rest() throws IOException {
        while (fill()) {
            continue;
        }
        int start = to - from >= 3 && lineNumber == 0 && isByteOrderMark(from) ? from + 3 : from;
        lineNumber++;
        String text = decode(start, to - start);
        offset += to - from;
        from = to;
        return text;
    }

    /** Index of the next LF, or the end of the input if bytes are left; -1 when nothing is left. */
    private int findLineEnd() throws IOException {
        int scan = from;
        while (true) {
            for (; scan < to; scan++) {
                if (buffer[scan] == '\n') {
                    return scan;
                }
            }
            int scanned = scan - from;
            if (ended || !fill()) {
                return from < to ? to : -1;
            }
            scan = from + scanned;
        }
    }

    private boolean fill() throws IOException {
        if (to == buffer.length) {
            if (from > 0) {
                System.arraycopy(buffer, from, buffer, 0, to - from);
                to -= from;
                from = 0;
            } else if (buffer.length >= LONGEST) {
                throw CommandException.wrongInput(name + ", line " + (lineNumber + 1) + ": longer than " + LONGEST
                        + " bytes; expected one text per line");
            }
            if (to == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
            }
        }
        int count;
        try {
            count = in.read(buffer, to, buffer.length - to);
        } catch (IOException e) {
            throw new IOException(name + ": " + e.getMessage(), e);
        }
        if (count < 0) {
            ended = true;
            return false;
        }
        to += count;
        return true;
    }

    private boolean isByteOrderMark(int at) {
        return buffer[at] == (byte) 0xEF && buffer[at + 1] == (byte) 0xBB && buffer[at + 2] == (byte) 0xBF;
    }

    private String decode(int start, int length) {
        ByteBuffer bytes = ByteBuffer.wrap(buffer, start, length);
        try {
            return decoder.reset().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            int at = firstMalformed(start, length);
            throw CommandException.wrongInput(String.format(
                    "%s, line %d: byte 0x%02X at offset %d is not UTF-8; convert the input to UTF-8 first",
                    name, lineNumber + lineEnds(start, at), buffer[at], offset + at - from));
        }
    }

    private long lineEnds(int start, int end) {
        return IntStream.range(start, end).filter(i -> buffer[i] == '\n').count();
    }

    private int firstMalformed(int start, int length) {
        ByteBuffer bytes = ByteBuffer.wrap(buffer, start, length);
        CharBuffer ignored = CharBuffer.allocate(length);
        CoderResult result = decoder.reset().decode(bytes, ignored, true);
        assert result.isError();
        return bytes.position();
    }

    /** Whether another line can be had without waiting for whoever writes the input. */
    boolean ready() throws IOException {
        for (int i = from; i < to; i++) {
            if (buffer[i] == '\n') {
                return true;
            }
        }
        return !ended && in.available() > 0;
    }

    /** The last line read as an error message names it. */
    String place() {
        return name + ", line " + lineNumber;
    }

    /** How much of the input has been read, from 0 to 1, or -1 where its size is not known. */
    double fractionRead() {
        return size <= 0 ? -1 : Math.min(1, (double) offset / size);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
