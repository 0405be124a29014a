package dev.tercet.demos;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.Deflater;

/**
 * Numbers for a page, rounded to a number of decimals that the page names, in few bytes: round(x · 10^decimals) as
 * whole numbers with the sign in the lowest bit, all lowest bytes first, then the next, deflated, in base64.
 */
final class PackedNumbers {
    private PackedNumbers() {}

    /** For the page's JSON: {@code {shape, decimals, bytes, deflated}}. */
    static Map<String, Object> of(RunRecording.Activation activation, int decimals) {
        return of(activation.data(), decimals, activation.shape());
    }

    static Map<String, Object> of(float[] values, int decimals, int... shape) {
        double unit = Math.pow(10, decimals);
        int[] codes = new int[values.length];
        int all = 0;
        for (int i = 0; i < codes.length; i++) {
            int rounded = Math.toIntExact(Math.round(values[i] * unit));
            codes[i] = rounded << 1 ^ rounded >> 31;
            all |= codes[i];
        }
        int bytes = Math.max(1, (39 - Integer.numberOfLeadingZeros(all)) / 8);
        Map<String, Object> packed = new LinkedHashMap<>();
        packed.put("shape", shape);
        packed.put("decimals", decimals);
        packed.put("bytes", bytes);
        packed.put("deflated", Base64.getEncoder().encodeToString(deflate(planes(codes, bytes))));
        return packed;
    }

    private static byte[] planes(int[] codes, int bytes) {
        byte[] planes = new byte[codes.length * bytes];
        for (int b = 0; b < bytes; b++) {
            for (int i = 0; i < codes.length; i++) {
                planes[b * codes.length + i] = (byte) (codes[i] >>> 8 * b);
            }
        }
        return planes;
    }

    private static byte[] deflate(byte[] data) {
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(data);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[1 << 14];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        }
    }

    /** Decimals that so many attention probabilities are kept with, so that a page stays small. */
    static int attentionDecimals(long count) {
        return count <= 200_000 ? 5 : count <= 600_000 ? 4 : 3;
    }
}
