import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks or applies palantir-java-format on every Java source below a folder: {@code java FormatJava.java check|apply
 * FOLDER VERSION}. Started by the root pom on the toolchain's JDK. Exit 1 names each file that differs. Digests of
 * sources found well formatted are kept in {@code target/formatter}, so that only what changed is parsed again.
 */
class FormatJava {
    public static void main(String[] args) throws Exception {
        boolean apply = args[0].equals("apply");
        Path root = Path.of(args[1]);
        Path known = root.resolve("target/formatter/formatted-" + args[2]);
        Set<String> formatted = new HashSet<>(Files.exists(known) ? Files.readAllLines(known) : List.of());
        Set<String> now = new TreeSet<>();
        List<Path> wrong = new ArrayList<>();
        for (Path source : sources(root)) {
            String before = Files.readString(source);
            if (formatted.contains(digest(before))) {
                now.add(digest(before));
                continue;
            }
            String after = formatter().formatSourceAndFixImports(before);
            if (after.equals(before) || apply) now.add(digest(after));
            if (after.equals(before)) continue;
            if (apply) Files.writeString(source, after);
            wrong.add(root.relativize(source));
        }
        Files.write(known, now);
        if (wrong.isEmpty() || apply) return;
        wrong.forEach(file -> System.err.println("not formatted: " + file));
        System.err.println("Remedy: mvn -N validate -Dformat=apply");
        System.exit(1);
    }

    private static Formatter formatter() {
        return Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .formatJavadoc(true)
                .build());
    }

    private static String digest(String source) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(source.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest);
    }

    private static List<Path> sources(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !root.relativize(file).toString().matches(".*(^|[/\\\\])(target|\\.git)[/\\\\].*"))
                    .sorted()
                    .toList();
        }
    }
}
