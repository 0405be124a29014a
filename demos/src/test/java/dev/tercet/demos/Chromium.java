package dev.tercet.demos;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A headless Chromium with one page, driven over its debugging protocol. */
final class Chromium implements AutoCloseable, WebSocket.Listener {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final long SECONDS = 60;

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final StringBuilder partial = new StringBuilder();
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Map<String, Object>>> waiting = new ConcurrentHashMap<>();

    /** Errors of the page: exceptions and what it logged as an error. */
    final List<String> errors = new CopyOnWriteArrayList<>();

    private Chromium(Process process, Path profile, URI page) throws Exception {
        this.process = process;
        this.profile = profile;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(page, this)
                .get(SECONDS, TimeUnit.SECONDS);
    }

    /** The browser of this machine. */
    static Optional<Path> installed() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Chromium start(Path browser) throws Exception {
        Path profile = Files.createTempDirectory("tercet-chromium");
        Process process = new ProcessBuilder(
                        browser.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--remote-debugging-port=0",
                        "--remote-allow-origins=*",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(profile.resolve("log").toFile())
                .start();
        try {
            Chromium chromium = new Chromium(process, profile, pageOf(profile));
            chromium.call("Page.enable", "{}");
            chromium.call("Runtime.enable", "{}");
            chromium.call("Log.enable", "{}");
            // without a window the page would not know that it has the focus
            chromium.call("Emulation.setFocusEmulationEnabled", "{\"enabled\":true}");
            return chromium;
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** The browser writes its port into its profile; there it lists its pages. */
    private static URI pageOf(Path profile) throws Exception {
        Path file = profile.resolve("DevToolsActivePort");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < end) {
            if (Files.exists(file) && Files.readAllLines(file).size() == 2) {
                String port = Files.readAllLines(file).getFirst();
                String pages = new String(URI.create("http://127.0.0.1:" + port + "/json/list")
                        .toURL()
                        .openStream()
                        .readAllBytes());
                for (Object page : (List<?>) Json.parse(pages)) {
                    if ("page".equals(((Map<?, ?>) page).get("type"))) {
                        return URI.create((String) ((Map<?, ?>) page).get("webSocketDebuggerUrl"));
                    }
                }
            }
            Thread.sleep(50);
        }
        throw new IOException("no page after " + SECONDS + " s: " + Files.readString(profile.resolve("log")));
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
        partial.append(text);
        if (last) {
            @SuppressWarnings("unchecked")
            Map<String, Object> message = (Map<String, Object>) Json.parse(partial.toString());
            partial.setLength(0);
            received(message);
        }
        from.request(1);
        return null;
    }

    private void received(Map<String, Object> message) {
        if (message.get("id") instanceof Number id) {
            waiting.remove(id.intValue()).complete(message);
            return;
        }
        String method = (String) message.get("method");
        String text = String.valueOf(message.get("params"));
        boolean error = method.equals("Runtime.exceptionThrown")
                || (method.equals("Runtime.consoleAPICalled") && text.contains("type=error"))
                || (method.equals("Log.entryAdded") && text.contains("level=error"));
        if (error) {
            errors.add(text);
        }
    }

    private Map<String, Object> call(String method, String parameters)
            throws InterruptedException, ExecutionException, TimeoutException {
        int id = calls.incrementAndGet();
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        socket.sendText("{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + "}", true)
                .get(SECONDS, TimeUnit.SECONDS);
        return answer.get(SECONDS, TimeUnit.SECONDS);
    }

    /** Shows a page and waits until its script has drawn the first view. */
    void open(URI page) throws Exception {
        call("Page.navigate", "{\"url\":\"about:blank\"}");
        call("Page.navigate", "{\"url\":" + ExplainPage.json(page.toString()) + "}");
        until("document.getElementById('view') && document.getElementById('view').dataset.shown !== undefined");
    }

    /** Shows a page of which nothing is drawn by a script. */
    void load(URI page) throws Exception {
        call("Page.navigate", "{\"url\":\"about:blank\"}");
        call("Page.navigate", "{\"url\":" + ExplainPage.json(page.toString()) + "}");
        until("location.href !== 'about:blank' && document.readyState === 'complete'");
    }

    /** What a page is told that its reader prefers: light or dark. */
    void prefer(String colours) throws Exception {
        call(
                "Emulation.setEmulatedMedia",
                "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + colours + "\"}]}");
    }

    /** Gives the window another size. */
    void size(int width, int height) throws Exception {
        call(
                "Emulation.setDeviceMetricsOverride",
                "{\"width\":" + width + ",\"height\":" + height + ",\"deviceScaleFactor\":1,\"mobile\":false}");
    }

    /** What an expression of JavaScript gives. */
    Object evaluate(String expression) throws Exception {
        Map<String, Object> answer = call(
                "Runtime.evaluate",
                "{\"returnByValue\":true,\"awaitPromise\":true,\"expression\":" + ExplainPage.json(expression) + "}");
        Map<?, ?> result = (Map<?, ?>) answer.get("result");
        if (result == null || result.containsKey("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer);
        }
        return ((Map<?, ?>) result.get("result")).get("value");
    }

    /** Waits until an expression is true. */
    void until(String expression) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!Boolean.TRUE.equals(evaluate("Boolean(" + expression + ")"))) {
            if (System.nanoTime() > end) {
                throw new AssertionError("never true: " + expression + "; errors: " + errors);
            }
            Thread.sleep(10);
        }
    }

    /** Presses a key and lets it go. */
    void press(String key, int code) throws Exception {
        String text = key.equals("Enter") ? ",\"text\":\"\\r\"" : key.length() == 1 ? ",\"text\":\"" + key + "\"" : "";
        String common = "\"key\":\"" + key + "\",\"code\":\"" + key + "\",\"windowsVirtualKeyCode\":" + code;
        call("Input.dispatchKeyEvent", "{\"type\":\"keyDown\"," + common + text + "}");
        call("Input.dispatchKeyEvent", "{\"type\":\"keyUp\"," + common + "}");
    }

    @Override
    public void close() throws IOException {
        socket.abort();
        List<ProcessHandle> family = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        family.forEach(ProcessHandle::destroyForcibly);
        family.forEach(member -> member.onExit().join());
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** JSON as maps, lists, texts, numbers and truths. */
    static final class Json {
        private Json() {}

        static Object parse(String text) {
            try (JsonParser parser = new JsonFactory().createParser(text)) {
                parser.nextToken();
                return value(parser);
            } catch (IOException e) {
                throw new IllegalArgumentException(text, e);
            }
        }

        private static Object value(JsonParser parser) throws IOException {
            return switch (parser.currentToken()) {
                case START_OBJECT -> {
                    Map<String, Object> fields = new LinkedHashMap<>();
                    while (parser.nextToken() != JsonToken.END_OBJECT) {
                        String name = parser.currentName();
                        parser.nextToken();
                        fields.put(name, value(parser));
                    }
                    yield fields;
                }
                case START_ARRAY -> {
                    List<Object> elements = new ArrayList<>();
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        elements.add(value(parser));
                    }
                    yield elements;
                }
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case VALUE_NULL -> null;
                default -> parser.getText();
            };
        }
    }
}
