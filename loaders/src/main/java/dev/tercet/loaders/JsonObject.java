package dev.tercet.loaders;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON object of a configuration file with getters that check: a field that is missing or of another type ends in an
 * {@link InvalidModelException} that names file, field, the value found and what was expected. A field that is
 * {@code null} counts as absent, as in the configurations that transformers writes. Strict UTF-8, no field twice,
 * nesting and lengths bounded; {@code NaN} and {@code Infinity} are read because Python writes them, but
 * {@link #number} refuses them. Immutable.
 */
public final class JsonObject {
    /** The most bytes a configuration file may have. */
    public static final int MAX_CONFIG_BYTES = 4 << 20;

    private static final int MAX_NESTING = 64;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxNumberLength(400)
                    .build())
            .build();

    private final String file;
    private final Place place;
    private final Map<String, Object> fields;

    /** A place inside the file, spelt out only when a message needs it. */
    private record Place(Place parent, String step) {
        static final Place TOP = new Place(null, "");

        Place field(String name) {
            return new Place(this, parent == null ? name : "." + name);
        }

        Place element(int index) {
            return new Place(this, "[" + index + "]");
        }

        @Override
        public String toString() {
            return parent == null ? "" : parent + Messages.oneLine(step);
        }
    }

    private JsonObject(String file, Place place, Map<String, Object> fields) {
        this.file = file;
        this.place = place;
        this.fields = fields;
    }

    /**
     * Reads a configuration file of a model.
     *
     * @throws InvalidModelException when it is missing, too large, not JSON or not an object
     */
    public static JsonObject read(ModelFiles files, String name) {
        return parse(files.read(name, MAX_CONFIG_BYTES), files.describe(name));
    }

    /** Reads a configuration file that a model may do without. */
    public static Optional<JsonObject> readIfPresent(ModelFiles files, String name) {
        return files.has(name) ? Optional.of(read(files, name)) : Optional.empty();
    }

    /**
     * Parses a text whose top level is an object.
     *
     * @param file the name for messages
     */
    public static JsonObject parse(byte[] json, String file) {
        if (parseValue(json, file) instanceof JsonObject object) {
            return object;
        }
        throw new InvalidModelException(file + ": expected a JSON object at the top level");
    }

    /**
     * Parses a text whose top level is an array of objects, as {@code modules.json}.
     *
     * @param file the name for messages
     */
    public static List<JsonObject> parseObjects(byte[] json, String file) {
        if (parseValue(json, file) instanceof List<?> list && list.stream().allMatch(JsonObject.class::isInstance)) {
            return list.stream().map(JsonObject.class::cast).toList();
        }
        throw new InvalidModelException(file + ": expected a JSON array of objects at the top level");
    }

    /** The names of all fields in the order of the file, those that are {@code null} included. */
    public Set<String> fields() {
        return Collections.unmodifiableSet(fields.keySet());
    }

    /** Whether the field is there and not {@code null}. */
    public boolean has(String field) {
        return fields.get(field) != null;
    }

    /**
     * The value as it was read: String, Boolean, Long, BigInteger (beyond a long), Double, List, JsonObject, or
     * {@code null}.
     */
    public Object value(String field) {
        return fields.get(field);
    }

    public String string(String field) {
        if (required(field) instanceof String s) return s;
        throw invalid(field, "expected a string");
    }

    public String string(String field, String absent) {
        return has(field) ? string(field) : absent;
    }

    public boolean bool(String field) {
        if (required(field) instanceof Boolean b) return b;
        throw invalid(field, "expected true or false");
    }

    public boolean bool(String field, boolean absent) {
        return has(field) ? bool(field) : absent;
    }

    /** A whole number that fits an {@code int}; {@code 4.0} is one too. */
    public int integer(String field) {
        return toInt(required(field), field);
    }

    public int integer(String field, int absent) {
        return has(field) ? integer(field) : absent;
    }

    /** A whole number of at least 1. */
    public int positive(String field) {
        int value = integer(field);
        if (value >= 1) return value;
        throw invalid(field, "expected a whole number of at least 1");
    }

    public int positive(String field, int absent) {
        return has(field) ? positive(field) : absent;
    }

    /** A finite number. */
    public double number(String field) {
        if (required(field) instanceof Number n && Double.isFinite(n.doubleValue())) return n.doubleValue();
        throw invalid(field, "expected a finite number");
    }

    public double number(String field, double absent) {
        return has(field) ? number(field) : absent;
    }

    public JsonObject object(String field) {
        if (required(field) instanceof JsonObject object) return object;
        throw invalid(field, "expected an object");
    }

    /** A list of any values, of the types of {@link #value}. */
    public List<?> list(String field) {
        if (required(field) instanceof List<?> list) return list;
        throw invalid(field, "expected an array");
    }

    public List<String> strings(String field) {
        List<?> list = list(field);
        if (!list.stream().allMatch(String.class::isInstance)) {
            throw invalid(field, "expected an array of strings");
        }
        return list.stream().map(String.class::cast).toList();
    }

    public List<JsonObject> objects(String field) {
        List<?> list = list(field);
        if (!list.stream().allMatch(JsonObject.class::isInstance)) {
            throw invalid(field, "expected an array of objects");
        }
        return list.stream().map(JsonObject.class::cast).toList();
    }

    /** A list of whole numbers; a single one counts as a list of one, as {@code eos_token_id} may be either. */
    public int[] integers(String field) {
        Object value = required(field);
        return value instanceof List<?> list ? toInts(list, field) : new int[] {toInt(value, field)};
    }

    /** Lists of whole numbers, as {@code bad_words_ids}. */
    public List<int[]> integerLists(String field) {
        List<int[]> lists = new ArrayList<>();
        for (Object inner : list(field)) {
            if (!(inner instanceof List<?> list)) throw invalid(field, "expected an array of arrays of whole numbers");
            lists.add(toInts(list, field));
        }
        return Collections.unmodifiableList(lists);
    }

    /** The name of this object for messages: the file, and the path inside it below the top level. */
    public String describe() {
        return place == Place.TOP ? file : file + ": " + place;
    }

    /**
     * The error for a value that is of the right type and yet wrong.
     *
     * @param expected what was expected and the remedy, as in {@code expected gelu, relu, swish or silu}
     */
    public InvalidModelException invalid(String field, String expected) {
        return new InvalidModelException(
                file + ": " + pathOf(field) + " is " + shown(fields.get(field)) + ", " + expected);
    }

    private Object required(String field) {
        Object value = fields.get(field);
        if (value == null) {
            String how = fields.containsKey(field) ? " is null, but it is needed" : " is missing";
            throw new InvalidModelException(file + ": " + pathOf(field) + how);
        }
        return value;
    }

    private int toInt(Object value, String field) {
        if (value instanceof Long l && l == l.intValue()) return l.intValue();
        if (value instanceof Double d && d == d.intValue()) return d.intValue();
        throw invalid(field, "expected a whole number between -2147483648 and 2147483647");
    }

    private int[] toInts(List<?> list, String field) {
        return list.stream().mapToInt(value -> toInt(value, field)).toArray();
    }

    private String pathOf(String field) {
        return place.field(field).toString();
    }

    private static String shown(Object value) {
        String text =
                switch (value) {
                    case null -> "null";
                    case String s -> '"' + s + '"';
                    case JsonObject _ -> "an object";
                    case List<?> list -> "an array of " + list.size();
                    default -> value.toString();
                };
        return Messages.oneLine(text);
    }

    private static Object parseValue(byte[] json, String file) {
        var strict = StandardCharsets.UTF_8.newDecoder();
        try (var reader = new InputStreamReader(new ByteArrayInputStream(json), strict);
                JsonParser parser = FACTORY.createParser(reader)) {
            if (parser.nextToken() == null) {
                throw new InvalidModelException(file + ": expected JSON, found nothing");
            }
            Object value = value(parser, file, Place.TOP);
            if (parser.nextToken() != null) {
                throw new InvalidModelException(file + ": line "
                        + parser.currentTokenLocation().getLineNr() + ": more after the end of the JSON value");
            }
            return value;
        } catch (CharacterCodingException _) {
            throw new InvalidModelException(file + ": not valid UTF-8");
        } catch (JsonParseException e) {
            throw new InvalidModelException(file + ": line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + ": " + Messages.oneLine(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new InvalidModelException(file + ": " + Messages.oneLine(e.getMessage()));
        }
    }

    private static Object value(JsonParser parser, String file, Place place) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String field = parser.currentName();
                    Place fieldPlace = place.field(field);
                    if (fields.containsKey(field)) {
                        throw new InvalidModelException(file + ": line "
                                + parser.currentTokenLocation().getLineNr() + ": " + fieldPlace
                                + " is there twice");
                    }
                    parser.nextToken();
                    fields.put(field, value(parser, file, fieldPlace));
                }
                yield new JsonObject(file, place, fields);
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser, file, place.element(list.size())));
                }
                yield list.isEmpty() ? List.of() : Collections.unmodifiableList(list);
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_NUMBER_INT -> {
                BigInteger whole = parser.getBigIntegerValue();
                if (whole.bitLength() < Long.SIZE) yield whole.longValue();
                yield whole;
            }
            default -> throw new InvalidModelException(file + ": unexpected " + parser.currentToken());
        };
    }
}
