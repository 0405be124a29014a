package dev.tercet.loaders;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A model in a folder inside a jar. The jar is mapped once; a stored entry is a slice of that mapping, so nothing is
 * unpacked. A build tool that merges jars may have compressed the entries again: then {@link #map} inflates the entry
 * into memory, up to {@link #MOST_INFLATED} bytes, which costs that memory and the time to inflate, and nothing else.
 */
final class JarFiles implements ModelFiles {
    /** The largest compressed entry that is inflated; anything larger has to be stored. */
    static final long MOST_INFLATED = 1L << 30;

    private final Path jar;
    private final String prefix;
    private final String name;
    private final Mappings mappings;
    private final ZipArchive archive;

    /**
     * @param prefix the folder inside the jar, with a slash at the end
     * @param name what the user calls the model
     */
    static JarFiles open(Path jar, String prefix, String name) {
        Mappings mappings = new Mappings();
        try {
            ZipArchive archive = ZipArchive.read(mappings.map(jar), jar.toString());
            return new JarFiles(jar, prefix, name, mappings, archive);
        } catch (IOException e) {
            mappings.close();
            throw new InvalidModelException(jar + " cannot be read: " + e.getMessage(), e);
        } catch (InvalidModelException e) {
            mappings.close();
            throw e;
        }
    }

    private JarFiles(Path jar, String prefix, String name, Mappings mappings, ZipArchive archive) {
        this.jar = jar;
        this.prefix = prefix;
        this.name = name;
        this.mappings = mappings;
        this.archive = archive;
    }

    @Override
    public boolean has(String file) {
        return archive.entry(entryName(file)) != null;
    }

    @Override
    public byte[] read(String file, long limit) {
        mappings.requireOpen(name);
        return archive.bytes(entry(file), limit);
    }

    @Override
    public MemorySegment map(String file) {
        mappings.requireOpen(name);
        return mappings.of(file, _ -> newMapping(entry(file)));
    }

    private MemorySegment newMapping(ZipArchive.Entry entry) {
        if (entry.stored()) {
            return archive.slice(entry).asReadOnly();
        }
        return mappings.copy(archive.bytes(entry, MOST_INFLATED));
    }

    private ZipArchive.Entry entry(String file) {
        ZipArchive.Entry entry = archive.entry(entryName(file));
        if (entry == null) {
            throw new InvalidModelException(describe(file) + ": no such file");
        }
        return entry;
    }

    private String entryName(String file) {
        return prefix + FileNames.check(jar + "!/" + prefix, file);
    }

    @Override
    public void copy(MemorySegment part, long from, MemorySegment to) {
        mappings.requireOpen(name);
        mappings.copy(part, from, to);
    }

    @Override
    public String describe(String file) {
        return jar + "!/" + prefix + Messages.oneLine(file);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void close() {
        mappings.close();
    }
}
