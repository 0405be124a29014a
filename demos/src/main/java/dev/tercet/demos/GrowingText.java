package dev.tercet.demos;

import dev.tercet.PartialTranslation;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Shows a translation while it is made: what has become certain of its text goes out at once, as text or as objects
 * {@code {"partial","ids"}}.
 */
final class GrowingText implements Consumer<PartialTranslation> {
    private final OutputStream out;
    private final JsonLines json; // null: plain text
    private String shown = "";
    private int[] ids = {};

    private GrowingText(OutputStream out, JsonLines json) {
        this.out = out;
        this.json = json;
    }

    static GrowingText plain(OutputStream out) {
        return new GrowingText(out, null);
    }

    static GrowingText objects(JsonLines json) {
        return new GrowingText(null, json);
    }

    @Override
    public void accept(PartialTranslation part) {
        try {
            if (json == null) {
                write(part.text());
            } else if (!part.finished() && !Arrays.equals(ids, part.ids())) {
                ids = part.ids();
                json.begin().text("partial", part.text()).numbers("ids", ids).end();
                json.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is behind the text already shown, which a longer one begins with. */
    private void write(String text) throws IOException {
        if (!text.startsWith(shown)) {
            throw new IllegalStateException("\"" + text + "\" does not go on from \"" + shown + "\"");
        }
        out.write(text.substring(shown.length()).getBytes(StandardCharsets.UTF_8));
        out.flush();
        shown = text;
    }

    /** The line of a text is complete. */
    void end() throws IOException {
        if (json == null) {
            out.write('\n');
            out.flush();
        }
    }
}
