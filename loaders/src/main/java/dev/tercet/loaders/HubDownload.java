package dev.tercet.loaders;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Fetches models from the Hub into the cache: the configuration, the tokenizer and the weights in one format
 * (safetensors where there are any, else {@code pytorch_model.bin}), and nothing else.
 *
 * <p>Nothing half-written is ever visible. A file grows under a name of its own that ends in {@code .incomplete}; a
 * download that is broken off goes on there next time. When its size and hash are right it gets its place among the
 * blobs; when all files are there the snapshot gets its links, {@code config.json} last; and last of all the branch or
 * tag points to the commit. Two processes that fetch one model take turns.
 */
public final class HubDownload {
    private static final Duration LOCK_POLL = Duration.ofMillis(200);

    private final HubSettings settings;
    private final HubCache cache;
    private final Patience patience;
    private final DownloadListener listener;

    /** @param listener hears about progress; {@link DownloadListener#NONE} for nobody */
    public HubDownload(HubSettings settings, DownloadListener listener) {
        this(settings, listener, Patience.USUAL);
    }

    HubDownload(HubSettings settings, DownloadListener listener, Patience patience) {
        this.settings = settings;
        this.cache = new HubCache(settings.cache());
        this.listener = listener;
        this.patience = patience;
    }

    /**
     * Fetches what the cache lacks of a model at the newest commit of its revision. When it lacks nothing, the Hub is
     * still asked for that commit.
     *
     * @return the model in the cache, complete
     * @throws InvalidModelException when the Hub knows no such model or revision, or the model has nothing that Tercet
     *     reads
     * @throws DownloadException when the Hub cannot be reached or refuses access, what it sends is not what it
     *     announced, or the cache cannot be written; also when the settings are offline
     */
    public CachedModel pull(ModelId id) {
        return pull(id, ModelPart.WHOLE);
    }

    /** As {@link #pull(ModelId)}, for a part of a model. */
    public CachedModel pull(ModelId id, ModelPart part) {
        if (settings.offline()) {
            throw new DownloadException(
                    id + " cannot be fetched offline; leave out --offline and unset HF_HUB_OFFLINE");
        }
        HubClient client = new HubClient(settings, patience, listener);
        HubClient.RemoteModel remote = client.model(id);
        requireModel(remote, part);
        Storage.createFolders(cache.blobs(id));
        Storage.createFolders(cache.locks(id));
        try (FileChannel channel = openLock(id);
                FileLock lock = lock(channel, id)) {
            assert lock.isValid();
            new Pull(client, remote, part).run();
        } catch (IOException e) {
            throw new DownloadException(
                    cache.locks(id) + " cannot be locked: " + Http.reason(e)
                            + "; set HF_HUB_CACHE to a folder on a local disk",
                    e);
        }
        CachedModel model = cache.find(id, part)
                .orElseThrow(() -> new DownloadException(id + " was removed from the cache while it was fetched"));
        if (!model.isComplete()) {
            throw new InvalidModelException(page(id) + " lacks " + String.join(", ", model.missing()));
        }
        return model;
    }

    /** Refuses what is no model before anything is kept of it. */
    private void requireModel(HubClient.RemoteModel remote, ModelPart part) {
        Set<String> folders = NeededFiles.possibleFolders(remote.files());
        Set<String> needed = NeededFiles.of(remote.files(), part, folders);
        List<String> missing = NeededFiles.missing(needed, part, folders);
        if (!missing.isEmpty()) {
            throw new InvalidModelException(page(remote.id()) + " has no " + String.join(", no ", missing)
                    + "; Tercet reads BERT and Marian models in the Hugging Face form");
        }
    }

    private String page(ModelId id) {
        return settings.endpoint() + "/" + id.repository();
    }

    private FileChannel openLock(ModelId id) throws IOException {
        return FileChannel.open(
                cache.locks(id).resolve("tercet.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** Waits for another thread or process that fetches the same model; each of its own steps has a time limit. */
    private FileLock lock(FileChannel channel, ModelId id) throws IOException {
        for (boolean first = true; ; first = false) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (first) {
                listener.pause("another process fetches " + id, LOCK_POLL);
            }
            patience.sleep(LOCK_POLL, id.toString());
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null; // held by another thread of this process
        }
    }

    /** One model being fetched, with the lock held. */
    private final class Pull {
        private final HubClient client;
        private final HubClient.RemoteModel remote;
        private final Path blobs;
        private final Path snapshot;
        private final ModelPart part;

        /** What has to be linked, in the order it was found. */
        private final List<RemoteFile> found = new ArrayList<>();

        private int filesBegun;
        private long bytesBefore;

        Pull(HubClient client, HubClient.RemoteModel remote, ModelPart part) {
            this.client = client;
            this.remote = remote;
            this.blobs = cache.blobs(remote.id());
            this.snapshot = cache.snapshot(remote.id(), remote.commit());
            this.part = part;
        }

        void run() {
            Set<String> needed = needed();
            needed.stream().filter(this::isNew).forEach(this::ask);
            Storage.requireSpace(blobs, bytesToCome());
            found.forEach(this::bring);
            linkAll();
            if (!remote.id().isCommit()) {
                write(cache.reference(remote.id()), remote.commit());
            }
        }

        /** The files that list other files are fetched first: they say what else is needed. */
        private Set<String> needed() {
            List<String> offered = remote.files();
            var modules = part == ModelPart.WHOLE && offered.contains(HubCache.MODULES)
                    ? ListedFiles.modules(content(HubCache.MODULES), HubCache.MODULES)
                    : ListedFiles.Modules.NONE;
            Set<String> needed = NeededFiles.of(offered, part, modules.folders());
            Set<String> listed = new TreeSet<>(modules.configurations());
            needed.stream()
                    .filter(NeededFiles::isIndex)
                    .forEach(
                            index -> listed.addAll(ListedFiles.shards(index, JsonObject.parse(content(index), index))));
            for (String file : listed) {
                if (!offered.contains(file)) {
                    throw new InvalidModelException(page(remote.id()) + " lists " + Messages.oneLine(file)
                            + " among its files but has no such file");
                }
            }
            needed.addAll(listed);
            return needed;
        }

        /** The content of a small file that says which others there are. */
        private byte[] content(String name) {
            Path path = snapshot.resolve(name);
            if (isNew(name)) {
                RemoteFile file = ask(name);
                requireSmall(name, file.size());
                bring(file);
                path = blob(file);
            }
            try {
                requireSmall(name, Files.size(path));
                return Files.readAllBytes(path);
            } catch (IOException e) {
                throw new InvalidModelException(path + " cannot be read: " + Http.reason(e), e);
            }
        }

        private void requireSmall(String name, long size) {
            if (size > JsonObject.MAX_CONFIG_BYTES) {
                throw new InvalidModelException(page(remote.id()) + " has a " + name + " of " + size
                        + " bytes, more than the " + JsonObject.MAX_CONFIG_BYTES + " accepted for this file");
            }
        }

        private boolean isNew(String name) {
            // Files of a commit do not change, so what the snapshot has is what the Hub has.
            return !Files.isRegularFile(snapshot.resolve(name))
                    && found.stream().noneMatch(file -> file.name().equals(name));
        }

        private RemoteFile ask(String name) {
            RemoteFile file = client.file(remote, name);
            found.add(file);
            return file;
        }

        private long bytesToCome() {
            long bytes = 0;
            for (RemoteFile file : found) {
                if (file.size() >= 0 && !isThere(file)) {
                    bytes += file.size() - Math.min(file.size(), size(incomplete(file)));
                }
            }
            return bytes;
        }

        /** Makes sure that the blob of a file is there and right. */
        private void bring(RemoteFile file) {
            filesBegun = found.indexOf(file) + 1;
            bytesBefore = found.subList(0, filesBegun - 1).stream()
                    .mapToLong(earlier -> Math.max(earlier.size(), 0))
                    .sum();
            if (!isThere(file)) {
                fetchChecked(file);
                move(incomplete(file), blob(file));
            }
            report(file, size(blob(file)));
        }

        /** Fetches a file; a wrong hash after a resumed transfer gets one more try from the start. */
        private void fetchChecked(RemoteFile file) {
            Path incomplete = incomplete(file);
            boolean resumed = size(incomplete) > 0;
            client.fetch(file, incomplete, bytes -> report(file, bytes));
            String hash = hash(file, incomplete);
            if (!hash.equals(file.hash()) && resumed) {
                delete(incomplete);
                client.fetch(file, incomplete, bytes -> report(file, bytes));
                hash = hash(file, incomplete);
            }
            if (!hash.equals(file.hash())) {
                delete(incomplete);
                throw new DownloadException(file.name() + " of " + remote.id() + " arrived with "
                        + file.algorithm() + " " + hash + ", expected " + file.hash()
                        + "; it was deleted, try again or check HF_ENDPOINT");
            }
        }

        private String hash(RemoteFile file, Path path) {
            try {
                return file.hashOf(path);
            } catch (IOException e) {
                throw Storage.failed(path, e);
            }
        }

        private void report(RemoteFile file, long fileBytes) {
            long size = found.stream().mapToLong(f -> Math.max(f.size(), 0)).sum();
            listener.progress(new DownloadProgress(
                    remote.id().toString(),
                    file.name(),
                    filesBegun,
                    found.size(),
                    fileBytes,
                    file.size(),
                    bytesBefore + fileBytes,
                    size));
        }

        /** A blob of the right size; its hash was checked before it got its name. */
        private boolean isThere(RemoteFile file) {
            Path blob = blob(file);
            return Files.isRegularFile(blob) && (file.size() < 0 || size(blob) == file.size());
        }

        private Path blob(RemoteFile file) {
            return blobs.resolve(file.hash());
        }

        /** Not the name that Python uses, whose locks are of another kind and do not keep us apart. */
        private Path incomplete(RemoteFile file) {
            return blobs.resolve(file.hash() + ".tercet.incomplete");
        }

        private void linkAll() {
            found.stream().filter(file -> !file.name().equals("config.json")).forEach(this::link);
            found.stream().filter(file -> file.name().equals("config.json")).forEach(this::link);
        }

        private void link(RemoteFile file) {
            Path link = snapshot.resolve(file.name());
            Path blob = blob(file);
            Storage.createFolders(link.getParent());
            try {
                Files.deleteIfExists(link); // it led nowhere, or the file would not have been fetched
                if (settings.symbolicLinks()
                        && linkSymbolically(link, link.getParent().relativize(blob))) {
                    return;
                }
                linkOrCopy(link, blob);
            } catch (FileAlreadyExistsException _) {
                // Python made the same link in this moment.
            } catch (IOException e) {
                throw Storage.failed(link, e);
            }
        }

        private static boolean linkSymbolically(Path link, Path target) throws FileAlreadyExistsException {
            try {
                Files.createSymbolicLink(link, target);
                return true;
            } catch (FileAlreadyExistsException e) {
                throw e;
            } catch (IOException | UnsupportedOperationException _) {
                return false; // Windows without developer mode, FAT, some network disks
            }
        }

        private static void linkOrCopy(Path link, Path blob) throws IOException {
            try {
                Files.createLink(link, blob);
            } catch (FileAlreadyExistsException e) {
                throw e;
            } catch (IOException | UnsupportedOperationException _) {
                Path copy = link.resolveSibling(link.getFileName() + ".tercet.incomplete");
                Files.copy(blob, copy, StandardCopyOption.REPLACE_EXISTING);
                move(copy, link);
            }
        }
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw Storage.failed(file, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw Storage.failed(file, e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new DownloadException(to + ": this disk cannot rename files; set HF_HUB_CACHE to another", e);
        } catch (IOException e) {
            throw Storage.failed(to, e);
        }
    }

    private static void write(Path file, String text) {
        Storage.createFolders(file.getParent());
        Path incomplete = file.resolveSibling(file.getFileName() + ".tercet.incomplete");
        try {
            Files.write(incomplete, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw Storage.failed(file, e);
        }
        move(incomplete, file);
    }
}
