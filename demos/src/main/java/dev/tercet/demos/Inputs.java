package dev.tercet.demos;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.tercet.Pair;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * What a command reads, one item at a time: first those of the command line, then the lines of a file.
 *
 * @param <T> a text, a pair, a list of ids
 */
final class Inputs<T> implements Closeable {
    /** One item from one line. */
    @FunctionalInterface
    interface LineFormat<T> {
        /** @param place the line as an error message names it */
        T parse(String line, String place) throws IOException;
    }

    /**
     * Token ids.
     *
     * @param place where they stand, for messages
     */
    record Ids(int[] values, String place) {}

    private static final JsonFactory JSON = new JsonFactory();

    private final Iterator<T> given;
    private final Lines lines;
    private final LineFormat<T> format;

    /** @param lines may be null: then only the given items are read */
    Inputs(List<T> given, Lines lines, LineFormat<T> format) {
        this.given = given.iterator();
        this.lines = lines;
        this.format = format;
    }

    /** The next item, or null after the last one. */
    T next() throws IOException {
        if (given.hasNext()) {
            return given.next();
        }
        String line = lines == null ? null : lines.next();
        return line == null ? null : format.parse(line, lines.place());
    }

    /**
     * The next items, at least one, at most {@code most}; empty after the last one. Does not wait for more input when
     * it has some: who types, or pipes in slowly, sees each result at once.
     */
    List<T> nextBatch(int most) throws IOException {
        List<T> batch = new ArrayList<>();
        for (T item = next(); item != null; item = next()) {
            batch.add(item);
            if (batch.size() == most || !(given.hasNext() || (lines != null && lines.ready()))) {
                break;
            }
        }
        return batch;
    }

    /** How much of the file has been read, from 0 to 1, or -1 where that is not known. */
    double fractionRead() {
        return lines == null ? -1 : lines.fractionRead();
    }

    @Override
    public void close() throws IOException {
        if (lines != null) {
            lines.close();
        }
    }

    /** Each line is a text. */
    static String plainText(String line, String place) {
        return line;
    }

    /** Each line is {@code {"text": …}}. */
    static String jsonText(String line, String place) throws IOException {
        return jsonStrings(line, place, "text").getFirst();
    }

    /**
     * The pairs of a file.
     *
     * @param format {@code tsv}, {@code jsonl} or null: as the file's name says
     */
    static Inputs<Pair> pairs(String file, String format, InputStream standardInput) {
        boolean json = isJson(file, format, "tsv");
        return new Inputs<>(List.of(), Lines.open(file, standardInput), json ? Inputs::jsonPair : Inputs::tabbedPair);
    }

    /**
     * Whether a file is JSON Lines.
     *
     * @param format what the user says it is, or null: then the name decides
     * @param other what else it may be
     */
    static boolean isJson(String file, String format, String other) {
        if (format == null) {
            return file != null && file.toLowerCase(Locale.ROOT).endsWith(".jsonl");
        }
        if (!format.equals("jsonl") && !format.equals(other)) {
            throw CommandException.wrongInput("--input-format " + format + ": expected " + other + " or jsonl");
        }
        return format.equals("jsonl");
    }

    /** Each line is a query, a tab and a document; a blank line is a pair of empty texts. */
    static Pair tabbedPair(String line, String place) {
        if (line.isEmpty()) {
            return new Pair("", "");
        }
        int tab = line.indexOf('\t');
        int tabs = (int) line.chars().filter(c -> c == '\t').count();
        if (tabs != 1) {
            throw CommandException.wrongInput(place + ": " + tabs + " tabs, expected one between query and document"
                    + " (texts with tabs: give JSON Lines with \"query\" and \"document\")");
        }
        return new Pair(line.substring(0, tab), line.substring(tab + 1));
    }

    /** Each line is {@code {"query": …, "document": …}}. */
    static Pair jsonPair(String line, String place) throws IOException {
        List<String> both = jsonStrings(line, place, "query", "document");
        return new Pair(both.get(0), both.get(1));
    }

    /** Each line is {@code {"ids": […]}}. */
    static Ids jsonIds(String line, String place) throws IOException {
        try (JsonParser json = JSON.createParser(line)) {
            openObject(json, place);
            int[] ids = null;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                if (!field.equals("ids")) {
                    json.skipChildren();
                    continue;
                }
                if (ids != null) {
                    throw CommandException.wrongInput(place + ": \"ids\" is given twice");
                }
                ids = ids(json, place);
            }
            closeObject(json, place);
            if (ids == null) {
                throw CommandException.wrongInput(place + ": no field \"ids\"");
            }
            return new Ids(ids, place);
        } catch (JsonProcessingException e) {
            throw notJson(e, place);
        }
    }

    private static int[] ids(JsonParser json, String place) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw CommandException.wrongInput(place + ": \"ids\" is " + kind(json) + ", expected an array of integers");
        }
        List<Integer> ids = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                    || json.getNumberType() != JsonParser.NumberType.INT) {
                throw CommandException.wrongInput(
                        place + ": \"ids\" contains " + kind(json) + ", expected integers only");
            }
            ids.add(json.getIntValue());
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    static List<String> jsonStrings(String line, String place, String... fields) throws IOException {
        String[] values = new String[fields.length];
        try (JsonParser json = JSON.createParser(line)) {
            openObject(json, place);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                int field = List.of(fields).indexOf(json.currentName());
                json.nextToken();
                if (field < 0) {
                    json.skipChildren();
                } else if (json.currentToken() != JsonToken.VALUE_STRING) {
                    throw CommandException.wrongInput(
                            place + ": \"" + fields[field] + "\" is " + kind(json) + ", expected a string");
                } else if (values[field] != null) {
                    throw CommandException.wrongInput(place + ": \"" + fields[field] + "\" is given twice");
                } else {
                    values[field] = json.getText();
                }
            }
            closeObject(json, place);
        } catch (JsonProcessingException e) {
            throw notJson(e, place);
        }
        int missing = Arrays.asList(values).indexOf(null);
        if (missing >= 0) {
            throw CommandException.wrongInput(place + ": no field \"" + fields[missing] + "\"");
        }
        return List.of(values);
    }

    private static void openObject(JsonParser json, String place) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw CommandException.wrongInput(place + ": " + (json.currentToken() == null ? "blank" : kind(json))
                    + ", expected a JSON object on each line");
        }
    }

    private static void closeObject(JsonParser json, String place) throws IOException {
        if (json.nextToken() != null) {
            throw CommandException.wrongInput(place + ": more than one JSON value on a line");
        }
    }

    private static String kind(JsonParser json) {
        return switch (json.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            default -> json.currentToken().asString();
        };
    }

    private static CommandException notJson(JsonProcessingException e, String place) {
        String reason = e.getOriginalMessage().lines().findFirst().orElse("");
        return CommandException.wrongInput(String.format(
                Locale.ROOT,
                "%s, column %d: not JSON: %s",
                place,
                e.getLocation().getColumnNr(),
                reason));
    }
}
