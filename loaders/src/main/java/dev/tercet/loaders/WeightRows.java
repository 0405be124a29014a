package dev.tercet.loaders;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A weight {@code [rows, columns]} of a checkpoint, some rows at a time, so that nobody needs an array of its whole
 * size: in fp32, with the values of {@link Weights#floats}, or in int8 as it is stored. Safe for use by many threads
 * while the files behind it are open.
 *
 * <p>There are two ways to the bytes. What is read once, such as a weight that is packed, is {@linkplain Weights#rows
 * copied from the file}: pages of a mapping that were touched would stay in this process's memory. What is looked up
 * again and again, such as an embedding table, is read {@linkplain Weights#mappedRows where it is mapped}.
 */
public final class WeightRows {
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    /** Numbers converted at a time, where a row is not longer: what is being converted stays in a near cache. */
    private static final int CHUNK = 1 << 15;

    private final Tensor tensor;
    private final int rows;
    private final int columns;
    private final QuantizedTensor quantized;
    private final SegmentCopy copy;

    /** Where a row that is looked up lies before it is widened: kept, or every token of a text would leave one. */
    private final AtomicReference<byte[]> idleBytes = new AtomicReference<>();

    private final AtomicReference<short[]> idleHalves = new AtomicReference<>();

    /** Copies bytes of a tensor's data, from an offset on, until the target is full. */
    @FunctionalInterface
    interface SegmentCopy {
        /** Reads where the data is mapped. */
        SegmentCopy MAPPED = (data, from, to) -> MemorySegment.copy(data, from, to, 0, to.byteSize());

        void copy(MemorySegment data, long from, MemorySegment to);
    }

    /** @param quantized the weight with scales when it is int8, else null */
    WeightRows(Tensor tensor, int rows, int columns, QuantizedTensor quantized, SegmentCopy copy) {
        this.tensor = tensor;
        this.rows = rows;
        this.columns = columns;
        this.quantized = quantized;
        this.copy = copy;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** How the numbers are stored: F32, F16, BF16, or I8 or U8 with scales. */
    public DType dtype() {
        return tensor.dtype();
    }

    /**
     * Rows [from, to) in fp32.
     *
     * @param y written from 0 on, row-major
     */
    public void read(int from, int to, float[] y) {
        read(from, to, y, 0);
    }

    /**
     * Rows [from, to) in fp32.
     *
     * @param y written from offset on, row-major
     */
    public void read(int from, int to, float[] y, int offset) {
        Objects.checkFromToIndex(from, to, rows);
        Objects.checkFromIndexSize(offset, Math.multiplyExact(to - from, columns), y.length);
        if (tensor.dtype() == DType.F32) {
            readF32(from, y, offset, (to - from) * columns);
            return;
        }
        int atOnce = Math.max(1, CHUNK / Math.max(1, columns));
        for (int row = from; row < to; row += atOnce) {
            int end = Math.min(to, row + atOnce);
            if (quantized != null) {
                dequantize(row, end, y, offset + (row - from) * columns);
            } else {
                readHalves(row, y, offset + (row - from) * columns, (end - row) * columns);
            }
        }
    }

    /** Bytes of a file go into the floats as they are: one copy. */
    private void readF32(int from, float[] y, int offset, int count) {
        if (copy == SegmentCopy.MAPPED) { // as a lookup does for every token: without an object
            MemorySegment.copy(tensor.data(), Tensor.F32, (long) Float.BYTES * from * columns, y, offset, count);
            return;
        }
        MemorySegment target =
                MemorySegment.ofArray(y).asSlice((long) Float.BYTES * offset, (long) Float.BYTES * count);
        copy.copy(tensor.data(), (long) Float.BYTES * from * columns, target);
        if (!LITTLE_ENDIAN) MemorySegment.copy(target, Tensor.F32, 0, y, offset, count);
    }

    private void readHalves(int from, float[] y, int offset, int count) {
        short[] idle = idleHalves.getAndSet(null);
        short[] halves = idle != null && idle.length >= count ? idle : new short[count];
        copyHalves((long) Short.BYTES * from * columns, halves, count);
        Tensor.widen(tensor.dtype(), halves, y, offset, count);
        if (count == columns) idleHalves.set(halves);
    }

    private void copyHalves(long from, short[] halves, int count) {
        if (copy == SegmentCopy.MAPPED) {
            MemorySegment.copy(tensor.data(), Tensor.B16, from, halves, 0, count);
            return;
        }
        MemorySegment target = MemorySegment.ofArray(halves).asSlice(0, (long) Short.BYTES * count);
        copy.copy(tensor.data(), from, target);
        if (!LITTLE_ENDIAN) MemorySegment.copy(target, Tensor.B16, 0, halves, 0, count);
    }

    private void dequantize(int from, int to, float[] y, int offset) {
        int count = (to - from) * columns;
        byte[] idle = idleBytes.getAndSet(null);
        byte[] q = idle != null && idle.length >= count ? idle : new byte[count];
        readInt8(from, to, q, 0);
        for (int r = from; r < to; r++) {
            int at = (r - from) * columns;
            QuantizedTensor.dequantize(
                    q, at, columns, quantized.signed(), quantized.scale(r), quantized.zeroPoint(r), y, offset + at);
        }
        if (count == columns) idleBytes.set(q);
    }

    /** Whether this is int8 with scales, for {@link #readInt8}. */
    public boolean isQuantized() {
        return quantized != null;
    }

    /**
     * The int8 weight that {@link #readInt8} reads, for its scales and zero points.
     *
     * @throws IllegalStateException when it is not {@linkplain #isQuantized quantized}
     */
    public QuantizedTensor quantized() {
        if (quantized == null) throw new IllegalStateException(tensor.name() + " is " + dtype() + ", not int8");
        return quantized;
    }

    /**
     * Rows [from, to) as they are stored in 8 bits.
     *
     * @param q written from offset on, row-major
     * @throws IllegalStateException when it is not {@linkplain #isQuantized quantized}
     */
    public void readInt8(int from, int to, byte[] q, int offset) {
        Objects.checkFromToIndex(from, to, rows);
        if (copy == SegmentCopy.MAPPED) {
            MemorySegment.copy(quantized().q(), JAVA_BYTE, (long) from * columns, q, offset, (to - from) * columns);
            return;
        }
        copy.copy(
                quantized().q(),
                (long) from * columns,
                MemorySegment.ofArray(q).asSlice(offset, (long) (to - from) * columns));
    }
}
