package dev.tercet.demos;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** The programs in docs/code, compiled once and run in this process, as {@code java FILE} would. */
final class BookPrograms {
    private static ClassLoader classes;

    private BookPrograms() {}

    private static ClassLoader classes() throws IOException {
        if (classes == null) {
            Path output = Files.createDirectories(Path.of("target/book-programs"));
            List<String> arguments = new ArrayList<>(List.of("-d", output.toString(), "-cp"));
            arguments.addAll(List.of(System.getProperty("java.class.path"), "--add-modules", "jdk.incubator.vector"));
            try (Stream<Path> sources = Files.list(Book.FOLDER.resolve("code"))) {
                sources.forEach(source -> arguments.add(source.toString()));
            }
            StringWriter messages = new StringWriter();
            PrintWriter writer = new PrintWriter(messages);
            int code =
                    ToolProvider.findFirst("javac").orElseThrow().run(writer, writer, arguments.toArray(String[]::new));
            if (code != 0) {
                throw new AssertionError(messages);
            }
            classes = new URLClassLoader(new URL[] {output.toUri().toURL()}, BookPrograms.class.getClassLoader());
        }
        return classes;
    }

    /** What the program prints. */
    static synchronized String run(String file) throws Exception {
        String name = Path.of(file).getFileName().toString().replace(".java", "");
        Constructor<?> constructor = classes().loadClass(name).getDeclaredConstructor();
        constructor.setAccessible(true);
        Method main = constructor.getDeclaringClass().getDeclaredMethod("main");
        main.setAccessible(true);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            main.invoke(constructor.newInstance());
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
