package dev.tercet.loaders;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/** What a download asks the Hub: the files of a model, what each of them is, and their content. */
final class HubClient {
    private static final int MOST_METADATA = 32 << 20;
    /** So much more than before shows that a transfer that broke off again was worth another attempt. */
    private static final long WORTHWHILE = 1 << 20;

    private final HubSettings settings;
    private final Http http;

    HubClient(HubSettings settings, Patience patience, DownloadListener listener) {
        this.settings = settings;
        this.http = new Http(settings, patience, listener);
    }

    /**
     * A model at one commit.
     *
     * @param files the names of all its files, most of which are not needed
     */
    record RemoteModel(ModelId id, String commit, List<String> files) {}

    /** What the Hub has of a model. */
    RemoteModel model(ModelId id) {
        URI address = http.onHub("/api/models/" + id.repository() + "/revision/" + encode(id.revision(), false));
        return http.retrying(() -> {
            try (Http.Answer answer = http.get(address, Map.of("Accept", "application/json"))) {
                if (answer.status() != 200) {
                    throw refusal(id, "", answer);
                }
                return parse(id, read(answer), Http.shown(answer.address()));
            }
        });
    }

    private static byte[] read(Http.Answer answer) throws TransientFailure {
        try {
            byte[] bytes = answer.body().readNBytes(MOST_METADATA + 1);
            if (bytes.length > MOST_METADATA) {
                throw new DownloadException(
                        Http.shown(answer.address()) + ": an answer of more than " + MOST_METADATA + " bytes");
            }
            if (bytes.length < answer.length()) {
                throw answer.brokeOff(bytes.length, answer.length(), null);
            }
            return bytes;
        } catch (IOException e) {
            throw answer.brokeOff(0, answer.length(), e);
        }
    }

    private static RemoteModel parse(ModelId id, byte[] json, String address) {
        try {
            JsonObject model = JsonObject.parse(json, address);
            String commit = model.string("sha");
            if (!ModelId.isCommit(commit)) {
                throw model.invalid("sha", "expected a commit of 40 hexadecimal digits");
            }
            List<String> files = new ArrayList<>();
            for (JsonObject file : model.objects("siblings")) {
                files.add(file.string("rfilename"));
            }
            return new RemoteModel(id, commit, files);
        } catch (InvalidModelException e) {
            throw new DownloadException(
                    "this is not the answer of a Hub (" + e.getMessage() + "); check HF_ENDPOINT and the network", e);
        }
    }

    /** What a file is. */
    RemoteFile file(RemoteModel model, String name) {
        URI address = http.onHub("/" + model.id.repository() + "/resolve/" + model.commit + "/" + encode(name, true));
        return http.retrying(() -> {
            try (Http.Answer answer = http.head(address)) {
                boolean elsewhere = answer.status() >= 300 && answer.status() < 400;
                if (answer.status() != 200 && !elsewhere) {
                    throw refusal(model.id, name, answer);
                }
                String commit = answer.hubHeader("X-Repo-Commit")
                        .orElseThrow(() -> noHub(address, "does not name the commit (X-Repo-Commit)"));
                if (!commit.equals(model.commit)) {
                    throw noHub(address, "answers with commit " + Messages.oneLine(commit));
                }
                String hash = answer.hubHeader("X-Linked-Etag")
                        .or(() -> answer.header("ETag"))
                        .map(HubClient::unquote)
                        .filter(RemoteFile::isHash)
                        .orElseThrow(() -> noHub(address, "does not name the file's hash (X-Linked-Etag or ETag)"));
                Optional<String> size = answer.hubHeader("X-Linked-Size")
                        .or(() -> elsewhere ? Optional.empty() : answer.header("Content-Length"));
                return new RemoteFile(
                        name, address, hash, size.map(HubClient::number).orElse(-1L));
            }
        });
    }

    private static DownloadException noHub(URI address, String what) {
        return new DownloadException(Http.shown(address) + " " + what
                + ", so what it sends cannot be checked; HF_ENDPOINT must be a Hub or a"
                + " mirror that passes its headers on");
    }

    /** The value of an ETag header, {@code "…"} or {@code W/"…"}. */
    private static String unquote(String etag) {
        String strong = etag.startsWith("W/") ? etag.substring(2) : etag;
        return strong.replace("\"", "");
    }

    private static Long number(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
    }

    /**
     * Fetches a file, going on where an earlier attempt stopped. Afterwards the file has the announced size; its hash
     * is not checked here.
     *
     * @param incomplete holds what is there so far; it may be missing
     * @param progress is told how many bytes are there
     */
    void fetch(RemoteFile file, Path incomplete, LongConsumer progress) {
        var transfer = new Transfer(http, file, incomplete, progress);
        int failures = 0;
        long most = transfer.present();
        boolean done = false;
        while (!done) {
            try {
                done = transfer.run();
            } catch (TransientFailure failure) {
                long now = transfer.present();
                failures = now - most >= WORTHWHILE ? 1 : failures + 1;
                most = Math.max(most, now);
                http.pauseOrGiveUp(failure, failures);
            }
        }
    }

    /** Why the Hub does not give what was asked for: its error codes say more than the status. */
    private RuntimeException refusal(ModelId id, String file, Http.Answer answer) {
        String hub = settings.endpoint();
        String code = answer.header("X-Error-Code").orElse("");
        String said = answer.header("X-Error-Message")
                .map(text -> " (" + Messages.oneLine(text) + ")")
                .orElse("");
        String page = hub + "/" + id.repository();
        return switch (answer.status()) {
            case 401, 403 -> {
                if (code.equals("GatedRepo")) {
                    yield new DownloadException(id + " is gated: accept its licence at " + page
                            + " and set HF_TOKEN to a token of the account that did" + said);
                }
                if (answer.status() == 403) {
                    yield new DownloadException(
                            hub + " refuses access to " + id + said + "; set HF_TOKEN to a token that may read it");
                }
                if (said.contains("Invalid credentials")) {
                    yield new DownloadException(
                            hub + " rejects the token" + said + "; correct HF_TOKEN, or unset it for a public model");
                }
                // The Hub does not tell strangers which private models exist.
                yield new InvalidModelException(
                        hub + " knows no model " + id.repository() + ", or it is private: then set HF_TOKEN" + said);
            }
            case 404 -> {
                if (code.equals("RevisionNotFound")) {
                    yield new InvalidModelException(page + " has no revision \"" + id.revision() + "\"");
                }
                yield file.isEmpty()
                        ? new InvalidModelException(hub + " knows no model " + id.repository())
                        : new InvalidModelException(page + " has no file " + file);
            }
            default ->
                new DownloadException(Http.shown(answer.address()) + " answers " + answer.status() + said
                        + ", expected 200; check HF_ENDPOINT");
        };
    }

    /** A name in the path of an address. */
    private static String encode(String name, boolean keepSlashes) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9';
            if (plain || "-._~".indexOf(b) >= 0 || (keepSlashes && b == '/')) {
                encoded.append((char) b);
            } else {
                encoded.append("%%%02X".formatted(b & 0xff));
            }
        }
        return encoded.toString();
    }
}
