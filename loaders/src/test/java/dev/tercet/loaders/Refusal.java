package dev.tercet.loaders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** The one-line error that bad input ends in. */
final class Refusal {
    private Refusal() {}

    /** Runs what must be refused; the message is one line and holds all the given parts. */
    static void assertRefused(Executable reading, String... parts) {
        String message = assertThrows(InvalidModelException.class, reading).getMessage();
        assertEquals(1, message.lines().count(), message);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "expected \"" + part + "\" in: " + message);
        }
    }
}
