package dev.tercet.demos;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page that explains a run: one HTML file with its styles, its scripts, the numbers of the run and the methods that
 * computed them. It loads nothing.
 */
final class ExplainPage {
    private static final String FOLDER = "explain/";

    /** How a script names the code of a step. */
    private static final Pattern CODE = Pattern.compile("'([\\w/]+\\.java)#(\\w+)'");

    /** A place of the template, by the name of what belongs there. */
    private static final Pattern PART = Pattern.compile("\\{(title|style|script|code|run)\\}");

    private ExplainPage() {}

    /**
     * The page.
     *
     * @param kind of the run, the name of its script: encode, cross or translate
     * @param run what the script shows: maps, lists, arrays, numbers, texts
     */
    static byte[] of(String kind, String title, Map<String, Object> run) {
        String script = resource(kind + ".js");
        Map<String, String> parts = Map.of(
                "title", Html.escaped(title),
                "style", resource("page.css"),
                "script", resource("page.js") + script,
                "code", json(code(script)),
                "run", json(run));
        return filled(resource("page.html"), parts).getBytes(StandardCharsets.UTF_8);
    }

    /** The template with its parts, once over it: what a part says in braces stays as it is. */
    static String filled(String template, Map<String, String> parts) {
        return PART.matcher(template).replaceAll(part -> Matcher.quoteReplacement(parts.get(part.group(1))));
    }

    /** The methods that a script names, by what it calls them. */
    static Map<String, Object> code(String script) {
        Map<String, Object> code = new LinkedHashMap<>();
        for (MatchResult named : CODE.matcher(script).results().toList()) {
            SourceMethod method = SourceMethod.packed(named.group(1), named.group(2));
            code.put(
                    named.group(1) + "#" + named.group(2),
                    fields("line", method.line(), "text", String.join("\n", method.lines())));
        }
        return code;
    }

    /** Names and values in turn, in an order that stays. */
    static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }

    static String resource(String name) {
        try (InputStream in = ExplainPage.class.getResourceAsStream(FOLDER + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** JSON that may stand in a script element: nothing in it ends the element. Lone surrogates are escaped, too. */
    static String json(Object value) {
        StringWriter text = new StringWriter();
        JsonFactory factory =
                JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
        try (JsonGenerator json = factory.createGenerator(text)) {
            write(json, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString().replace("<", "\\u003c");
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case String text -> json.writeString(text);
            case Boolean truth -> json.writeBoolean(truth);
            case Integer number -> json.writeNumber(number);
            case Float number -> writeFloat(json, number);
            case Double number -> json.writeNumber(number);
            case int[] numbers -> json.writeArray(numbers, 0, numbers.length);
            case float[] numbers -> {
                json.writeStartArray();
                for (float number : numbers) {
                    writeFloat(json, number);
                }
                json.writeEndArray();
            }
            case double[] numbers -> json.writeArray(numbers, 0, numbers.length);
            case Object[] elements -> write(json, List.of(elements));
            case List<?> elements -> {
                json.writeStartArray();
                for (Object element : elements) {
                    write(json, element);
                }
                json.writeEndArray();
            }
            case Map<?, ?> fields -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> field : fields.entrySet()) {
                    json.writeFieldName((String) field.getKey());
                    write(json, field.getValue());
                }
                json.writeEndObject();
            }
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }

    /** JSON has no infinity: what is impossible is null. */
    private static void writeFloat(JsonGenerator json, float number) throws IOException {
        if (Float.isFinite(number)) {
            json.writeNumber(number);
        } else {
            json.writeNull();
        }
    }
}
