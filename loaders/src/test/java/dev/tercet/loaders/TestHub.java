package dev.tercet.loaders;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * A Hub on the loopback interface with one model: it answers under the addresses and with the headers of the real one,
 * keeps small files itself (behind a relative redirect) and sends for large ones to a storage on another port.
 */
final class TestHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    static final String MODULES = "[{\"path\":\"1_Pooling\",\"type\":\"sentence_transformers.models.Pooling\"}]";

    final HttpServer hub;
    final HttpServer storage;
    final ModelId id = ModelId.parse("org/name");
    final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

    /** Small files; their ETag is that of git. */
    final Map<String, byte[]> small = new TreeMap<>();

    /** Files in large-file storage; their ETag is the SHA-256. */
    final Map<String, byte[]> large = new TreeMap<>();

    String commit = COMMIT;

    /** What the storage calls the version of a file; the real one uses other ETags than the Hub, too. */
    String storageVersion = "\"v1\"";

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Deque<Reply>> replies = new LinkedHashMap<>();

    record Request(String server, String method, String path, String token, String range, String ifRange) {}

    /** What a server does instead of its duty. */
    interface Reply {
        void send(HttpExchange exchange, byte[] content) throws IOException;
    }

    TestHub() {
        try {
            var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            hub = HttpServer.create(anyPort, 0);
            storage = HttpServer.create(anyPort, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        serve(hub, "hub", this::answerAsHub);
        serve(storage, "storage", this::answerAsStorage);
    }

    /** The needed files of a small model, and some that nobody needs. */
    TestHub withModel(byte[] weights) {
        small.put("config.json", "{\"model_type\":\"bert\"}".getBytes(UTF_8));
        small.put("tokenizer.json", "{}".getBytes(UTF_8));
        small.put("modules.json", MODULES.getBytes(UTF_8));
        small.put("1_Pooling/config.json", "{}".getBytes(UTF_8));
        small.put(".gitattributes", "x".getBytes(UTF_8));
        large.put("model.safetensors", weights);
        large.put("pytorch_model.bin", new byte[10]);
        large.put("onnx/model.onnx", new byte[10]);
        large.put("openvino/openvino_model.bin", new byte[10]);
        large.put("tf_model.h5", new byte[10]);
        large.put("flax_model.msgpack", new byte[10]);
        large.put("rust_model.ot", new byte[10]);
        return this;
    }

    /** The files of the model that a download fetches. */
    List<String> needed() {
        return List.of("config.json", "tokenizer.json", "modules.json", "1_Pooling/config.json", "model.safetensors");
    }

    String endpoint() {
        return address(hub);
    }

    static String address(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /**
     * Answers the next requests in another way.
     *
     * @param request {@code METHOD server end-of-path}, as in {@code GET storage model.safetensors}
     */
    void next(String request, Reply... instead) {
        replies.computeIfAbsent(request, _ -> new ArrayDeque<>()).addAll(Arrays.asList(instead));
    }

    /** Only a status and headers, {@code name: value}. */
    static Reply status(int status, String... headers) {
        return (exchange, _) -> {
            for (String header : headers) {
                int colon = header.indexOf(':');
                exchange.getResponseHeaders()
                        .add(
                                header.substring(0, colon),
                                header.substring(colon + 1).strip());
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** The content, or the rest that was asked for, is announced, but only so many bytes of it are sent. */
    static Reply breakOffAfter(int bytes) {
        return (exchange, content) -> {
            int start = start(exchange);
            if (start > 0) {
                exchange.getResponseHeaders().add("Content-Range", contentRange(start, content.length));
            }
            exchange.sendResponseHeaders(start > 0 ? 206 : 200, content.length - start);
            exchange.getResponseBody().write(content, start, bytes);
            exchange.getResponseBody().flush();
        };
    }

    /** Where the range starts that was asked for; 0 for the whole. */
    private static int start(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.replaceFirst("bytes=(\\d+)-", "$1"));
    }

    private static String contentRange(int start, int length) {
        return "bytes " + start + "-" + (length - 1) + "/" + length;
    }

    /** Something else altogether. */
    static Reply body(byte[] body) {
        return (exchange, _) -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        };
    }

    /** The requests as {@code METHOD server path}. */
    List<String> asked() {
        synchronized (requests) {
            return requests.stream()
                    .map(request -> request.method + " " + request.server + " " + request.path)
                    .toList();
        }
    }

    /** The GET requests to the storage. */
    List<Request> transfers() {
        synchronized (requests) {
            return requests.stream()
                    .filter(request -> request.server.equals("storage"))
                    .toList();
        }
    }

    static String sha256(byte[] content) {
        return hex("SHA-256", content);
    }

    static String gitSha1(byte[] content) {
        byte[] header = ("blob " + content.length + "\0").getBytes(UTF_8);
        byte[] both = Arrays.copyOf(header, header.length + content.length);
        System.arraycopy(content, 0, both, header.length, content.length);
        return hex("SHA-1", both);
    }

    private static String hex(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Duty {
        void answer(HttpExchange exchange, String path) throws IOException;
    }

    private void serve(HttpServer server, String name, Duty duty) {
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                var headers = exchange.getRequestHeaders();
                requests.add(new Request(
                        name,
                        exchange.getRequestMethod(),
                        path,
                        headers.getFirst("Authorization"),
                        headers.getFirst("Range"),
                        headers.getFirst("If-Range")));
                Reply instead = reply(exchange.getRequestMethod() + " " + name + " ", path);
                if (instead == null) {
                    duty.answer(exchange, path);
                } else {
                    instead.send(exchange, content(path));
                }
            }
        });
        server.start();
    }

    private synchronized Reply reply(String request, String path) {
        for (var entry : replies.entrySet()) {
            boolean same = entry.getKey().startsWith(request);
            if (same && path.endsWith(entry.getKey().substring(request.length()))) {
                return entry.getValue().poll();
            }
        }
        return null;
    }

    private byte[] content(String path) {
        Map<String, byte[]> all = new TreeMap<>(small);
        all.putAll(large);
        return all.entrySet().stream()
                .filter(file -> path.endsWith("/" + file.getKey()))
                .max(Map.Entry.comparingByKey((a, b) -> a.length() - b.length()))
                .map(Map.Entry::getValue)
                .orElse(new byte[0]);
    }

    private void answerAsHub(HttpExchange exchange, String path) throws IOException {
        String api = "/api/models/" + id.repository() + "/revision/";
        String cached = "/api/resolve-cache/";
        String resolve = "/" + id.repository() + "/resolve/" + commit + "/";
        if (path.startsWith(api)) {
            if (path.equals(api + "main") || path.equals(api + commit) || path.equals(api + "refs/pr/1")) {
                send(exchange, metadata().getBytes(UTF_8));
            } else {
                status(404, "X-Error-Code: RevisionNotFound", "X-Error-Message: Invalid rev id")
                        .send(exchange, null);
            }
        } else if (path.startsWith(cached)) {
            byte[] content = small.get(path.substring(cached.length()));
            exchange.getResponseHeaders().add("ETag", "\"" + gitSha1(content) + "\"");
            send(exchange, content);
        } else if (path.startsWith(resolve)) {
            resolve(exchange, path.substring(resolve.length()), cached);
        } else {
            status(401, "X-Error-Code: RepoNotFound", "X-Error-Message: Repository not found")
                    .send(exchange, null);
        }
    }

    private void resolve(HttpExchange exchange, String name, String cached) throws IOException {
        exchange.getResponseHeaders().add("X-Repo-Commit", commit);
        if (small.containsKey(name)) {
            byte[] content = small.get(name);
            status(
                            307,
                            "Location: " + cached + name,
                            "X-Linked-Size: " + content.length,
                            "X-Linked-Etag: \"" + gitSha1(content) + "\"")
                    .send(exchange, null);
        } else if (large.containsKey(name)) {
            byte[] content = large.get(name);
            status(
                            302,
                            "Location: " + address(storage) + "/s3/" + name + "?Signature=secret",
                            "X-Linked-Size: " + content.length,
                            "X-Linked-Etag: \"" + sha256(content) + "\"",
                            "ETag: \"of the redirect\"")
                    .send(exchange, null);
        } else {
            status(404, "X-Error-Code: EntryNotFound").send(exchange, null);
        }
    }

    private String metadata() {
        Map<String, byte[]> all = new TreeMap<>(small);
        all.putAll(large);
        return all.keySet().stream()
                .map(name -> "{\"rfilename\":\"" + name + "\"}")
                .collect(Collectors.joining(
                        ",", "{\"id\":\"" + id + "\",\"sha\":\"" + commit + "\",\"siblings\":[", "]}"));
    }

    private void answerAsStorage(HttpExchange exchange, String path) throws IOException {
        byte[] content = large.get(path.substring("/s3/".length()));
        exchange.getResponseHeaders().add("ETag", storageVersion);
        String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
        int start = start(exchange);
        if (start == 0 || (ifRange != null && !ifRange.equals(storageVersion))) {
            send(exchange, content);
            return;
        }
        if (start >= content.length) {
            exchange.getResponseHeaders().add("Content-Range", "bytes */" + content.length);
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        exchange.getResponseHeaders().add("Content-Range", contentRange(start, content.length));
        exchange.sendResponseHeaders(206, content.length - start);
        exchange.getResponseBody().write(content, start, content.length - start);
    }

    private static void send(HttpExchange exchange, byte[] content) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
            exchange.sendResponseHeaders(200, -1);
        } else {
            exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
            exchange.getResponseBody().write(content);
        }
    }

    @Override
    public void close() {
        hub.stop(0);
        storage.stop(0);
        threads.shutdownNow();
    }
}
