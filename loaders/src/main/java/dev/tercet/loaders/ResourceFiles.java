package dev.tercet.loaders;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.net.URL;
import java.util.Optional;
import java.util.function.Function;

/**
 * A model among the resources of a class loader that are neither in a folder nor in a jar of their own: a jar inside a
 * jar, a jlink image. Nothing there can be mapped, so {@link #map} copies a file into memory, once.
 */
final class ResourceFiles implements ModelFiles {
    private final Function<String, URL> resources;
    private final String prefix;
    private final String name;
    private final Mappings mappings = new Mappings();

    /**
     * @param resources finds a resource by its full name, {@code null} when there is none
     * @param prefix the folder of the model, with a slash at the end
     * @param name what the user calls the model
     */
    ResourceFiles(Function<String, URL> resources, String prefix, String name) {
        this.resources = resources;
        this.prefix = prefix;
        this.name = name;
    }

    @Override
    public boolean has(String file) {
        return find(file).isPresent();
    }

    @Override
    public byte[] read(String file, long limit) {
        mappings.requireOpen(name);
        try (InputStream in = open(file)) {
            byte[] bytes = in.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE - 8));
            if (bytes.length > limit) {
                throw new InvalidModelException(describe(file) + " has more than the " + limit + " bytes accepted");
            }
            return bytes;
        } catch (IOException e) {
            throw new InvalidModelException(describe(file) + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public MemorySegment map(String file) {
        mappings.requireOpen(name);
        return mappings.of(file, _ -> mappings.copy(read(file, JarFiles.MOST_INFLATED)));
    }

    private InputStream open(String file) throws IOException {
        return find(file)
                .orElseThrow(() -> new InvalidModelException(describe(file) + ": no such file"))
                .openStream();
    }

    private Optional<URL> find(String file) {
        return Optional.ofNullable(resources.apply(prefix + FileNames.check(prefix, file)));
    }

    @Override
    public String describe(String file) {
        return prefix + Messages.oneLine(file);
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
