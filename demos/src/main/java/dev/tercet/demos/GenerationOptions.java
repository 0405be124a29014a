package dev.tercet.demos;

import dev.tercet.GenerationConfig;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import picocli.CommandLine.Option;

/** How to draw translations, where they begin and when they stop: more settings of {@code generate()}, by its names. */
final class GenerationOptions {
    @Option(names = "--prefix", paramLabel = "TEXT", description = "What every translation begins with.")
    private String prefix;

    @Option(
            names = {"--stop-string", "--stop-strings"},
            paramLabel = "TEXT",
            description = "Stop where a translation contains this; may be given several times.")
    private List<String> stopStrings;

    @Option(
            names = "--max-time",
            paramLabel = "SECONDS",
            description = "Return what there is after so long, of each batch of 32 texts, or of a document.")
    private Double maxTime;

    @Option(
            names = {"--sample", "--do-sample"},
            description = "Draw tokens at random, each as often as it is likely.")
    private boolean sample;

    @Option(names = "--seed", paramLabel = "N", description = "What is drawn; the same seed, the same translation. (0)")
    private Long seed;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description = "Sampling: below 1 likelier tokens, above 1 others.")
    private Double temperature;

    @Option(names = "--top-k", paramLabel = "N", description = "Sampling: the N likeliest tokens; 0 for all. (50)")
    private Integer topK;

    @Option(names = "--top-p", paramLabel = "P", description = "Sampling: the likeliest that together have P.")
    private Double topP;

    @Option(names = "--min-p", paramLabel = "P", description = "Sampling: those P times as likely as the likeliest.")
    private Double minP;

    @Option(names = "--top-h", paramLabel = "H", description = "Sampling: the likeliest that have H of the entropy.")
    private Double topH;

    @Option(names = "--typical-p", paramLabel = "P", description = "Sampling: the most typical that together have P.")
    private Double typicalP;

    @Option(names = "--epsilon-cutoff", paramLabel = "P", description = "Sampling: those of at least probability P.")
    private Double epsilonCutoff;

    @Option(names = "--eta-cutoff", paramLabel = "P", description = "Sampling: P, or less where the model is unsure.")
    private Double etaCutoff;

    GenerationConfig over(GenerationConfig config) {
        config = set(config, prefix, GenerationConfig::prefix);
        config = set(config, stopStrings, (c, strings) -> c.stopStrings(strings.toArray(String[]::new)));
        config = set(config, duration(), GenerationConfig::maxTime);
        config = set(config, sample ? true : null, GenerationConfig::sample);
        config = set(config, seed, GenerationConfig::seed);
        config = set(config, temperature, GenerationConfig::temperature);
        config = set(config, topK, GenerationConfig::topK);
        config = set(config, topP, GenerationConfig::topP);
        config = set(config, minP, GenerationConfig::minP);
        config = set(config, topH, GenerationConfig::topH);
        config = set(config, typicalP, GenerationConfig::typicalP);
        config = set(config, epsilonCutoff, GenerationConfig::epsilonCutoff);
        config = set(config, etaCutoff, GenerationConfig::etaCutoff);
        if (!sample && (seed != null || drawing())) {
            throw CommandException.wrongInput("options of sampling make no difference without --sample; add it");
        }
        return config;
    }

    private boolean drawing() {
        return temperature != null
                || topK != null
                || topP != null
                || minP != null
                || topH != null
                || typicalP != null
                || epsilonCutoff != null
                || etaCutoff != null;
    }

    private Duration duration() {
        if (maxTime == null) {
            return null;
        }
        if (!(maxTime >= 0 && maxTime < 1e9)) {
            throw CommandException.wrongInput("--max-time " + maxTime + ": expected seconds, at least 0");
        }
        return Duration.ofNanos((long) (maxTime * 1e9));
    }

    private static <V> GenerationConfig set(
            GenerationConfig config, V value, BiFunction<GenerationConfig, V, GenerationConfig> setter) {
        return value == null ? config : setter.apply(config, value);
    }
}
