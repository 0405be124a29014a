package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.InflaterInputStream;

/** A page that {@code tercet explain} wrote, and the numbers in it as a reader's browser unpacks them. */
record ExplainedPage(Path file, String html, Map<?, ?> run) {
    /** Writes a page by the command line. */
    static ExplainedPage write(Path file, String... arguments) throws IOException {
        String[] line = Arrays.copyOf(arguments, arguments.length + 4);
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        line[0] = "explain";
        System.arraycopy(new String[] {"--quiet", "-o", file.toString()}, 0, line, arguments.length + 1, 3);
        Outcome outcome = Outcome.of(line).done();
        assertEquals(file.toAbsolutePath() + "\n", outcome.out());
        String html = Files.readString(file);
        return new ExplainedPage(file, html, data(html, "run"));
    }

    private static ExplainedPage longPair;

    /** A pair as long as the page takes it, written once: each of its tokens is also left out once. */
    static synchronized ExplainedPage longPair() throws IOException {
        if (longPair == null) {
            Path file = Files.createTempFile("tercet-long-pair", ".html");
            file.toFile().deleteOnExit();
            List<String> words = List.of("river", "stone", "morning", "listens", "quietly", "under", "copper");
            StringBuilder document = new StringBuilder();
            for (int i = 0; i < 130; i++) {
                document.append(words.get(i * i % words.size())).append(' ');
            }
            longPair = write(file, "cross", "Which stones does the river carry in the morning?", document.toString());
        }
        return longPair;
    }

    private static Map<?, ?> data(String html, String id) {
        String begin = "<script type=\"application/json\" id=\"" + id + "\">";
        int from = html.indexOf(begin) + begin.length();
        return (Map<?, ?>) Chromium.Json.parse(html.substring(from, html.indexOf("</script>", from)));
    }

    /** The methods that the page shows, by what its script calls them: "file#method". */
    Map<String, Map<?, ?>> code() {
        Map<String, Map<?, ?>> code = new LinkedHashMap<>();
        data(html, "code").forEach((place, method) -> code.put((String) place, (Map<?, ?>) method));
        return code;
    }

    /** What is at these names and numbers, one inside the other. */
    Object at(Object... path) {
        Object value = run;
        for (Object step : path) {
            value = step instanceof Integer index ? ((List<?>) value).get(index) : ((Map<?, ?>) value).get(step);
        }
        return value;
    }

    double number(Object... path) {
        return (double) at(path);
    }

    double[] numbers(Object... path) {
        return ((List<?>) at(path)).stream().mapToDouble(v -> (double) v).toArray();
    }

    /** Half a unit of the last digit that the page keeps of these numbers. */
    double rounding(Object... path) {
        return 0.5 * Math.pow(10, -(double) ((Map<?, ?>) at(path)).get("decimals"));
    }

    /** Packed numbers, unpacked as page.js does it. */
    double[] unpack(Object... path) {
        Map<?, ?> packed = (Map<?, ?>) at(path);
        int count = ((List<?>) packed.get("shape"))
                .stream().mapToInt(n -> ((Double) n).intValue()).reduce(1, (a, b) -> a * b);
        byte[] planes = inflate(Base64.getDecoder().decode((String) packed.get("deflated")));
        double unit = Math.pow(10, (double) packed.get("decimals"));
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            int code = 0;
            for (int b = 0; b < (double) packed.get("bytes"); b++) {
                code |= (planes[b * count + i] & 0xFF) << 8 * b;
            }
            values[i] = (code >>> 1 ^ -(code & 1)) / unit;
        }
        return values;
    }

    private static byte[] inflate(byte[] deflated) {
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
