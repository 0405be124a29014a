package dev.tercet.loaders;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds a model by its folder or its id, in this order: a folder that exists, the models bundled with the program, the
 * Hugging Face cache, the Hub (unless offline). What comes from the Hub stays in the cache.
 *
 * @param hub where the cache and the Hub are
 * @param bundled the models that travel with the program
 * @param listener hears about the progress of a download
 */
public record ModelLocator(HubSettings hub, BundledModels bundled, DownloadListener listener) {
    private static final int MOST_NAMES_SHOWN = 8;

    /** As the environment of this process says. */
    public static ModelLocator ofThisProcess() {
        return new ModelLocator(HubSettings.ofThisProcess(), BundledModels.ofThisThread(), DownloadListener.NONE);
    }

    public ModelLocator withHub(HubSettings settings) {
        return new ModelLocator(settings, bundled, listener);
    }

    public ModelLocator withListener(DownloadListener downloadListener) {
        return new ModelLocator(hub, bundled, downloadListener);
    }

    /**
     * The files of a model, to be closed by the caller.
     *
     * @param idOrFolder a folder, or an id such as {@code sentence-transformers/all-MiniLM-L6-v2}, with
     *     {@code @revision} if need be
     * @throws InvalidModelException when it is nowhere (the message says what was tried), or the folder is no model
     * @throws DownloadException when the Hub cannot be reached or the download cannot be kept
     */
    public ModelFiles locate(String idOrFolder) {
        return locate(idOrFolder, ModelPart.WHOLE);
    }

    /**
     * As {@link #locate(String)}, for a part of a model: {@link ModelPart#TOKENIZER} also takes a folder that has only
     * the files of a tokenizer.
     */
    public ModelFiles locate(String idOrFolder, ModelPart part) {
        Optional<Path> path = existing(idOrFolder);
        if (path.isPresent()) {
            return folder(path.get(), idOrFolder, part);
        }
        ModelId id = id(idOrFolder);
        Optional<ModelFiles> files = bundled.find(id.toString());
        if (files.isPresent()) {
            return files.get();
        }
        Optional<CachedModel> cached = new HubCache(hub.cache()).find(id, part);
        if (cached.isPresent() && cached.get().isComplete()) {
            return ModelFiles.folder(cached.get().folder(), id.toString());
        }
        return ModelFiles.folder(pull(id, part, tried(id, cached)).folder(), id.toString());
    }

    private CachedModel pull(ModelId id, ModelPart part, String tried) {
        if (hub.offline()) {
            throw new InvalidModelException(id + " was not found: " + tried
                    + ", and offline the Hub is not asked; fetch it with \"tercet models pull " + id
                    + "\" while online, or give the folder that holds it");
        }
        try {
            return new HubDownload(hub, listener).pull(id, part);
        } catch (InvalidModelException e) {
            throw new InvalidModelException(id + " was not found: " + tried + ", and " + e.getMessage(), e);
        } catch (DownloadException e) {
            throw new DownloadException(id + " was not found: " + tried + ", and " + e.getMessage(), e);
        }
    }

    private static Optional<Path> existing(String text) {
        try {
            return text.isBlank()
                    ? Optional.empty()
                    : Optional.of(Path.of(text)).filter(Files::exists);
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    private static ModelFiles folder(Path folder, String name, ModelPart part) {
        ModelFiles files = ModelFiles.folder(folder, name);
        boolean usable = files.has("config.json")
                || (part == ModelPart.TOKENIZER
                        && Stream.of("tokenizer.json", "vocab.txt", "source.spm")
                                .anyMatch(files::has));
        if (!usable) {
            files.close();
            String expected = part == ModelPart.WHOLE
                    ? "config.json, so it is not the folder of a model"
                    : "config.json and no tokenizer.json, vocab.txt or source.spm, so it is not the folder of a"
                            + " tokenizer";
            throw new InvalidModelException(folder + " has no " + expected + "; it holds " + content(folder));
        }
        return files;
    }

    private static String content(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            List<String> names = children.map(
                            child -> Messages.oneLine(child.getFileName() + (Files.isDirectory(child) ? "/" : "")))
                    .sorted()
                    .toList();
            String shown = names.stream().limit(MOST_NAMES_SHOWN).collect(Collectors.joining(", "));
            int more = names.size() - MOST_NAMES_SHOWN;
            return names.isEmpty() ? "nothing" : more > 0 ? shown + " and " + more + " more" : shown;
        } catch (IOException e) {
            throw new InvalidModelException(folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static ModelId id(String text) {
        try {
            return ModelId.parse(text);
        } catch (InvalidModelException e) {
            throw new InvalidModelException("no folder \"" + Messages.oneLine(text) + "\", and " + e.getMessage());
        }
    }

    private String tried(ModelId id, Optional<CachedModel> cached) {
        String inCache = cached.map(model -> "incomplete in the cache " + model.folder() + " (missing: "
                        + String.join(", ", model.missing()) + ")")
                .orElse("not in the cache " + hub.cache());
        String among = bundled.ids().isEmpty()
                ? "no models are bundled"
                : "not bundled (" + String.join(", ", bundled.ids()) + " are)";
        return "no folder of this name, " + among + ", " + inCache;
    }
}
