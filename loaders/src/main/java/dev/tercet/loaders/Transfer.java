package dev.tercet.loaders;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file on its way to disk, over as many answers as it takes. What is there is a beginning of the file: its name on
 * disk carries the hash of the whole, so a later run of the program goes on with it too, and the hash decides at the
 * end.
 */
final class Transfer {
    private static final int BUFFER = 1 << 17;
    private static final long REPORT_EVERY = 1 << 18;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

    private final Http http;
    private final RemoteFile file;
    private final Path target;
    private final LongConsumer progress;

    /** The storage's own ETag, which is not the hash: as long as it stays the same, the rest fits what is there. */
    private Optional<String> version = Optional.empty();

    Transfer(Http http, RemoteFile file, Path target, LongConsumer progress) {
        this.http = http;
        this.file = file;
        this.target = target;
        this.progress = progress;
    }

    /** How many bytes are there. */
    long present() {
        try {
            return Files.exists(target) ? Files.size(target) : 0;
        } catch (IOException e) {
            throw Storage.failed(target, e);
        }
    }

    /**
     * Asks for what is missing. True when the file is whole; false when it has to be asked for again from the start.
     */
    boolean run() throws TransientFailure {
        long present = present();
        if (file.size() >= 0 && present > file.size()) {
            restart();
            present = 0;
        }
        progress.accept(present);
        if (present == file.size() && present > 0) {
            return true;
        }
        Map<String, String> headers = new HashMap<>();
        if (present > 0) {
            headers.put("Range", "bytes=" + present + "-");
            version.ifPresent(etag -> headers.put("If-Range", etag));
        }
        try (Http.Answer answer = http.get(file.address(), headers)) {
            return receive(answer, present);
        }
    }

    private boolean receive(Http.Answer answer, long present) throws TransientFailure {
        String encoding = answer.header("Content-Encoding").orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            throw unexpected(answer, "comes compressed (" + Messages.oneLine(encoding) + "), which was not asked for");
        }
        long announced = answer.length();
        switch (answer.status()) {
            case 200 -> {
                if (announced >= 0 && file.size() >= 0 && announced != file.size()) {
                    throw unexpected(answer, "has " + announced + " bytes, expected " + file.size());
                }
                version = strongEtag(answer);
                copy(answer, 0, Math.max(file.size(), announced));
                return true;
            }
            case 206 -> {
                if (continues(answer, present)) {
                    version = strongEtag(answer);
                    copy(answer, present, file.size() >= 0 || announced < 0 ? file.size() : present + announced);
                    return true;
                }
            }
            case 416 -> {
                // What is there is longer than what the server has; asked from the start it cannot say so.
            }
            default -> throw unexpected(answer, "answers " + answer.status());
        }
        if (present == 0) {
            throw unexpected(answer, "answers " + answer.status() + " though the whole file was asked for");
        }
        restart();
        return false;
    }

    /** Whether a 206 is the rest of the very file whose beginning is there. */
    private boolean continues(Http.Answer answer, long present) {
        Matcher range = CONTENT_RANGE.matcher(answer.header("Content-Range").orElse(""));
        if (!range.matches() || Long.parseLong(range.group(1)) != present) {
            return false;
        }
        boolean sameSize =
                file.size() < 0 || range.group(3).equals("*") || Long.parseLong(range.group(3)) == file.size();
        return sameSize && (version.isEmpty() || version.equals(strongEtag(answer)));
    }

    private static Optional<String> strongEtag(Http.Answer answer) {
        return answer.header("ETag").filter(etag -> etag.startsWith("\""));
    }

    private DownloadException unexpected(Http.Answer answer, String what) {
        return new DownloadException(
                file.name() + ": " + Http.shown(answer.address()) + " " + what + "; check the network and HF_ENDPOINT");
    }

    /**
     * Appends the body.
     *
     * @param from the bytes to keep of what is there
     * @param end the length of the whole file, or -1
     */
    private void copy(Http.Answer answer, long from, long end) throws TransientFailure {
        try (FileChannel out = FileChannel.open(target, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.truncate(from).position(from);
            byte[] buffer = new byte[BUFFER];
            long at = from;
            long reported = from;
            for (int n = read(answer, buffer, at, end); n >= 0; n = read(answer, buffer, at, end)) {
                if (end >= 0 && n > end - at) {
                    throw unexpected(answer, "sends more than the " + end + " bytes expected");
                }
                write(out, ByteBuffer.wrap(buffer, 0, n));
                at += n;
                if (at - reported >= REPORT_EVERY) {
                    progress.accept(at);
                    reported = at;
                }
            }
            if (at < end) {
                throw answer.brokeOff(at, end, null);
            }
            out.force(false);
            progress.accept(at);
        } catch (IOException e) {
            throw Storage.failed(target, e);
        }
    }

    private int read(Http.Answer answer, byte[] buffer, long at, long end) throws TransientFailure {
        if (Thread.currentThread().isInterrupted()) {
            throw new DownloadException(file.name() + ": interrupted; what is there is kept");
        }
        try {
            return answer.body().read(buffer);
        } catch (IOException e) {
            throw answer.brokeOff(at, end, e);
        }
    }

    private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private void restart() {
        try {
            Files.deleteIfExists(target);
        } catch (IOException e) {
            throw Storage.failed(target, e);
        }
    }
}
