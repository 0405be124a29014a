import java.util.Locale;

/** Four weights as int8 and back, and what the order of a sum does in fp32. */
class QuantizeByHand {
    void main() {
        float[] w = {0.50f, -1.27f, 0.031f, 0.004f};
        float largest = 0;
        for (float v : w) largest = Math.max(largest, Math.abs(v));
        float scale = largest / 127;
        IO.println(String.format(Locale.ROOT, "scale %.4f", scale));
        for (float v : w) {
            int q = Math.round(v / scale);
            IO.println(String.format(Locale.ROOT, "%7.3f → %4d → %7.3f   error %6.3f", v, q, q * scale, q * scale - v));
        }
        float big = 1e8f;
        IO.println("(1e8 + 1) - 1e8 = " + ((big + 1) - big) + ", (1e8 - 1e8) + 1 = " + ((big - big) + 1));
        float a = 1 + 0x1p-12f;
        IO.println("a · a - 1 = " + (a * a - 1) + " rounded twice, " + Math.fma(a, a, -1) + " by fma");
    }
}
