package dev.tercet.loaders;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Requests to the Hub: redirects are followed here, one by one, so that the token goes to the Hub's own host and never
 * to the storage it redirects to; failures that may pass are told from those that stay. One download, one thread.
 *
 * <p>On {@link HttpURLConnection} and not {@code java.net.http}, because only the former limits the wait for each piece
 * of a body (a stalled transfer has to be noticed and resumed), and a program that stays offline starts no threads.
 */
final class Http {
    private static final int MOST_REDIRECTS = 10;
    private static final int MOST_DRAINED = 1 << 16;

    private static final String COMMIT = "X-Repo-Commit";

    /** Headers of the Hub that count on whichever of its answers they come, redirects included. */
    private static final String[] HUB_HEADERS = {COMMIT, "X-Linked-Etag", "X-Linked-Size"};

    /** {@code "api";r=0;t=55}: the seconds until the window ends, draft-ietf-httpapi-ratelimit-headers. */
    private static final Pattern RATE_LIMIT_RESET = Pattern.compile(";\\s*t=(\\d{1,9})");

    private final URI hub;
    private final Optional<String> token;
    private final Proxies proxies;
    private final Patience patience;
    private final DownloadListener listener;

    /** Until something has answered, a connection that cannot be made means no network rather than a bad moment. */
    private boolean answered;

    Http(HubSettings settings, Patience patience, DownloadListener listener) {
        this.hub = endpoint(settings.endpoint());
        this.token = settings.token();
        this.proxies = settings.proxies();
        this.patience = patience;
        this.listener = listener;
    }

    /** An answer whose body is still to come. */
    static final class Answer implements AutoCloseable {
        private final HttpURLConnection connection;
        private final URI address;
        private final int status;
        private final Map<String, String> hubHeaders;
        private boolean broken;

        private Answer(HttpURLConnection connection, URI address, int status, Map<String, String> hubHeaders) {
            this.connection = connection;
            this.address = address;
            this.status = status;
            this.hubHeaders = hubHeaders;
        }

        int status() {
            return status;
        }

        /** Where it came from: the end of the redirects. */
        URI address() {
            return address;
        }

        Optional<String> header(String name) {
            return Optional.ofNullable(connection.getHeaderField(name));
        }

        /** What the Hub said about the file, on a redirect or at the end. */
        Optional<String> hubHeader(String name) {
            return Optional.ofNullable(hubHeaders.get(name));
        }

        /** The length the server announces, or -1. */
        long length() {
            return connection.getContentLengthLong();
        }

        InputStream body() throws IOException {
            return connection.getInputStream();
        }

        /**
         * The failure of a body that ends too early.
         *
         * @param expected the length of the whole file, or -1
         * @param cause what reading reported, or {@code null} for a plain end
         */
        TransientFailure brokeOff(long received, long expected, IOException cause) {
            broken = true;
            String of = expected < 0 ? "" : " of " + expected;
            String reason = cause == null ? "" : " (" + reason(cause) + ")";
            return new TransientFailure(
                    shown(address) + " broke off after " + received + of + " bytes" + reason, cause);
        }

        /**
         * Reads a little that may be left, so that the connection can be used again; drops the connection otherwise.
         */
        @Override
        public void close() {
            if (broken) {
                connection.disconnect();
                return;
            }
            try (InputStream in = status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
                if (in != null && in.readNBytes(MOST_DRAINED).length == MOST_DRAINED) {
                    connection.disconnect();
                }
            } catch (IOException _) {
                connection.disconnect();
            }
        }
    }

    /** A piece of work that is tried again when it fails in a way that may pass. */
    interface Attempt<T> {
        T run() throws TransientFailure;
    }

    /**
     * Tries until it works.
     *
     * @throws DownloadException when every attempt failed
     */
    <T> T retrying(Attempt<T> attempt) {
        for (int failures = 1; ; failures++) {
            try {
                return attempt.run();
            } catch (TransientFailure failure) {
                pauseOrGiveUp(failure, failures);
            }
        }
    }

    /**
     * Waits before the next attempt.
     *
     * @param failures how many attempts have failed
     * @throws DownloadException when that is enough, or the server asks for a longer wait than is reasonable
     */
    void pauseOrGiveUp(TransientFailure failure, int failures) {
        Duration pause = failure.askedToWait().orElseGet(() -> patience.pauseAfter(failures));
        if (failures >= patience.attempts()) {
            throw new DownloadException(
                    failure.getMessage() + ", " + failures + " times; try again later, what is there is kept", failure);
        }
        if (pause.compareTo(patience.longestPause()) > 0) {
            throw new DownloadException(
                    failure.getMessage() + " and asks to wait " + pause.toSeconds() + " s; try again then", failure);
        }
        listener.pause(failure.getMessage(), pause);
        patience.sleep(pause, shown(hub));
    }

    /** The answer to a GET at the end of all redirects. */
    Answer get(URI address, Map<String, String> headers) throws TransientFailure {
        return follow("GET", address, headers);
    }

    /**
     * The answer to a HEAD for a file of a model. The redirect that leads from the Hub to its storage is the answer: it
     * says everything about the file. A redirect from one Hub to another (a mirror, a former name) is followed.
     */
    Answer head(URI address) throws TransientFailure {
        return follow("HEAD", address, Map.of());
    }

    /** The address of something on the Hub. */
    URI onHub(String path) {
        return URI.create(hub + path);
    }

    private Answer follow(String method, URI start, Map<String, String> headers) throws TransientFailure {
        Map<String, String> hubHeaders = new LinkedHashMap<>();
        URI address = start;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            Answer answer = ask(method, address, headers, hubHeaders);
            for (String name : HUB_HEADERS) {
                answer.header(name).ifPresent(value -> hubHeaders.putIfAbsent(name, value));
            }
            Optional<String> location = isRedirect(answer.status) ? answer.header("Location") : Optional.empty();
            if (location.isEmpty()) {
                return refuseUnlessMeant(answer);
            }
            URI next = target(address, location.get());
            if (method.equals("HEAD") && !sameHost(address, next) && hubHeaders.containsKey(COMMIT)) {
                return answer;
            }
            answer.close();
            address = next;
        }
        throw new DownloadException(
                shown(start) + ": more than " + MOST_REDIRECTS + " redirects, the last one to " + shown(address));
    }

    private Answer ask(String method, URI address, Map<String, String> headers, Map<String, String> hubHeaders)
            throws TransientFailure {
        HttpURLConnection connection = connection(method, address, headers);
        try {
            connection.connect();
        } catch (IOException e) {
            if (isAboutCertificates(e)) {
                throw new DownloadException(
                        shown(address) + ": the server's certificate is not trusted (" + reason(e)
                                + "); behind a proxy that replaces certificates, give Java its certificate"
                                + " (-Djavax.net.ssl.trustStore)",
                        e);
            }
            String message = shown(address) + " cannot be reached (" + reason(e) + ")";
            if (answered) {
                throw new TransientFailure(message, e);
            }
            throw new DownloadException(message + "; check the network, HTTPS_PROXY and HF_ENDPOINT", e);
        }
        try {
            int status = connection.getResponseCode();
            answered = true;
            return new Answer(connection, address, status, hubHeaders);
        } catch (IOException e) {
            connection.disconnect();
            throw new TransientFailure(shown(address) + " does not answer (" + reason(e) + ")", e);
        }
    }

    private static boolean isAboutCertificates(Throwable e) {
        boolean certificate = e instanceof CertificateException || e instanceof SSLPeerUnverifiedException;
        return certificate || (e.getCause() != null && isAboutCertificates(e.getCause()));
    }

    private HttpURLConnection connection(String method, URI address, Map<String, String> headers) {
        try {
            Optional<Proxy> proxy = proxies.of(address);
            var url = address.toURL();
            var connection =
                    (HttpURLConnection) (proxy.isPresent() ? url.openConnection(proxy.get()) : url.openConnection());
            connection.setRequestMethod(method);
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setConnectTimeout((int) patience.connect().toMillis());
            connection.setReadTimeout((int) patience.read().toMillis());
            connection.setRequestProperty("User-Agent", "tercet");
            // Compressed on the way, a file would have another length and another ETag.
            connection.setRequestProperty("Accept-Encoding", "identity");
            headers.forEach(connection::setRequestProperty);
            if (sameHost(hub, address)) {
                token.ifPresent(secret -> connection.setRequestProperty("Authorization", "Bearer " + secret));
            }
            return connection;
        } catch (IOException e) {
            throw new DownloadException(shown(address) + ": " + reason(e), e);
        }
    }

    /** The answer, unless it says that the server cannot answer now. */
    private static Answer refuseUnlessMeant(Answer answer) throws TransientFailure {
        int status = answer.status;
        if (status == 407) {
            answer.close();
            throw new DownloadException(
                    shown(answer.address) + ": the proxy asks for a password, which Tercet does not send; allow this"
                            + " address in the proxy, or fetch the model into the cache with another tool");
        }
        if (status == 408 || status == 429 || status >= 500) {
            Optional<Duration> wait = retryAfter(answer);
            answer.close();
            throw new TransientFailure(shown(answer.address) + " answers " + status, wait);
        }
        return answer;
    }

    private static Optional<Duration> retryAfter(Answer answer) {
        Optional<String> after = answer.header("Retry-After").map(String::strip);
        if (after.isEmpty()) {
            return answer.header("RateLimit")
                    .map(RATE_LIMIT_RESET::matcher)
                    .filter(Matcher::find)
                    .map(reset -> Duration.ofSeconds(Long.parseLong(reset.group(1))));
        }
        return after.flatMap(text -> {
            if (text.matches("\\d{1,9}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
            }
            try {
                Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
                Duration wait = Duration.between(Instant.now(), date);
                return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
            } catch (DateTimeParseException _) {
                return Optional.empty();
            }
        });
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static URI target(URI from, String location) {
        URI target;
        try {
            target = from.resolve(new URI(escapeIllegal(location)));
        } catch (URISyntaxException e) {
            throw new DownloadException(shown(from) + " redirects to something that is no address", e);
        }
        boolean secure = "https".equalsIgnoreCase(target.getScheme());
        if (target.getHost() == null || !(secure || "http".equalsIgnoreCase(target.getScheme()))) {
            throw new DownloadException(shown(from) + " redirects to " + shown(target) + ", expected http or https");
        }
        if (!secure && from.getScheme().equalsIgnoreCase("https")) {
            throw new DownloadException(
                    shown(from) + " redirects to " + shown(target) + ", which is not secure: refused");
        }
        return target;
    }

    /** Percent-encodes what {@link URI} refuses; servers are not as strict with signed addresses. */
    private static String escapeIllegal(String location) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : location.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7f && "\"<>\\^`{|}".indexOf(b) < 0) {
                escaped.append((char) b);
            } else {
                escaped.append("%%%02X".formatted(b & 0xff));
            }
        }
        return escaped.toString();
    }

    private static boolean sameHost(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static int port(URI address) {
        if (address.getPort() >= 0) {
            return address.getPort();
        }
        return address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    private static URI endpoint(String text) {
        try {
            URI address = new URI(text);
            boolean http =
                    "https".equalsIgnoreCase(address.getScheme()) || "http".equalsIgnoreCase(address.getScheme());
            boolean plain =
                    address.getUserInfo() == null && address.getQuery() == null && address.getFragment() == null;
            if (http && plain && address.getHost() != null) {
                return address;
            }
        } catch (URISyntaxException _) {
            // Reported below with every other address that is none.
        }
        throw new InvalidModelException("the address of the Hub (HF_ENDPOINT) is \"" + Messages.oneLine(text)
                + "\", expected one such as https://huggingface.co");
    }

    /** An address as a message shows it: without the query, where signed addresses keep their secret. */
    static String shown(URI address) {
        String path = address.getPath() == null ? "" : address.getPath();
        return Messages.oneLine(address.getScheme() + "://" + address.getHost()
                + (address.getPort() < 0 ? "" : ":" + address.getPort()) + path);
    }

    static String reason(IOException e) {
        String name = e.getClass().getSimpleName().replaceFirst("Exception$", "");
        return e.getMessage() == null ? name : name + ": " + Messages.oneLine(e.getMessage());
    }
}
