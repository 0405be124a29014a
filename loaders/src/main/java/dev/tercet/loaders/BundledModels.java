package dev.tercet.loaders;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Models that travel with the program, as resources on its class path or module path:
 * {@code META-INF/tercet/models.list} names their ids, one on a line, and the files of a model lie in
 * {@code META-INF/tercet/models/ID/}. Several jars may bring such a list; where two name the same id, the first on the
 * path is taken. Immutable.
 */
public final class BundledModels {
    private static final String LIST = "META-INF/tercet/models.list";
    private static final String FOLDER = "META-INF/tercet/models/";
    private static final int LONGEST_LIST = 1 << 16;

    private final Map<String, Place> places;

    /**
     * Where one model was found.
     *
     * @param list the address of the list that names it
     */
    private record Place(ClassLoader loader, URL list) {}

    private BundledModels(Map<String, Place> places) {
        this.places = Collections.unmodifiableMap(places);
    }

    /** What the thread's context class loader and Tercet's own see. */
    public static BundledModels ofThisThread() {
        Set<ClassLoader> loaders = new LinkedHashSet<>();
        if (Thread.currentThread().getContextClassLoader() != null) {
            loaders.add(Thread.currentThread().getContextClassLoader());
        }
        loaders.add(BundledModels.class.getClassLoader());
        return of(loaders);
    }

    /**
     * What the given class loaders see, the first one first.
     *
     * @throws InvalidModelException when a list cannot be read or names something that is not a model id
     */
    public static BundledModels of(Set<ClassLoader> loaders) {
        Map<String, Place> places = new TreeMap<>();
        for (ClassLoader loader : loaders) {
            try {
                for (URL list : Collections.list(loader.getResources(LIST))) {
                    ids(list).forEach(id -> places.putIfAbsent(id, new Place(loader, list)));
                }
            } catch (IOException e) {
                throw new InvalidModelException(LIST + " cannot be read: " + e.getMessage(), e);
            }
        }
        return new BundledModels(places);
    }

    /** The ids of all bundled models, sorted. */
    public Set<String> ids() {
        return places.keySet();
    }

    /** The files of a bundled model, to be closed by the caller; empty when there is none of this id. */
    public Optional<ModelFiles> find(String id) {
        return Optional.ofNullable(places.get(id)).map(place -> open(place, id));
    }

    private static ModelFiles open(Place place, String id) {
        String prefix = FOLDER + id + "/";
        try {
            switch (place.list.getProtocol()) {
                case "file" -> {
                    Path list = Path.of(place.list.toURI());
                    return ModelFiles.folder(list.resolveSibling("models").resolve(id), id);
                }
                case "jar" -> {
                    URI jar = ((JarURLConnection) place.list.openConnection())
                            .getJarFileURL()
                            .toURI();
                    if (jar.getScheme().equals("file")) {
                        return JarFiles.open(Path.of(jar), prefix, id);
                    }
                }
                default -> {}
            }
        } catch (IOException | URISyntaxException e) {
            throw new InvalidModelException(id + ": " + place.list + " cannot be opened: " + e.getMessage(), e);
        }
        return new ResourceFiles(place.loader::getResource, prefix, id);
    }

    private static List<String> ids(URL list) throws IOException {
        // Without the connection's cache: that would keep the jar open after its class loader is closed.
        var connection = list.openConnection();
        connection.setUseCaches(false);
        try (InputStream in = connection.getInputStream()) {
            String text = new String(in.readNBytes(LONGEST_LIST), StandardCharsets.UTF_8);
            List<String> ids = text.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
            for (String id : ids) {
                if (!ModelId.parse(id).toString().equals(id) || id.contains("@")) {
                    throw new InvalidModelException(list + ": \"" + id + "\" is not a model id");
                }
            }
            return ids;
        }
    }
}
