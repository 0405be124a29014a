package dev.tercet.demos;

import dev.tercet.loaders.DType;
import dev.tercet.loaders.Tensor;
import java.util.Arrays;

/**
 * How far the same activation is apart in two runs.
 *
 * @param sameBits whether all numbers are the same, and the shape
 * @param sameShape whether the numbers can be compared at all
 * @param at the element that differs most
 * @param first its value in the first run
 * @param second its value in the second run
 * @param relative their difference by the largest absolute value of the activation in either run; infinite when a
 *     number is not finite in one run only
 */
record TraceDifference(
        String name,
        int[] shape,
        boolean sameBits,
        boolean sameShape,
        int at,
        float first,
        float second,
        double relative) {

    static TraceDifference of(String name, Tensor a, Tensor b) {
        int[] shape = Arrays.stream(a.shape()).mapToInt(Math::toIntExact).toArray();
        if (!Arrays.equals(a.shape(), b.shape()) || a.dtype() != DType.F32 || b.dtype() != DType.F32) {
            return new TraceDifference(name, shape, false, false, 0, 0f, 0f, Double.POSITIVE_INFINITY);
        }
        float[] first = a.floats();
        float[] second = b.floats();
        int at = 0;
        double most = -1;
        double largest = 0;
        boolean sameBits = true;
        for (int i = 0; i < first.length; i++) {
            boolean same = Float.floatToRawIntBits(first[i]) == Float.floatToRawIntBits(second[i]);
            sameBits &= same;
            double difference = same ? 0 : distance(first[i], second[i]);
            if (difference > most) {
                most = difference;
                at = i;
            }
            largest = Math.max(largest, Math.max(finite(first[i]), finite(second[i])));
        }
        double relative = most <= 0 ? 0 : most / largest;
        return new TraceDifference(
                name,
                shape,
                sameBits,
                true,
                at,
                first.length == 0 ? 0f : first[at],
                second.length == 0 ? 0f : second[at],
                relative);
    }

    private static double distance(float a, float b) {
        double difference = Math.abs((double) a - b);
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }

    private static double finite(float value) {
        return Float.isFinite(value) ? Math.abs(value) : 0;
    }

    /** The indexes of the element that differs most: {@code [3, 17]}. */
    String where() {
        int[] index = new int[shape.length];
        int rest = at;
        for (int d = shape.length - 1; d >= 0; d--) {
            index[d] = rest % shape[d];
            rest /= shape[d];
        }
        return Arrays.toString(index);
    }
}
