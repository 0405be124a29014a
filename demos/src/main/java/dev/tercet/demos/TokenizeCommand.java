package dev.tercet.demos;

import dev.tercet.Pair;
import dev.tercet.loaders.ModelFiles;
import dev.tercet.loaders.ModelLocator;
import dev.tercet.loaders.ModelPart;
import dev.tercet.tokenizer.Encoding;
import dev.tercet.tokenizer.MarianTokenizer;
import dev.tercet.tokenizer.Tokenizer;
import dev.tercet.tokenizer.TokenizerFiles;
import dev.tercet.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Text to token ids, and back. */
@CommandLine.Command(
        name = "tokenize",
        sortOptions = false,
        description = "Show the tokens that a model reads, or turn ids back into text. Needs no weights.",
        footer = {
            "",
            "Prints {\"text\",\"ids\",\"tokens\",\"offsets\",\"typeIds\"} for each text, with the model's special"
                    + " tokens,",
            "whole unless --truncate or --max-length is given; pairs have \"query\" and \"document\" for \"text\"."
                    + " Offsets",
            "count code points of the text. --decode prints {\"ids\",\"text\"}. --format text: the tokens, or the text."
        })
final class TokenizeCommand extends Command {
    private static final int BATCH = 64;

    /** Far above the largest tokenizer.json there is. */
    private static final long LARGEST_FILE = 1L << 28;

    enum Format {
        jsonl,
        text
    }

    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "Texts to tokenize.")
    private List<String> texts = List.of();

    @Mixin
    private InputOptions input = new InputOptions();

    @Option(
            names = "--pairs",
            paramLabel = "FILE|-",
            description = "Tokenize pairs, one per line: query, tab, document.")
    private String pairs;

    @Option(names = "--decode", description = "Read {\"ids\": [...]} with -i and print the text of the ids.")
    private boolean decode;

    @Option(names = "--target", description = "The target language's side of a Marian tokenizer.")
    private boolean target;

    @Option(names = "--skip-special-tokens", description = "With --decode: leave out [CLS], </s> and the like.")
    private boolean skipSpecialTokens;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description = "At most N tokens, special ones included; adds \"truncated\", the number of tokens dropped.")
    private Integer maxLength;

    @Option(names = "--truncate", description = "As --max-length, with the tokenizer's own limit.")
    private boolean truncate;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write there; the file appears once it is complete.")
    private String output;

    @Option(names = "--format", paramLabel = "jsonl|text", defaultValue = "jsonl", description = "(jsonl)")
    private Format format;

    @Option(names = "--model", paramLabel = "ID|FOLDER", defaultValue = ModelOptions.DUAL, description = "The model.")
    private String model;

    @Option(names = "--offline", description = "Never ask the Hub.")
    private boolean offline;

    TokenizeCommand(Streams streams) {
        super(streams);
    }

    @Override
    void run() throws IOException {
        check();
        try (Results results = Results.open(output, streams.out())) {
            if (decode) {
                decode(results);
            } else if (pairs != null) {
                tokenizePairs(results);
            } else {
                tokenizeTexts(results);
            }
            results.complete();
        }
    }

    private void check() {
        if (decode && (!input.given() || !texts.isEmpty() || pairs != null)) {
            throw wrongUsage("--decode reads ids with -i FILE.jsonl (-i - reads standard input), and nothing else");
        }
        if (!decode && pairs != null && (input.given() || !texts.isEmpty())) {
            throw wrongUsage("--pairs goes with neither texts nor -i");
        }
        if (!decode && pairs == null && texts.isEmpty() && !input.given()) {
            throw wrongUsage("nothing to tokenize: give texts, -i FILE or --pairs FILE (- reads standard input)");
        }
        if (!decode && skipSpecialTokens) {
            throw wrongUsage("--skip-special-tokens goes with --decode");
        }
        if (truncate && maxLength != null) {
            throw wrongUsage("--truncate and --max-length exclude each other");
        }
    }

    private void tokenizeTexts(Results results) throws IOException {
        try (Inputs<String> inputs = input.texts(texts, streams)) {
            Tokenizer tokenizer = load();
            int limit = limit(tokenizer);
            JsonLines json = new JsonLines(results.stream());
            for (List<String> batch = inputs.nextBatch(BATCH); !batch.isEmpty(); batch = inputs.nextBatch(BATCH)) {
                for (String text : batch) {
                    Encoding encoding = encode(tokenizer, text, limit);
                    if (format == Format.text) {
                        writeTokens(tokenizer, encoding, results);
                    } else {
                        write(json.begin().text("text", text), tokenizer, encoding);
                    }
                }
                json.flush();
            }
        }
    }

    private Encoding encode(Tokenizer tokenizer, String text, int limit) {
        return target ? ((MarianTokenizer) tokenizer).encodeTarget(text, limit) : tokenizer.encode(text, limit);
    }

    private void tokenizePairs(Results results) throws IOException {
        try (Inputs<Pair> inputs = Inputs.pairs(pairs, input.pairFormat(), streams.in())) {
            Tokenizer tokenizer = load();
            int limit = limit(tokenizer);
            JsonLines json = new JsonLines(results.stream());
            for (List<Pair> batch = inputs.nextBatch(BATCH); !batch.isEmpty(); batch = inputs.nextBatch(BATCH)) {
                for (Pair pair : batch) {
                    Encoding encoding = tokenizer.encodePair(pair.query(), pair.document(), limit);
                    if (format == Format.text) {
                        writeTokens(tokenizer, encoding, results);
                    } else {
                        json.begin().text("query", pair.query()).text("document", pair.document());
                        write(json, tokenizer, encoding);
                    }
                }
                json.flush();
            }
        }
    }

    private void write(JsonLines json, Tokenizer tokenizer, Encoding encoding) throws IOException {
        Encoding.Spans spans = encoding.spans();
        json.numbers("ids", encoding.ids())
                .texts("tokens", tokens(tokenizer, encoding))
                .spans("offsets", spans.codePointStarts(), spans.codePointEnds())
                .numbers("typeIds", encoding.typeIds());
        if (truncate || maxLength != null) {
            json.number("truncated", encoding.truncated());
        }
        json.end();
    }

    private void writeTokens(Tokenizer tokenizer, Encoding encoding, Results results) throws IOException {
        String line = String.join(" ", tokens(tokenizer, encoding)) + "\n";
        results.stream().write(line.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> tokens(Tokenizer tokenizer, Encoding encoding) {
        IntFunction<String> token = target ? ((MarianTokenizer) tokenizer)::targetToken : tokenizer::token;
        return Arrays.stream(encoding.ids()).mapToObj(token).toList();
    }

    private void decode(Results results) throws IOException {
        try (Inputs<Inputs.Ids> inputs = input.ids(streams)) {
            Tokenizer tokenizer = load();
            JsonLines json = new JsonLines(results.stream());
            for (List<Inputs.Ids> batch = inputs.nextBatch(BATCH); !batch.isEmpty(); batch = inputs.nextBatch(BATCH)) {
                for (Inputs.Ids ids : batch) {
                    String text = text(tokenizer, ids);
                    if (format == Format.text) {
                        results.stream().write((text + "\n").getBytes(StandardCharsets.UTF_8));
                    } else {
                        json.begin()
                                .numbers("ids", ids.values())
                                .text("text", text)
                                .end();
                    }
                }
                json.flush();
            }
        }
    }

    private String text(Tokenizer tokenizer, Inputs.Ids ids) {
        try {
            return target
                    ? ((MarianTokenizer) tokenizer).decodeTarget(ids.values(), skipSpecialTokens)
                    : tokenizer.decode(ids.values(), skipSpecialTokens);
        } catch (IllegalArgumentException e) {
            throw CommandException.wrongInput(ids.place() + ": " + e.getMessage());
        }
    }

    private int limit(Tokenizer tokenizer) {
        if (maxLength != null) {
            return maxLength;
        }
        if (truncate && tokenizer.modelMaxLength() == Integer.MAX_VALUE) {
            throw CommandException.wrongInput(
                    "tokenizer_config.json of " + model + " names no model_max_length; give --max-length N");
        }
        return truncate ? tokenizer.modelMaxLength() : Integer.MAX_VALUE;
    }

    private Tokenizer load() {
        ModelLocator locator = ModelOptions.locator(offline).withListener(new DownloadProgressLine(streams, quiet));
        try (ModelFiles files = locator.locate(model, ModelPart.TOKENIZER)) {
            Tokenizer tokenizer = Tokenizers.load(new TokenizerFiles() {
                @Override
                public byte[] read(String name) {
                    return files.has(name) ? files.read(name, LARGEST_FILE) : null;
                }

                @Override
                public String describe(String name) {
                    return files.describe(name);
                }
            });
            if (target && !(tokenizer instanceof MarianTokenizer)) {
                throw CommandException.wrongInput(
                        "--target: " + model + " has no target language, only Marian's tokenizers have one");
            }
            return tokenizer;
        }
    }
}
