package dev.tercet.loaders;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the Hub and its cache are, as the environment says it to every Hugging Face tool. Immutable.
 *
 * @see <a href="https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables">Environment
 *     variables</a>
 */
public final class HubSettings {
    private static final String PUBLIC_HUB = "https://huggingface.co";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final Pattern TOKEN = Pattern.compile("[!-~]+");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");

    private final Map<String, String> environment;
    private final Path cache;
    private final String endpoint;
    private final boolean offline;
    private final Optional<String> token;

    private HubSettings(
            Map<String, String> environment, Path cache, String endpoint, boolean offline, Optional<String> token) {
        this.environment = environment;
        this.cache = cache;
        this.endpoint = endpoint.replaceFirst("/+$", "");
        this.offline = offline;
        this.token = token;
    }

    /**
     * The settings of an environment: {@code HF_HUB_CACHE}, {@code HF_HOME}, {@code XDG_CACHE_HOME};
     * {@code HF_ENDPOINT}; {@code HF_TOKEN}, {@code HUGGING_FACE_HUB_TOKEN}, or the file that {@code HF_TOKEN_PATH}
     * names, by default {@code $HF_HOME/token}; {@code HF_HUB_OFFLINE}; {@code HF_HUB_DISABLE_SYMLINKS};
     * {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code NO_PROXY}.
     *
     * <p>What only the network needs (the endpoint, the token, the proxies) is checked when it is first used, so that a
     * mistake there does not keep anybody from a local model.
     *
     * @param environment usually {@link System#getenv()}
     * @throws InvalidModelException when the folder of the cache is not a path on this system
     */
    public static HubSettings of(Map<String, String> environment) {
        return new HubSettings(
                environment,
                cache(environment),
                value(environment, "HF_ENDPOINT").orElse(PUBLIC_HUB),
                isTrue(environment, "HF_HUB_OFFLINE") || isTrue(environment, "TRANSFORMERS_OFFLINE"),
                Optional.empty());
    }

    /** The settings of this process. */
    public static HubSettings ofThisProcess() {
        return of(System.getenv());
    }

    /** The folder that holds the {@code models--organisation--name} folders. */
    public Path cache() {
        return cache;
    }

    /** The address of the Hub, without a slash at the end. */
    public String endpoint() {
        return endpoint;
    }

    /** Whether the Hub must not be asked. */
    public boolean offline() {
        return offline;
    }

    /**
     * The user's access token; it is sent to the endpoint's own host only.
     *
     * @throws InvalidModelException when the token file is there but cannot be read, or the token is none
     */
    Optional<String> token() {
        Optional<String> found = token;
        if (found.isEmpty() && !isTrue(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            found = value(environment, "HF_TOKEN")
                    .or(() -> value(environment, "HUGGING_FACE_HUB_TOKEN"))
                    .or(() -> tokenFile(path(environment, "HF_TOKEN_PATH")
                            .orElseGet(() -> home(environment).resolve("token"))));
        }
        if (found.isPresent() && !TOKEN.matcher(found.get()).matches()) {
            throw new InvalidModelException(
                    "the Hub token (HF_TOKEN or the token file) has characters that no token has;"
                            + " expected one such as hf_… on a single line");
        }
        return found;
    }

    /** Whether files of a snapshot may be symbolic links where the disk has them. */
    boolean symbolicLinks() {
        return !isTrue(environment, "HF_HUB_DISABLE_SYMLINKS");
    }

    /** @throws InvalidModelException when a proxy setting is no address */
    Proxies proxies() {
        return Proxies.of(environment);
    }

    public HubSettings withCache(Path folder) {
        return new HubSettings(environment, folder, endpoint, offline, token);
    }

    public HubSettings withEndpoint(String address) {
        return new HubSettings(environment, cache, address, offline, token);
    }

    public HubSettings withToken(String accessToken) {
        return new HubSettings(environment, cache, endpoint, offline, Optional.of(accessToken));
    }

    public HubSettings withOffline(boolean stayOffline) {
        return new HubSettings(environment, cache, endpoint, stayOffline, token);
    }

    private static Path home(Map<String, String> environment) {
        return path(environment, "HF_HOME").orElseGet(() -> path(environment, "XDG_CACHE_HOME")
                .orElseGet(() -> userHome(environment).resolve(".cache"))
                .resolve("huggingface"));
    }

    private static Path cache(Map<String, String> environment) {
        return path(environment, "HF_HUB_CACHE")
                .or(() -> path(environment, "HUGGINGFACE_HUB_CACHE"))
                .orElseGet(() -> home(environment).resolve("hub"));
    }

    private static Optional<String> tokenFile(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(file).strip()).filter(token -> !token.isEmpty());
        } catch (IOException e) {
            throw new InvalidModelException(
                    file + ": the Hub token cannot be read (" + e.getMessage() + "); set HF_TOKEN instead", e);
        }
    }

    /** A setting without surrounding white space; a blank one counts as absent. */
    static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    private static boolean isTrue(Map<String, String> environment, String name) {
        return value(environment, name)
                .filter(text -> TRUE.contains(text.toUpperCase(Locale.ROOT)))
                .isPresent();
    }

    /** A path setting, with {@code ~} and {@code $VARIABLE} expanded as Hugging Face's Python does. */
    private static Optional<Path> path(Map<String, String> environment, String name) {
        return value(environment, name).map(text -> {
            String path = VARIABLE.matcher(text)
                    .replaceAll(match -> Matcher.quoteReplacement(environment.getOrDefault(
                            match.group(1) != null ? match.group(1) : match.group(2), match.group())));
            boolean belowHome = path.equals("~") || path.startsWith("~/") || path.startsWith("~\\");
            try {
                return belowHome
                        ? userHome(environment).resolve(path.substring(Math.min(2, path.length())))
                        : Path.of(path);
            } catch (InvalidPathException e) {
                throw new InvalidModelException(
                        name + " is \"" + Messages.oneLine(text) + "\", expected the path of a folder", e);
            }
        });
    }

    private static Path userHome(Map<String, String> environment) {
        return Path.of(value(environment, "HOME").orElseGet(() -> System.getProperty("user.home")));
    }

    /** Everything but the token. */
    @Override
    public String toString() {
        return "HubSettings[cache=" + cache + ", endpoint=" + endpoint + ", offline=" + offline + "]";
    }
}
