package dev.tercet.demos;

import dev.tercet.GenerationConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which tokens must come, must not come or are to come more often: settings of {@code generate()}, by its names. */
final class TokenOptions {
    @Option(
            names = "--forced-eos-token-id",
            paramLabel = "ID,…",
            description = "The token, any of these, that reaches the maximum length.")
    private String forcedLastTokens;

    @Option(names = "--suppress-tokens", paramLabel = "ID,…", description = "Tokens that never come.")
    private String suppressed;

    @Option(names = "--begin-suppress-tokens", paramLabel = "ID,…", description = "Tokens that do not come first.")
    private String suppressedFirst;

    @Option(
            names = "--bad-words-ids",
            paramLabel = "ID,…",
            description = "A sequence of tokens that never comes; may be given several times.")
    private List<String> badWords;

    @Option(
            names = "--sequence-bias",
            paramLabel = "ID,…=X",
            description = "X is added to the log-probability of the token that completes the sequence; may be given"
                    + " several times.")
    private List<String> biases;

    @Option(
            names = "--exponential-decay-length-penalty",
            paramLabel = "N,X",
            description = "An end becomes likelier by the factor X with every token beyond N.")
    private String decay;

    GenerationConfig over(GenerationConfig config) {
        if (forcedLastTokens != null) {
            config = config.forcedLastToken(ids("--forced-eos-token-id", forcedLastTokens));
        }
        if (suppressed != null) {
            config = config.suppressTokens(ids("--suppress-tokens", suppressed));
        }
        if (suppressedFirst != null) {
            config = config.suppressFirstTokens(ids("--begin-suppress-tokens", suppressedFirst));
        }
        if (badWords != null) {
            config = config.badWords(
                    badWords.stream().map(word -> ids("--bad-words-ids", word)).toList());
        }
        if (biases != null) {
            config = config.sequenceBias(biased());
        }
        return decay == null ? config : decaying(config);
    }

    private Map<List<Integer>, Float> biased() {
        Map<List<Integer>, Float> all = new LinkedHashMap<>();
        for (String bias : biases) {
            int equals = bias.indexOf('=');
            if (equals < 0) {
                throw wrong("--sequence-bias", bias, "token ids, =, and what is added, as in 17,4=-1.5");
            }
            int[] sequence = ids("--sequence-bias", bias.substring(0, equals));
            try {
                all.put(Arrays.stream(sequence).boxed().toList(), Float.parseFloat(bias.substring(equals + 1)));
            } catch (NumberFormatException e) {
                throw wrong("--sequence-bias", bias, "a number behind the =");
            }
        }
        return all;
    }

    private GenerationConfig decaying(GenerationConfig config) {
        String[] both = decay.split(",", -1);
        try {
            if (both.length == 2) {
                return config.exponentialDecayLengthPenalty(
                        Integer.parseInt(both[0].strip()), Double.parseDouble(both[1].strip()));
            }
        } catch (NumberFormatException e) {
            // what was expected is said below
        }
        throw wrong(
                "--exponential-decay-length-penalty", decay, "a number of tokens, a comma and a factor, as in 20,1.1");
    }

    private static int[] ids(String option, String list) {
        List<Integer> ids = new ArrayList<>();
        for (String id : list.split(",", -1)) {
            try {
                ids.add(Integer.parseInt(id.strip()));
            } catch (NumberFormatException e) {
                throw wrong(option, list, "token ids with commas between them, as in 17,4; tercet tokenize shows ids");
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private static CommandException wrong(String option, String value, String expected) {
        return CommandException.wrongInput(option + " " + value + ": expected " + expected);
    }
}
