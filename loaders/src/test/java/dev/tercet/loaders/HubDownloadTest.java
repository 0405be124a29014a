package dev.tercet.loaders;

import static dev.tercet.loaders.TestHub.COMMIT;
import static dev.tercet.loaders.TestHub.body;
import static dev.tercet.loaders.TestHub.breakOffAfter;
import static dev.tercet.loaders.TestHub.gitSha1;
import static dev.tercet.loaders.TestHub.sha256;
import static dev.tercet.loaders.TestHub.status;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubDownloadTest {
    private static final String WEIGHTS = "GET storage model.safetensors";

    @TempDir
    Path folder;

    private final byte[] weights = new byte[700_000];
    private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
    private final List<DownloadProgress> progress = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, String> environment = new HashMap<>();
    private Path cache;
    private TestHub hub;

    @BeforeEach
    void start() {
        new Random(7).nextBytes(weights);
        hub = new TestHub().withModel(weights);
        cache = folder.resolve("hub");
        environment.put("HF_HUB_CACHE", cache.toString());
        environment.put("HF_ENDPOINT", hub.endpoint());
        environment.put("HOME", folder.toString());
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void leavesTheLayoutThatPythonReads() throws IOException {
        CachedModel model = pull();
        Path repository = cache.resolve("models--org--name");
        assertEquals(repository.resolve("snapshots").resolve(COMMIT), model.folder());
        assertEquals(COMMIT, Files.readString(repository.resolve("refs/main")));
        assertEquals(
                Path.of("../../blobs").resolve(sha256(weights)),
                Files.readSymbolicLink(model.folder().resolve("model.safetensors")));
        assertEquals(
                Path.of("../../../blobs").resolve(gitSha1("{}".getBytes(UTF_8))),
                Files.readSymbolicLink(model.folder().resolve("1_Pooling/config.json")));
        assertArrayEquals(weights, Files.readAllBytes(model.folder().resolve("model.safetensors")));
        assertTrue(model.isComplete(), model.toString());
        assertNothingIncomplete();
    }

    @Test
    void fetchesOnlyWhatIsNeeded() throws IOException {
        assertEquals(
                Set.of("1_Pooling/config.json", "config.json", "model.safetensors", "modules.json", "tokenizer.json"),
                files(pull()));
    }

    @Test
    void takesTorchWeightsWhereThereAreNoSafetensors() throws IOException {
        hub.large.remove("model.safetensors");
        assertEquals(
                Set.of("1_Pooling/config.json", "config.json", "modules.json", "pytorch_model.bin", "tokenizer.json"),
                files(pull()));
    }

    @Test
    void fetchesTheShardsThatTheIndexNames() throws IOException {
        byte[] shard = hub.large.remove("model.safetensors");
        hub.large.put("part-1.safetensors", shard);
        hub.large.put("part-2.safetensors", shard);
        hub.large.put("part-3.safetensors", shard);
        hub.small.put(
                "model.safetensors.index.json",
                "{\"weight_map\":{\"a\":\"part-1.safetensors\",\"b\":\"part-2.safetensors\"}}".getBytes(UTF_8));
        Set<String> expected = Set.of(
                "1_Pooling/config.json",
                "config.json",
                "model.safetensors.index.json",
                "modules.json",
                "part-1.safetensors",
                "part-2.safetensors",
                "tokenizer.json");
        assertEquals(expected, files(pull()));
        assertEquals(expected, files(pull()));
        assertEquals(1, hub.transfers().size(), "equal content is fetched once");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nowhere.safetensors", "../../../../x"})
    void refusesAnIndexOfFilesThatTheModelDoesNotHave(String shard) {
        hub.large.remove("model.safetensors");
        hub.small.put("model.safetensors.index.json", ("{\"weight_map\":{\"a\":\"" + shard + "\"}}").getBytes(UTF_8));
        String message = assertThrows(InvalidModelException.class, this::pull).getMessage();
        assertTrue(message.contains(shard), message);
    }

    @Test
    void fetchesTheModulesThatTheModelNames() throws IOException {
        hub.small.put("2_Dense/config.json", "{}".getBytes(UTF_8));
        hub.large.put("2_Dense/model.safetensors", new byte[20]);
        hub.small.put("0_Transformer/config.json", "{}".getBytes(UTF_8));
        hub.large.put("0_Transformer/model.safetensors", weights);
        hub.small.put("modules.json", """
            [{"path":"","type":"sentence_transformers.models.Transformer"},
             {"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
             {"path":"2_Dense","type":"sentence_transformers.models.Dense"},
             {"path":"3_Normalize","type":"sentence_transformers.models.Normalize"}]
            """.getBytes(UTF_8));
        assertEquals(
                Set.of(
                        "1_Pooling/config.json",
                        "2_Dense/config.json",
                        "2_Dense/model.safetensors",
                        "config.json",
                        "model.safetensors",
                        "modules.json",
                        "tokenizer.json"),
                files(pull()));
    }

    @Test
    void refusesAModelThatLacksAModuleItNames() {
        hub.small.remove("1_Pooling/config.json");
        assertEquals(
                hub.endpoint() + "/org/name lists 1_Pooling/config.json among its files but has no such file",
                assertThrows(InvalidModelException.class, this::pull).getMessage());
    }

    @Test
    void refusesAModelWithoutWeightsThatTercetReads() {
        hub.large.remove("model.safetensors");
        hub.large.remove("pytorch_model.bin");
        assertEquals(
                hub.endpoint() + "/org/name has no weights (model.safetensors or pytorch_model.bin); Tercet reads BERT"
                        + " and Marian models in the Hugging Face form",
                assertThrows(InvalidModelException.class, this::pull).getMessage());
    }

    @Test
    void fetchesATokenizerWithoutWeights() throws IOException {
        CachedModel model = download().pull(hub.id, ModelPart.TOKENIZER);
        assertEquals(Set.of("config.json", "modules.json", "tokenizer.json"), files(model));
        assertEquals(List.of(), hub.transfers());
        assertTrue(pull().isComplete());
    }

    @Test
    void asksOnlyForTheCommitWhenNothingIsMissing() {
        pull();
        hub.requests.clear();
        pull();
        assertEquals(List.of("GET hub /api/models/org/name/revision/main"), hub.asked());
    }

    @Test
    void fetchesOnlyWhatANewCommitChanged() throws IOException {
        pull();
        hub.requests.clear();
        hub.commit = "f".repeat(40);
        hub.small.put("config.json", "{\"model_type\":\"marian\"}".getBytes(UTF_8));
        CachedModel model = pull();
        assertEquals(hub.commit, model.commit());
        assertEquals(
                "{\"model_type\":\"marian\"}", Files.readString(model.folder().resolve("config.json")));
        assertEquals(List.of(), hub.transfers());
        assertEquals(hub.commit, Files.readString(cache.resolve("models--org--name/refs/main")));
    }

    @Test
    void completesASnapshotThatPythonLeftIncomplete() throws IOException {
        pull();
        Path link = cache.resolve("models--org--name/snapshots").resolve(COMMIT).resolve("model.safetensors");
        Files.delete(link.toRealPath());
        assertFalse(new HubCache(cache).find(hub.id).orElseThrow().isComplete());
        assertTrue(pull().isComplete());
        assertArrayEquals(weights, Files.readAllBytes(link));
    }

    @Test
    void replacesABlobOfTheWrongSize() throws IOException {
        pull();
        Path repository = cache.resolve("models--org--name");
        Files.write(repository.resolve("blobs").resolve(sha256(weights)), new byte[5]);
        Files.delete(repository.resolve("snapshots").resolve(COMMIT).resolve("model.safetensors"));
        assertArrayEquals(weights, Files.readAllBytes(pull().folder().resolve("model.safetensors")));
    }

    @Test
    void notesBranchesTagsAndNoCommits() throws IOException {
        download().pull(ModelId.parse("org/name@refs/pr/1"));
        Path references = cache.resolve("models--org--name/refs");
        assertEquals(COMMIT, Files.readString(references.resolve("refs/pr/1")));
        assertTrue(hub.asked().contains("GET hub /api/models/org/name/revision/refs/pr/1"));
        download().pull(ModelId.parse("org/name@" + COMMIT));
        try (Stream<Path> children = Files.list(references)) {
            assertEquals(List.of(references.resolve("refs")), children.toList());
        }
    }

    @Test
    void writesFilesWhereLinksAreImpossible() throws IOException {
        environment.put("HF_HUB_DISABLE_SYMLINKS", "1");
        CachedModel model = pull();
        Path file = model.folder().resolve("model.safetensors");
        assertFalse(Files.isSymbolicLink(file));
        assertArrayEquals(weights, Files.readAllBytes(file));
        assertTrue(model.isComplete());
        assertNothingIncomplete();
    }

    @Test
    void sendsTheTokenToTheHubOnly() {
        environment.put("HF_TOKEN", "hf_secret");
        pull();
        assertFalse(hub.transfers().isEmpty());
        for (TestHub.Request request : hub.requests) {
            assertEquals(
                    request.server().equals("hub") ? "Bearer hf_secret" : null, request.token(), request.toString());
        }
    }

    @Test
    void goesOnAfterABrokenTransfer() throws IOException {
        hub.next(WEIGHTS, breakOffAfter(300_000), breakOffAfter(100));
        CachedModel model = pull();
        assertArrayEquals(weights, Files.readAllBytes(model.folder().resolve("model.safetensors")));
        assertEquals(
                Arrays.asList(null, "bytes=300000-", "bytes=300100-"),
                hub.transfers().stream().map(TestHub.Request::range).toList());
        assertEquals(List.of(Duration.ofSeconds(1), Duration.ofSeconds(2)), pauses);
    }

    @Test
    void goesOnWhereAnEarlierRunStopped() throws IOException {
        hub.next(WEIGHTS, breakOffAfter(200_000), status(500), status(500));
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.endsWith("answers 500, 3 times; try again later, what is there is kept"), message);
        assertEquals(List.of(), new HubCache(cache).list());
        hub.requests.clear();
        pull();
        assertEquals("bytes=200000-", hub.transfers().getFirst().range());
        assertNothingIncomplete();
    }

    @Test
    void givesUpOnAServerThatBreaksOffEveryTime() {
        hub.next(WEIGHTS, breakOffAfter(10), breakOffAfter(20), breakOffAfter(30));
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.contains("broke off after 60 of 700000 bytes (IO: Premature EOF), 3 times"), message);
        assertFalse(message.contains("secret"), message);
    }

    @Test
    void startsAgainWhenTheServerIgnoresRanges() throws IOException {
        hub.next(WEIGHTS, breakOffAfter(300_000), body(weights));
        assertArrayEquals(weights, Files.readAllBytes(pull().folder().resolve("model.safetensors")));
        assertEquals("bytes=300000-", hub.transfers().getLast().range());
    }

    @Test
    void asksForTheRestOfTheSameVersionOnly() throws IOException {
        hub.next(WEIGHTS, (exchange, content) -> {
            exchange.getResponseHeaders().add("ETag", "\"old\"");
            breakOffAfter(300_000).send(exchange, content);
        });
        pull();
        assertEquals("\"old\"", hub.transfers().getLast().ifRange());
        assertEquals(2, hub.transfers().size());
    }

    @Test
    void startsAgainWhenTheRestIsOfAnotherVersion() throws IOException {
        hub.next(
                WEIGHTS,
                (exchange, content) -> {
                    exchange.getResponseHeaders().add("ETag", "\"old\"");
                    breakOffAfter(300_000).send(exchange, content);
                },
                (exchange, content) -> {
                    exchange.getResponseHeaders().add("ETag", "\"new\"");
                    exchange.getResponseHeaders().add("Content-Range", "bytes 300000-699999/700000");
                    exchange.sendResponseHeaders(206, 400_000);
                    exchange.getResponseBody().write(content, 300_000, 400_000);
                });
        assertArrayEquals(weights, Files.readAllBytes(pull().folder().resolve("model.safetensors")));
        assertEquals(
                Arrays.asList(null, "bytes=300000-", null),
                hub.transfers().stream().map(TestHub.Request::range).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes 0-699999/700000", "bytes 300000-799999/800000", "nonsense"})
    void startsAgainWhenTheRangeIsNotTheOneAskedFor(String range) throws IOException {
        hub.next(WEIGHTS, breakOffAfter(300_000), status(206, "Content-Range: " + range));
        assertArrayEquals(weights, Files.readAllBytes(pull().folder().resolve("model.safetensors")));
    }

    @Test
    void startsAgainWhenTheRangeIsBeyondTheFile() throws IOException {
        hub.next(WEIGHTS, breakOffAfter(300_000), status(416));
        assertArrayEquals(weights, Files.readAllBytes(pull().folder().resolve("model.safetensors")));
    }

    @Test
    void startsAgainWhenAnEarlierRunLeftSomethingElse() throws IOException {
        Path blobs = Files.createDirectories(cache.resolve("models--org--name/blobs"));
        Files.write(blobs.resolve(sha256(weights) + ".tercet.incomplete"), new byte[100_000]);
        assertArrayEquals(weights, Files.readAllBytes(pull().folder().resolve("model.safetensors")));
        assertEquals(
                Arrays.asList("bytes=100000-", null),
                hub.transfers().stream().map(TestHub.Request::range).toList());
    }

    @Test
    void dropsALeftoverLongerThanTheFile() throws IOException {
        Path blobs = Files.createDirectories(cache.resolve("models--org--name/blobs"));
        Files.write(blobs.resolve(sha256(weights) + ".tercet.incomplete"), new byte[800_000]);
        assertArrayEquals(weights, Files.readAllBytes(pull().folder().resolve("model.safetensors")));
    }

    @Test
    void refusesContentOfAnotherHash() throws IOException {
        byte[] other = weights.clone();
        other[5]++;
        hub.next(WEIGHTS, body(other));
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertEquals(
                "model.safetensors of org/name arrived with SHA-256 " + sha256(other) + ", expected " + sha256(weights)
                        + "; it was deleted, try again or check HF_ENDPOINT",
                message);
        assertEquals(List.of(), new HubCache(cache).list());
        assertNothingIncomplete();
    }

    @Test
    void refusesASmallFileOfAnotherHash() {
        hub.next("GET hub api/resolve-cache/config.json", body("{\"model_type\":\"evil\"}".getBytes(UTF_8)));
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.startsWith("config.json of org/name arrived with SHA-1 "), message);
    }

    @Test
    void refusesContentOfAnotherSize() {
        hub.next(WEIGHTS, body(new byte[5]));
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.contains(" has 5 bytes, expected 700000"), message);
        assertFalse(message.contains("secret"), message);
    }

    @Test
    void stopsAServerThatSendsMoreThanItAnnounced() {
        hub.next(WEIGHTS, (exchange, _) -> {
            exchange.sendResponseHeaders(200, 0); // chunked, without a length
            exchange.getResponseBody().write(new byte[800_000]);
        });
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.contains("sends more than the 700000 bytes expected"), message);
    }

    @Test
    void refusesCompressedContent() {
        hub.next(WEIGHTS, (exchange, content) -> {
            exchange.getResponseHeaders().add("Content-Encoding", "gzip");
            body(content).send(exchange, content);
        });
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.contains("comes compressed (gzip)"), message);
    }

    @Test
    void fetchesAFileWhoseSizeTheHubDoesNotSay() throws IOException {
        hub.next(
                "HEAD hub model.safetensors",
                status(
                        302,
                        "Location: " + TestHub.address(hub.storage) + "/s3/model.safetensors",
                        "X-Repo-Commit: " + COMMIT,
                        "X-Linked-Etag: \"" + sha256(weights) + "\""));
        hub.next(WEIGHTS, breakOffAfter(300_000));
        assertArrayEquals(weights, Files.readAllBytes(pull().folder().resolve("model.safetensors")));
    }

    @Test
    void fetchesAnEmptyFile() throws IOException {
        hub.small.put("README.md", new byte[0]);
        assertEquals(0, Files.size(pull().folder().resolve("README.md")));
    }

    @Test
    void waitsAsLongAsTheServerAsks() {
        String inAMinute = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(60));
        hub.next("GET hub revision/main", status(429, "Retry-After: 7"), status(429, "RateLimit: \"api\";r=0;t=55"));
        hub.next("HEAD hub config.json", status(503, "Retry-After: " + inAMinute), status(503, "Retry-After: soon"));
        pull();
        assertEquals(Duration.ofSeconds(7), pauses.get(0));
        assertEquals(Duration.ofSeconds(55), pauses.get(1));
        assertTrue(Math.abs(pauses.get(2).toSeconds() - 60) <= 5, pauses.toString());
        assertEquals(Duration.ofSeconds(2), pauses.get(3));
    }

    @Test
    void doesNotWaitForHours() {
        hub.next("GET hub revision/main", status(429, "Retry-After: 7200"));
        assertEquals(
                hub.endpoint()
                        + "/api/models/org/name/revision/main answers 429 and asks to wait 7200 s; try again then",
                assertThrows(DownloadException.class, this::pull).getMessage());
        assertEquals(List.of(), pauses);
    }

    @Test
    void triesAgainAfterAServerError() {
        hub.next("GET hub revision/main", status(500), status(502));
        hub.next("HEAD hub tokenizer.json", status(504));
        assertTrue(pull().isComplete());
        assertEquals(3, pauses.size());
    }

    @Test
    void goesOnWhenTheServerStalls() throws IOException {
        CachedModel tokenizer = download().pull(hub.id, ModelPart.TOKENIZER);
        var stalled = new CountDownLatch(1);
        hub.next(WEIGHTS, (exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, 300_000);
            exchange.getResponseBody().flush();
            await(stalled);
        });
        // On a busy machine more than one answer may come too late, and that must not matter.
        CachedModel model = download(Duration.ofMillis(400)).pull(hub.id);
        assertEquals(tokenizer.folder(), model.folder());
        assertArrayEquals(weights, Files.readAllBytes(model.folder().resolve("model.safetensors")));
        assertEquals("bytes=300000-", hub.transfers().get(1).range());
        stalled.countDown();
    }

    @Test
    void saysThatTheServerDoesNotAnswer() {
        var stalled = new CountDownLatch(1);
        TestHub.Reply silence = (_, _) -> await(stalled);
        hub.next("GET hub revision/main", silence, silence, silence);
        String message = assertThrows(DownloadException.class, () -> download(Duration.ofMillis(100))
                        .pull(hub.id))
                .getMessage();
        assertTrue(message.contains("does not answer (SocketTimeout: Read timed out), 3 times"), message);
        stalled.countDown();
    }

    @Test
    void failsAtOnceWithoutANetwork() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        environment.put("HF_ENDPOINT", "http://127.0.0.1:" + closed);
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.contains("cannot be reached (Connect: Connection refused)"), message);
        assertEquals(List.of(), pauses);
    }

    @Test
    void saysThatTheHubKnowsNoSuchModel() {
        assertEquals(
                hub.endpoint()
                        + " knows no model org/other, or it is private: then set HF_TOKEN (Repository not found)",
                assertThrows(InvalidModelException.class, () -> download().pull(ModelId.parse("org/other")))
                        .getMessage());
        hub.next("GET hub revision/main", status(404));
        assertEquals(
                hub.endpoint() + " knows no model org/name",
                assertThrows(InvalidModelException.class, this::pull).getMessage());
    }

    @Test
    void saysThatTheModelHasNoSuchRevision() {
        assertEquals(
                hub.endpoint() + "/org/name has no revision \"v9\"",
                assertThrows(InvalidModelException.class, () -> download().pull(ModelId.parse("org/name@v9")))
                        .getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET hub revision/main", "HEAD hub model.safetensors"})
    void saysHowToOpenAGatedModel(String request) {
        hub.next(request, status(403, "X-Error-Code: GatedRepo", "X-Error-Message: Access is restricted."));
        assertEquals(
                "org/name is gated: accept its licence at " + hub.endpoint()
                        + "/org/name and set HF_TOKEN to a token of the account that did (Access is restricted.)",
                assertThrows(DownloadException.class, this::pull).getMessage());
    }

    @Test
    void saysThatTheTokenIsWrong() {
        environment.put("HF_TOKEN", "hf_secret");
        hub.next(
                "GET hub revision/main",
                status(401, "X-Error-Message: Invalid credentials in Authorization header"),
                status(403, "X-Error-Message: Forbidden"));
        String rejected = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(rejected.contains("rejects the token") && rejected.contains("HF_TOKEN"), rejected);
        String refused = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(refused.contains("refuses access to org/name (Forbidden)"), refused);
        assertFalse((rejected + refused).contains("hf_secret"));
    }

    @Test
    void saysThatAFileIsGone() {
        hub.next("HEAD hub tokenizer.json", status(404, "X-Error-Code: EntryNotFound"));
        assertEquals(
                hub.endpoint() + "/org/name has no file tokenizer.json",
                assertThrows(InvalidModelException.class, this::pull).getMessage());
    }

    @Test
    void refusesAnEndpointThatIsNoHub() {
        hub.next("GET hub revision/main", body("<html>Please log in</html>".getBytes(UTF_8)));
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.startsWith("this is not the answer of a Hub ("), message);
        assertTrue(message.endsWith("check HF_ENDPOINT and the network"), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"sha\":\"../../x\",\"siblings\":[]}",
                "{\"siblings\":[]}",
                "{\"sha\":\"0123456789abcdef0123456789abcdef01234567\"}",
                "{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":[{}]}",
                "[]"
            })
    void refusesMetadataOfAnotherForm(String json) {
        hub.next("GET hub revision/main", body(json.getBytes(UTF_8)));
        assertThrows(DownloadException.class, this::pull);
    }

    @Test
    void refusesAFileWithoutAHashThatCanBeChecked() {
        hub.next(
                "HEAD hub config.json",
                status(200, "X-Repo-Commit: " + COMMIT, "ETag: \"../../../evil\""),
                status(200, "ETag: \"" + "0".repeat(40) + "\""),
                status(200, "X-Repo-Commit: " + "f".repeat(40)));
        for (String expected : List.of("the file's hash", "X-Repo-Commit", "answers with commit ffff")) {
            String message = assertThrows(DownloadException.class, this::pull).getMessage();
            assertTrue(message.contains(expected) && message.contains("HF_ENDPOINT must be a Hub"), message);
        }
    }

    @Test
    void followsAnAddressThatLeadsToTheHubWithoutSendingTheToken() {
        environment.put("HF_TOKEN", "hf_secret");
        environment.put("HF_ENDPOINT", TestHub.address(hub.storage));
        TestHub.Reply toTheHub =
                (exchange, content) -> status(301, "Location: " + hub.endpoint() + exchange.getRequestURI())
                        .send(exchange, content);
        for (String file : hub.needed()) {
            String path = " storage /org/name/resolve/" + COMMIT + "/" + file;
            hub.next("HEAD" + path, toTheHub);
            hub.next("GET" + path, toTheHub);
        }
        hub.next("GET storage revision/main", toTheHub);
        assertTrue(pull().isComplete());
        for (TestHub.Request request : hub.requests) {
            assertEquals(
                    request.server().equals("hub") ? null : "Bearer hf_secret", request.token(), request.toString());
        }
    }

    @Test
    void followsAModelThatWasRenamed() {
        hub.next("GET hub old/name/revision/main", status(307, "Location: /api/models/org/name/revision/main"));
        for (String file : hub.needed()) {
            String path = "resolve/" + COMMIT + "/" + file;
            TestHub.Reply moved = status(307, "Location: /org/name/" + path);
            hub.next("HEAD hub /old/name/" + path, moved);
            hub.next("GET hub /old/name/" + path, moved);
        }
        CachedModel model = download().pull(ModelId.parse("old/name"));
        assertTrue(model.isComplete());
        assertEquals("old/name", model.id().toString());
    }

    @Test
    void doesNotFollowRedirectsForever() {
        TestHub.Reply again = status(302, "Location: /api/models/org/name/revision/main");
        hub.next("GET hub revision/main", Collections.nCopies(20, again).toArray(TestHub.Reply[]::new));
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.contains("more than 10 redirects"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://x/y", "http:///x", "jar:http://x!/y"})
    void refusesRedirectsOutOfTheWeb(String location) {
        hub.next("GET hub resolve/" + COMMIT + "/model.safetensors", status(302, "Location: " + location));
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.contains("expected http or https"), message);
    }

    @Test
    void refusesADownloadThatDoesNotFitTheDisk() {
        hub.next(
                "HEAD hub model.safetensors",
                status(
                        302,
                        "Location: http://127.0.0.1:1/x",
                        "X-Repo-Commit: " + COMMIT,
                        "X-Linked-Size: " + (1L << 59),
                        "X-Linked-Etag: \"" + sha256(weights) + "\""));
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.contains(" MB free, and the download needs 576460752303 MB"), message);
        assertEquals(List.of(), hub.transfers());
    }

    @Test
    void saysThatTheCacheCannotBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        environment.put("HF_HUB_CACHE", file.resolve("hub").toString());
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.contains("cannot be written") && message.contains("set HF_HUB_CACHE"), message);
    }

    @Test
    void staysOfflineWhenToldTo() {
        environment.put("HF_HUB_OFFLINE", "1");
        assertEquals(
                "org/name cannot be fetched offline; leave out --offline and unset HF_HUB_OFFLINE",
                assertThrows(DownloadException.class, this::pull).getMessage());
        assertEquals(List.of(), hub.asked());
    }

    @ParameterizedTest
    @ValueSource(strings = {"huggingface.co", "ftp://x", "http://", "https://me:secret@x", "http://x y"})
    void refusesAnEndpointThatIsNoAddress(String endpoint) {
        environment.put("HF_ENDPOINT", endpoint);
        String message = assertThrows(InvalidModelException.class, this::pull).getMessage();
        assertTrue(message.contains("HF_ENDPOINT"), message);
    }

    @Test
    void goesThroughTheProxyOfTheEnvironment() {
        environment.put("HF_ENDPOINT", "http://hub.invalid");
        environment.put("http_proxy", TestHub.address(hub.hub));
        hub.large.clear();
        hub.small.put("model.safetensors", weights);
        assertTrue(pull().isComplete());
        hub.next("GET hub revision/main", status(407));
        String message = assertThrows(DownloadException.class, this::pull).getMessage();
        assertTrue(message.contains("the proxy asks for a password"), message);
    }

    @Test
    void twoPullsOfOneModelTakeTurns() throws Exception {
        try (var threads = Executors.newFixedThreadPool(2)) {
            var first = threads.submit(this::pull);
            var second = threads.submit(this::pull);
            assertTrue(first.get().isComplete());
            assertTrue(second.get().isComplete());
        }
        assertEquals(1, hub.transfers().size());
        assertNothingIncomplete();
    }

    @Test
    void stopsWhenItsThreadIsInterrupted() {
        hub.next(WEIGHTS, breakOffAfter(100));
        HubDownload download = new HubDownload(
                settings(),
                DownloadListener.NONE,
                new Patience(
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(20),
                        3,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(5),
                        _ -> {
                            throw new InterruptedException();
                        }));
        String message = assertThrows(DownloadException.class, () -> download.pull(hub.id))
                .getMessage();
        assertTrue(message.endsWith(": interrupted"), message);
        assertTrue(Thread.interrupted(), "the flag is set again");
    }

    @Test
    void reportsProgressUpToTheWholeSize() {
        hub.next(WEIGHTS, breakOffAfter(300_000));
        pull();
        DownloadProgress last = progress.getLast();
        long size = progress.getLast().size();
        assertEquals(size, last.bytes());
        assertEquals(last.files(), last.number());
        assertEquals(weights.length + 2 * 2 + "{\"model_type\":\"bert\"}".length() + TestHub.MODULES.length(), size);
        assertTrue(progress.stream().anyMatch(p -> p.fileBytes() == 300_000), "what a broken transfer left counts");
        for (int i = 1; i < progress.size(); i++) {
            assertTrue(progress.get(i).bytes() >= progress.get(i - 1).bytes(), progress.toString());
        }
    }

    @Test
    void locatingAModelFetchesIt() {
        var locator =
                new ModelLocator(settings(), BundledModels.of(Set.of(new ClassLoader(null) {})), DownloadListener.NONE);
        try (ModelFiles files = locator.locate("org/name")) {
            assertEquals(weights.length, files.map("model.safetensors").byteSize());
            assertEquals("org/name", files.name());
        }
        hub.requests.clear();
        locator.locate("org/name").close();
        assertEquals(List.of(), hub.asked(), "a model in the cache is used without asking the Hub");
    }

    @Test
    void locatingAModelThatIsNowhereSaysWhatWasTried() {
        var locator =
                new ModelLocator(settings(), BundledModels.of(Set.of(new ClassLoader(null) {})), DownloadListener.NONE);
        String message = assertThrows(InvalidModelException.class, () -> locator.locate("org/other")
                        .close())
                .getMessage();
        assertEquals(
                "org/other was not found: no folder of this name, no models are bundled, not in the cache " + cache
                        + ", and " + hub.endpoint()
                        + " knows no model org/other, or it is private: then set HF_TOKEN (Repository not found)",
                message);
    }

    private CachedModel pull() {
        return download().pull(hub.id);
    }

    private HubDownload download() {
        return download(Duration.ofSeconds(20));
    }

    private HubDownload download(Duration read) {
        var patience = new Patience(
                Duration.ofSeconds(20), read, 3, Duration.ofSeconds(1), Duration.ofMinutes(5), _ -> Thread.sleep(5));
        return new HubDownload(settings(), listener(), patience);
    }

    private DownloadListener listener() {
        return new DownloadListener() {
            @Override
            public void progress(DownloadProgress now) {
                progress.add(now);
            }

            @Override
            public void pause(String reason, Duration pause) {
                assertEquals(1, reason.lines().count());
                pauses.add(pause);
            }
        };
    }

    private HubSettings settings() {
        return HubSettings.of(environment);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static Set<String> files(CachedModel model) throws IOException {
        try (Stream<Path> files = Files.walk(model.folder())) {
            return new TreeSet<>(files.filter(Files::isRegularFile)
                    .map(file -> model.folder().relativize(file).toString())
                    .toList());
        }
    }

    private void assertNothingIncomplete() throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            assertEquals(
                    List.of(),
                    files.filter(file -> file.toString().contains("incomplete")).toList());
        }
    }
}
