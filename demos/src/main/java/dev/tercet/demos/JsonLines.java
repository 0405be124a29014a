package dev.tercet.demos;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Writes JSON Lines: one object a line, floats as {@link Float#toString(float)} gives them, so that they round-trip.
 */
final class JsonLines {
    private final JsonGenerator json;
    private final OutputStream out;

    JsonLines(OutputStream out) throws IOException {
        this.out = out;
        // what the generator holds back goes out with each flush; the stream is not the generator's to close
        JsonFactory factory = JsonFactory.builder()
                .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
                .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                .build();
        json = factory.createGenerator(out);
        json.setRootValueSeparator(null);
    }

    JsonLines begin() throws IOException {
        json.writeStartObject();
        return this;
    }

    void end() throws IOException {
        json.writeEndObject();
        json.writeRaw('\n');
    }

    /** Lets everything written so far reach whoever reads it. */
    void flush() throws IOException {
        json.flush();
        out.flush();
    }

    JsonLines text(String name, String value) throws IOException {
        json.writeFieldName(name);
        string(value);
        return this;
    }

    JsonLines number(String name, long value) throws IOException {
        json.writeNumberField(name, value);
        return this;
    }

    JsonLines number(String name, float value) throws IOException {
        json.writeNumberField(name, value);
        return this;
    }

    JsonLines number(String name, double value) throws IOException {
        json.writeNumberField(name, value);
        return this;
    }

    JsonLines numbers(String name, List<Double> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (double value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
        return this;
    }

    JsonLines numbers(String name, float[] values) throws IOException {
        json.writeArrayFieldStart(name);
        for (float value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
        return this;
    }

    /** {@code [[…], …]}. */
    JsonLines rows(String name, float[][] rows) throws IOException {
        json.writeArrayFieldStart(name);
        for (float[] row : rows) {
            json.writeStartArray();
            for (float value : row) {
                json.writeNumber(value);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        return this;
    }

    JsonLines numbers(String name, int[] values) throws IOException {
        json.writeFieldName(name);
        json.writeArray(values, 0, values.length);
        return this;
    }

    JsonLines texts(String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            string(value);
        }
        json.writeEndArray();
        return this;
    }

    /** Pairs of numbers: {@code [[from, to], …]}. */
    JsonLines spans(String name, int[] from, int[] to) throws IOException {
        json.writeArrayFieldStart(name);
        for (int i = 0; i < from.length; i++) {
            json.writeArray(new int[] {from[i], to[i]}, 0, 2);
        }
        json.writeEndArray();
        return this;
    }

    JsonLines beginArray(String name) throws IOException {
        json.writeArrayFieldStart(name);
        return this;
    }

    JsonLines endArray() throws IOException {
        json.writeEndArray();
        return this;
    }

    /** Begins an object inside an array. */
    JsonLines beginElement() throws IOException {
        json.writeStartObject();
        return this;
    }

    JsonLines endElement() throws IOException {
        json.writeEndObject();
        return this;
    }

    /** Half a surrogate pair has no UTF-8 form: it is written as the escape that JSON has for it. */
    private void string(String value) throws IOException {
        if (hasLoneSurrogate(value)) {
            json.writeRawValue(escaped(value));
        } else {
            json.writeString(value);
        }
    }

    private static boolean hasLoneSurrogate(String text) {
        return text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static String escaped(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 16).append('"');
        text.codePoints().forEach(c -> {
            if (c < ' ' || c == '"' || c == '\\' || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
