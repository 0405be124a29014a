package dev.tercet.loaders;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A file on the Hub and the hash that names its content.
 *
 * @param name inside the model
 * @param address where to fetch it
 * @param hash 64 hexadecimal digits: the SHA-256 of a file in large-file storage; 40: the SHA-1 that git gives a file,
 *     of {@code "blob " + size + "\0"} and the content
 * @param size in bytes, or -1 when the server does not say
 */
record RemoteFile(String name, URI address, String hash, long size) {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final int BUFFER = 1 << 17;

    static boolean isHash(String text) {
        return HASH.matcher(text).matches();
    }

    /** The kind of hash, for messages. */
    String algorithm() {
        return hash.length() == 64 ? "SHA-256" : "SHA-1";
    }

    /** The hash of a local file, of the same kind as this one's. */
    String hashOf(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance(algorithm());
            if (hash.length() == 40) {
                digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.UTF_8));
            }
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1 and SHA-256", e);
        }
    }
}
