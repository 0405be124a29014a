package dev.tercet.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One object of a JSON file, with getters that check the type and name file, field and value when it is another one.
 * The file is hostile input: nesting, number of values and duplicate names are checked while it is read.
 */
final class JsonObject {
    private static final int DEPTH = 64;

    /** Vocabularies have up to 250,000 entries of two values; a tree of this many takes a few hundred megabytes. */
    private static final int VALUES = 4_000_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            // 30,000 different names: a symbol table only costs
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH)
                    .maxNumberLength(100)
                    .build())
            .build();

    private final String file;
    private final String path;
    private final Map<String, Object> fields;

    private JsonObject(String file, String path, Map<String, Object> fields) {
        this.file = file;
        this.path = path;
        this.fields = fields;
    }

    /**
     * The object that is the whole of a file, or {@code null} when there is no such file.
     *
     * @throws InvalidTokenizerException when the file is not one JSON object
     */
    static JsonObject read(TokenizerFiles files, String name) {
        byte[] content = files.read(name);
        return content == null ? null : parse(content, files.describe(name));
    }

    /** The object that is the whole of a file. */
    static JsonObject parse(byte[] content, String file) {
        return parse(content, file, null);
    }

    /** Takes the entries of one object while the file is read, in place of a map of them. */
    interface Entries {
        /** Path of the object, as in {@code model.vocab}; empty for the whole file. */
        String path();

        /** One entry; the same name may come twice. */
        void add(String name, int value);
    }

    /**
     * The object that is the whole of a file, without the one that {@code entries} takes.
     *
     * @param entries may be {@code null}
     */
    static JsonObject parse(byte[] content, String file, Entries entries) {
        // decoded piece by piece: a vocabulary is large enough for its text not to be wanted in memory as well
        var strict = StandardCharsets.UTF_8.newDecoder();
        try (var text = new InputStreamReader(new ByteArrayInputStream(content), strict);
                JsonParser parser = FACTORY.createParser(text)) {
            Reader reader = new Reader(parser, file, entries);
            if (parser.nextToken() != JsonToken.START_OBJECT)
                throw new InvalidTokenizerException(file
                        + ": not a JSON object; expected the file as the tokenizers library or transformers saved it");
            JsonObject whole = new JsonObject(file, "", reader.object(""));
            if (parser.nextToken() != null)
                throw new InvalidTokenizerException(
                        file + " line " + parser.currentTokenLocation().getLineNr()
                                + ": more content after the end of the JSON object");
            return whole;
        } catch (CharacterCodingException e) {
            utf8(content, file);
            throw new IllegalStateException(file + ": two decoders disagree", e);
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            String why = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new InvalidTokenizerException(
                    file + " line " + line + ": not valid JSON (" + why + "); is the file complete?", e);
        } catch (IOException e) {
            throw new InvalidTokenizerException(file + ": " + e.getMessage(), e);
        }
    }

    /** The text of a file that must be valid UTF-8. */
    static String utf8(byte[] content, String file) {
        String text = new String(content, StandardCharsets.UTF_8);
        // the fast decoder puts U+FFFD where the bytes are wrong; only then look closer
        if (text.indexOf('\uFFFD') < 0) return text;
        CharsetDecoder strict = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer bytes = ByteBuffer.wrap(content);
        try {
            return strict.decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidTokenizerException(file + ": not valid UTF-8 at byte " + bytes.position(), e);
        }
    }

    /** The file this object is from, as an error message should name it. */
    String file() {
        return file;
    }

    Set<String> names() {
        return fields.keySet();
    }

    boolean has(String field) {
        return fields.get(field) != null;
    }

    /** The value of a field as it is: String, Boolean, Number, List or Map; {@code null} when absent or null. */
    Object value(String field) {
        return fields.get(field);
    }

    String string(String field, String absent) {
        Object value = fields.get(field);
        if (value == null) return absent;
        if (value instanceof String text) return text;
        throw wrong(field, "a string");
    }

    String string(String field) {
        String value = string(field, null);
        if (value == null) throw missing(field, "a string");
        return value;
    }

    boolean bool(String field, boolean absent) {
        Object value = fields.get(field);
        if (value == null) return absent;
        if (value instanceof Boolean flag) return flag;
        throw wrong(field, "true or false");
    }

    int integer(String field) {
        Object value = fields.get(field);
        if (value == null) throw missing(field, "an integer");
        if (value instanceof Integer number) return number;
        throw wrong(field, "an integer below 2^31");
    }

    JsonObject object(String field) {
        Object value = fields.get(field);
        if (value == null) return null;
        if (value instanceof Map<?, ?> map) return nested(path.concat(field), map);
        throw wrong(field, "an object");
    }

    /** The elements of an array; an absent one is empty. */
    List<?> array(String field) {
        Object value = fields.get(field);
        if (value == null) return List.of();
        if (value instanceof List<?> list) return list;
        throw wrong(field, "an array");
    }

    /** The elements of an array of objects; an absent one is empty. */
    List<JsonObject> objects(String field) {
        List<JsonObject> objects = new ArrayList<>();
        for (Object element : array(field)) {
            if (!(element instanceof Map<?, ?> map)) throw wrong(field, "an array of objects");
            objects.add(nested(element(path.concat(field), objects.size()), map));
        }
        return objects;
    }

    private static String element(String array, int index) {
        return array.concat("[").concat(Integer.toString(index)).concat("]");
    }

    /** Says that a field has a value that cannot be. */
    InvalidTokenizerException wrong(String field, String expected) {
        return new InvalidTokenizerException(
                file + ": " + printable(path + field) + " is " + show(fields.get(field)) + ", expected " + expected);
    }

    InvalidTokenizerException missing(String field, String expected) {
        return new InvalidTokenizerException(
                file + ": " + printable(path + field) + " is missing, expected " + expected);
    }

    /** A value short enough for one line of an error message. */
    static String show(Object value) {
        String text =
                switch (value) {
                    case null -> "null";
                    case String s -> '"' + s + '"';
                    case List<?> list -> "an array of " + list.size();
                    case Map<?, ?> map -> map.get("type") instanceof String type ? "\"" + type + '"' : "an object";
                    default -> value.toString();
                };
        return printable(text);
    }

    private static String printable(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .limit(60)
                .forEach(c -> line.appendCodePoint(Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? '?' : c));
        return text.codePointCount(0, text.length()) > 60 ? line + "..." : line.toString();
    }

    @SuppressWarnings("unchecked")
    private JsonObject nested(String name, Map<?, ?> map) {
        return new JsonObject(file, name.concat("."), (Map<String, Object>) map);
    }

    /** Reads values from Jackson's stream into lists and maps. */
    private static final class Reader {
        private final JsonParser parser;
        private final String file;
        private final Entries entries;
        private int values;

        Reader(JsonParser parser, String file, Entries entries) {
            this.parser = parser;
            this.file = file;
            this.entries = entries;
        }

        Map<String, Object> object(String path) throws IOException {
            Map<String, Object> fields = new LinkedHashMap<>();
            if (entries != null && entries.path().equals(path)) {
                entries();
                return fields;
            }
            String below = path.isEmpty() ? path : path.concat(".");
            for (String name; (name = parser.nextFieldName()) != null; ) {
                parser.nextToken();
                int before = fields.size();
                fields.put(name, value(below.concat(name)));
                if (fields.size() == before) throw at(below + name + " is there twice");
            }
            return fields;
        }

        private void entries() throws IOException {
            for (String name; (name = parser.nextFieldName()) != null; ) {
                if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT || parser.getNumberType() != NumberType.INT)
                    throw at((entries.path().isEmpty() ? "" : entries.path() + " has ") + show(name) + " with "
                            + show(parser.getText()) + ", expected an id below 2^31");
                if (++values > VALUES) throw tooMany();
                entries.add(name, parser.getIntValue());
            }
        }

        private InvalidTokenizerException at(String what) {
            return new InvalidTokenizerException(
                    file + " line " + parser.currentTokenLocation().getLineNr() + ": " + what);
        }

        private InvalidTokenizerException tooMany() {
            return new InvalidTokenizerException(
                    file + ": more than " + VALUES + " values, which no tokenizer file has");
        }

        private List<Object> array(String path) throws IOException {
            List<Object> elements = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) elements.add(value(path));
            return elements;
        }

        private Object value(String path) throws IOException {
            if (++values > VALUES) throw tooMany();
            return switch (parser.currentToken()) {
                case START_OBJECT -> object(path);
                case START_ARRAY -> array(path);
                case VALUE_STRING -> parser.getText();
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
                case VALUE_TRUE -> Boolean.TRUE;
                case VALUE_FALSE -> Boolean.FALSE;
                default -> null;
            };
        }
    }
}
