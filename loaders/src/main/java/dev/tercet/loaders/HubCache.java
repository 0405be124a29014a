package dev.tercet.loaders;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The Hugging Face cache of this machine, shared with Python and every other tool that knows its layout:
 *
 * <pre>
 * models--organisation--name/
 *   refs/main                    the commit that the revision main stands for
 *   snapshots/COMMIT/config.json → ../../blobs/HASH
 *   blobs/HASH                   the content
 * </pre>
 *
 * This class reads it; {@link HubDownload} fills it. Safe for use by many threads.
 *
 * @see <a href="https://huggingface.co/docs/huggingface_hub/guides/manage-cache">Understand caching</a>
 */
public final class HubCache {
    static final String MODULES = "modules.json";

    private static final String MODELS = "models--";

    private final Path folder;

    /** @param folder the cache, which need not exist yet; usually {@link HubSettings#cache()} */
    public HubCache(Path folder) {
        this.folder = folder;
    }

    /** The folder that holds the {@code models--organisation--name} folders. */
    public Path folder() {
        return folder;
    }

    /** The model as the cache has it; empty when it knows nothing of this revision. */
    public Optional<CachedModel> find(ModelId id) {
        return find(id, ModelPart.WHOLE);
    }

    /**
     * The model as the cache has it; empty when it knows nothing of this revision.
     *
     * @param part what {@link CachedModel#missing()} is about
     */
    public Optional<CachedModel> find(ModelId id, ModelPart part) {
        return commit(id)
                .filter(commit -> Files.isDirectory(snapshot(id, commit)))
                .map(commit -> describe(id, commit, part));
    }

    /**
     * All models of the cache, complete or not, by id: one for each branch or tag, and each commit that has neither.
     */
    public List<CachedModel> list() {
        List<CachedModel> models = new ArrayList<>();
        for (Path repository : children(folder)) {
            String name = repository.getFileName().toString();
            if (name.startsWith(MODELS)) {
                models.addAll(list(repository, name.substring(MODELS.length()).replaceFirst("--", "/")));
            }
        }
        models.sort(Comparator.comparing(model -> model.id().toString()));
        return models;
    }

    private List<CachedModel> list(Path repository, String name) {
        List<CachedModel> models = new ArrayList<>();
        Set<String> named = new HashSet<>();
        for (String revision : references(repository.resolve("refs"))) {
            id(name, revision).flatMap(this::find).ifPresent(model -> {
                named.add(model.commit());
                models.add(model);
            });
        }
        for (Path snapshot : children(repository.resolve("snapshots"))) {
            String commit = snapshot.getFileName().toString();
            if (ModelId.isCommit(commit) && !named.contains(commit)) {
                id(name, commit).flatMap(this::find).ifPresent(models::add);
            }
        }
        return models;
    }

    /** Folders that are not named like a model belong to somebody else. */
    private static Optional<ModelId> id(String repository, String revision) {
        try {
            return Optional.of(new ModelId(repository, revision));
        } catch (InvalidModelException _) {
            return Optional.empty();
        }
    }

    /** The commit of a revision, as the last download noted it. A reference that holds no commit counts as none. */
    private Optional<String> commit(ModelId id) {
        if (id.isCommit()) {
            return Optional.of(id.revision());
        }
        Path reference = reference(id);
        try {
            if (!Files.isRegularFile(reference)) {
                return Optional.empty();
            }
            return Optional.of(Files.readString(reference).strip()).filter(ModelId::isCommit);
        } catch (IOException e) {
            throw new InvalidModelException(reference + " cannot be read: " + e.getMessage(), e);
        }
    }

    private CachedModel describe(ModelId id, String commit, ModelPart part) {
        Path snapshot = snapshot(id, commit);
        Set<String> present = new TreeSet<>();
        Set<String> dangling = new TreeSet<>();
        long[] bytes = new long[1];
        visit(snapshot, (file, size) -> {
            String name = snapshot.relativize(file).toString().replace('\\', '/');
            (size < 0 ? dangling : present).add(name);
            bytes[0] += Math.max(size, 0);
        });
        return new CachedModel(id, commit, snapshot, bytes[0], missing(snapshot, present, dangling, part));
    }

    private static List<String> missing(Path snapshot, Set<String> present, Set<String> dangling, ModelPart part) {
        Set<String> known = new TreeSet<>(present);
        known.addAll(dangling);
        List<String> missing = new ArrayList<>();
        Set<String> listed = new TreeSet<>();
        Set<String> folders = ListedFiles.Modules.NONE.folders();
        try (ModelFiles files = ModelFiles.folder(snapshot)) {
            if (part == ModelPart.WHOLE && present.contains(MODULES)) {
                ListedFiles.Modules modules =
                        ListedFiles.modules(files.read(MODULES, JsonObject.MAX_CONFIG_BYTES), files.describe(MODULES));
                folders = modules.folders();
                listed.addAll(modules.configurations());
            }
            for (String file : NeededFiles.of(present, part, folders)) {
                if (NeededFiles.isIndex(file)) {
                    listed.addAll(ListedFiles.shards(file, JsonObject.read(files, file)));
                }
            }
        } catch (InvalidModelException e) {
            missing.add("a readable list of its files (" + e.getMessage() + ")");
        }
        missing.addAll(NeededFiles.missing(known, part, folders));
        NeededFiles.of(known, part, folders).stream()
                .filter(dangling::contains)
                .forEach(file -> missing.add(file + " (its blob is gone)"));
        listed.stream()
                .filter(file -> !present.contains(file) && !dangling.contains(file))
                .forEach(missing::add);
        listed.stream().filter(dangling::contains).forEach(file -> missing.add(file + " (its blob is gone)"));
        return missing;
    }

    /** Receives each file of a snapshot with its size, or -1 for a link that leads nowhere. */
    private interface Visitor {
        void visit(Path file, long size) throws IOException;
    }

    private static void visit(Path snapshot, Visitor visitor) {
        try {
            Files.walkFileTree(snapshot, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    visitor.visit(file, Files.isRegularFile(file) ? Files.size(file) : -1);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new InvalidModelException(snapshot + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Names of branches and tags; they may contain slashes. */
    private static List<String> references(Path references) {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(references)) {
            visit(
                    references,
                    (file, _) ->
                            names.add(references.relativize(file).toString().replace('\\', '/')));
        }
        return names;
    }

    private static List<Path> children(Path parent) {
        List<Path> children = new ArrayList<>();
        if (!Files.isDirectory(parent)) {
            return children;
        }
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(parent, Files::isDirectory)) {
            stream.forEach(children::add);
        } catch (IOException e) {
            throw new InvalidModelException(parent + " cannot be read: " + e.getMessage(), e);
        }
        return children;
    }

    /** The folder of one model. */
    Path repository(ModelId id) {
        return folder.resolve(MODELS + id.repository().replace("/", "--"));
    }

    Path snapshot(ModelId id, String commit) {
        return repository(id).resolve("snapshots").resolve(commit);
    }

    Path reference(ModelId id) {
        return repository(id).resolve("refs").resolve(id.revision());
    }

    Path blobs(ModelId id) {
        return repository(id).resolve("blobs");
    }

    /** Where the locks of one model are, beside those of the Python library. */
    Path locks(ModelId id) {
        return folder.resolve(".locks").resolve(repository(id).getFileName());
    }
}
