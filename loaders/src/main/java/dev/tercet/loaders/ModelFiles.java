package dev.tercet.loaders;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * The files of one model, wherever they lie: a folder, or a region of a jar whose entries are stored uncompressed. Safe
 * for use by many threads.
 *
 * <p>Mapped segments live until {@link #close()}; what reads one later gets an {@link IllegalStateException}, as does
 * who calls {@link #read} or {@link #map} later. A file that another program shortens while it is mapped is beyond what
 * the JVM can report well: models are replaced, not rewritten in place.
 *
 * <p>File names have forward slashes and stay inside the model: a name that is absolute or climbs out with {@code ..}
 * is refused with an {@link InvalidModelException} by every method except {@link #describe}, because names also come
 * from checkpoints (a sharded index lists its files).
 */
public interface ModelFiles extends AutoCloseable {
    /**
     * The files of a folder on this machine.
     *
     * @throws InvalidModelException when there is no such folder, or a file lies in its place
     */
    static ModelFiles folder(Path folder) {
        return folder(folder, folder.toString());
    }

    /**
     * The files of a folder on this machine.
     *
     * @param name what the user calls the model, see {@link #name()}
     * @throws InvalidModelException when there is no such folder, or a file lies in its place
     */
    static ModelFiles folder(Path folder, String name) {
        return new FolderFiles(folder, name);
    }

    /** Whether the model has this file; {@code name} may contain folders, as in {@code 1_Pooling/config.json}. */
    boolean has(String name);

    /**
     * The bytes of a small file.
     *
     * @param limit the most bytes accepted
     * @throws InvalidModelException when the file is missing, unreadable, a folder or larger than {@code limit}
     */
    byte[] read(String name, long limit);

    /**
     * A file mapped into memory, read-only; the same segment each time. It may start at any address: read unaligned.
     *
     * @throws InvalidModelException when the file is missing, unreadable or a folder
     */
    MemorySegment map(String name);

    /**
     * Copies bytes of a mapped file, from the file itself where that is possible: a page of a mapping that was touched
     * counts as memory of this process until the mapping ends.
     *
     * @param part of a segment that {@link #map} gave
     * @param from the first byte, counted from the start of the part
     * @param to filled
     * @throws InvalidModelException when the file has become shorter
     */
    default void copy(MemorySegment part, long from, MemorySegment to) {
        MemorySegment.copy(part, from, to, 0, to.byteSize());
    }

    /** The name of a file as an error message should give it: a path where there is one. */
    String describe(String name);

    /** What a user would call this model: its id or folder. */
    String name();

    /** Ends all mappings. A second call does nothing. */
    @Override
    void close();
}
