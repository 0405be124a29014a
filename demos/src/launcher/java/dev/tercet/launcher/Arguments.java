package dev.tercet.launcher;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The arguments as they were typed. In the C locale, the usual one in a container, a JVM reads every byte above 127 of
 * an argument as a question mark, and a text would silently become another text.
 */
final class Arguments {
    /** System property: the arguments of the second JVM are percent-encoded UTF-8. */
    static final String ESCAPED = "tercet.arguments.escaped";

    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private Arguments() {}

    /** Whether this JVM can neither read nor pass on every argument as it is. */
    static boolean needEscapes() {
        String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
        return !encoding.equalsIgnoreCase("UTF-8") && Files.isReadable(COMMAND_LINE);
    }

    /** The arguments as the kernel holds them, where this JVM may have damaged them; else as they are. */
    static String[] asTyped(String[] arguments) throws IOException {
        if (!needEscapes()) {
            return arguments;
        }
        // Ends with a zero byte, as each argument does; a text may be empty.
        String[] all = decode(Files.readAllBytes(COMMAND_LINE)).split("\0", -1);
        int first = all.length - 1 - arguments.length;
        if (first < 0) {
            return arguments;
        }
        String[] typed = new String[arguments.length];
        System.arraycopy(all, first, typed, 0, typed.length);
        return typed;
    }

    /** Arguments are UTF-8 where they can be, else ISO 8859-1, which every sequence of bytes is. */
    private static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    static String[] escape(String[] arguments) {
        String[] escaped = new String[arguments.length];
        for (int i = 0; i < escaped.length; i++) {
            escaped[i] = URLEncoder.encode(arguments[i], StandardCharsets.UTF_8);
        }
        return escaped;
    }

    /** Lets the second JVM open files with any name where this one's locale knows only ASCII. */
    static void adaptLocale(Map<String, String> environment) {
        if (needEscapes()) {
            environment.put("LC_ALL", "C.UTF-8");
        }
    }
}
