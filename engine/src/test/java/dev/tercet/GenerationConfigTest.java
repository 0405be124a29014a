package dev.tercet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tercet.engine.generate.ForcedLastToken;
import dev.tercet.engine.generate.LogitsProcessor;
import dev.tercet.engine.generate.MinLength;
import dev.tercet.engine.generate.SearchSettings;
import dev.tercet.engine.generate.SuppressTokens;
import dev.tercet.loaders.InvalidModelException;
import dev.tercet.loaders.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationConfigTest {
    private static final int VOCABULARY = 100;
    private static final int POSITIONS = 512;
    private static final String OPUS = """
        {"bad_words_ids": [[99]], "bos_token_id": 0, "decoder_start_token_id": 99, "eos_token_id": 0,
         "forced_eos_token_id": 0, "max_length": 512, "num_beams": 4, "pad_token_id": 99,
         "renormalize_logits": true, "transformers_version": "4.44.2"}\
        """;

    private static GenerationConfig read(String json) {
        return GenerationConfig.of(
                JsonObject.parse(json.getBytes(StandardCharsets.UTF_8), "generation_config.json"), true);
    }

    private static SearchSettings settings(GenerationConfig call, String model) {
        return call.over(read(model)).settings(VOCABULARY, POSITIONS);
    }

    @Test
    void readsWhatTheModelSays() {
        SearchSettings settings = settings(GenerationConfig.modelDefaults(), OPUS);
        assertEquals(4, settings.beams());
        assertEquals(1, settings.hypotheses());
        assertEquals(99, settings.startToken());
        assertArrayEquals(new int[] {0}, settings.endTokens());
        assertEquals(512, settings.maxLength());
        assertEquals(1, settings.lengthPenalty());
        assertEquals(EarlyStopping.FALSE, settings.earlyStopping());
        assertEquals(
                List.of("SequenceBias", "ForcedLastToken", "Renormalize"),
                settings.processors().stream()
                        .map(p -> p.getClass().getSimpleName())
                        .toList());
    }

    @Test
    void letsACallDecideBeforeTheModel() {
        GenerationConfig call = GenerationConfig.beams(6)
                .nBest(3)
                .maxLength(128)
                .earlyStopping(EarlyStopping.TRUE)
                .lengthPenalty(0.6);
        SearchSettings settings = settings(call, OPUS);
        assertEquals(6, settings.beams());
        assertEquals(3, settings.hypotheses());
        assertEquals(128, settings.maxLength());
        assertEquals(EarlyStopping.TRUE, settings.earlyStopping());
        assertEquals(0.6, settings.lengthPenalty());
        assertTrue(settings.processors().stream()
                .anyMatch(p -> p instanceof ForcedLastToken last && last.maxLength() == 128));
    }

    @Test
    void producesTwentyTokensWhereNothingIsSaid() {
        assertEquals(
                21,
                settings(GenerationConfig.greedy(), "{\"decoder_start_token_id\": 1}")
                        .maxLength());
    }

    @Test
    void countsNewTokensWithoutTheStartToken() {
        SearchSettings settings =
                settings(GenerationConfig.greedy().maxNewTokens(5).minNewTokens(3), OPUS);
        assertEquals(6, settings.maxLength());
        assertTrue(settings.processors().stream().anyMatch(p -> p instanceof MinLength min && min.length() == 4));
    }

    @Test
    void letsZeroNewTokensAtLeastGoBeforeAMinimumLength() {
        String file = "{\"min_length\": 5, \"eos_token_id\": 0, \"decoder_start_token_id\": 9}";
        assertEquals(5, leastLength(settings(GenerationConfig.greedy(), file)));
        assertEquals(1, leastLength(settings(GenerationConfig.greedy().minNewTokens(0), file)));
        assertEquals(3, leastLength(settings(GenerationConfig.greedy().minNewTokens(2), file)));
    }

    private static int leastLength(SearchSettings settings) {
        return ((MinLength) settings.processors().getFirst()).length();
    }

    @Test
    void startsWithBosWhereThereIsNoDecoderStart() {
        assertEquals(
                7, settings(GenerationConfig.greedy(), "{\"bos_token_id\": 7}").startToken());
    }

    @Test
    void takesAwayWhatTheModelSays() {
        GenerationConfig call =
                GenerationConfig.greedy().without("bad_words_ids").without("renormalize_logits");
        assertEquals(1, settings(call, OPUS).processors().size());
        assertThrows(
                IllegalArgumentException.class, () -> GenerationConfig.greedy().without("beam"));
    }

    @Test
    void ordersProcessorsLikeTheReference() {
        GenerationConfig call = GenerationConfig.beams(2)
                .renormalize(true)
                .suppressFirstTokens(3)
                .suppressTokens(4)
                .exponentialDecayLengthPenalty(3, 1.1)
                .forcedLastToken(0)
                .forcedFirstToken(5)
                .minLength(4)
                .badWords(List.of(new int[] {1, 2}))
                .encoderNoRepeatNgramSize(3)
                .noRepeatNgramSize(2)
                .repetitionPenalty(1.2)
                .encoderRepetitionPenalty(1.3)
                .sequenceBias(Map.of(List.of(1), 2f));
        List<LogitsProcessor> processors = settings(call, OPUS).processors();
        assertEquals(
                List.of(
                        "SequenceBias",
                        "EncoderRepetitionPenalty",
                        "RepetitionPenalty",
                        "NoRepeatNgram",
                        "EncoderNoRepeatNgram",
                        "SequenceBias",
                        "MinLength",
                        "ForcedFirstToken",
                        "ForcedLastToken",
                        "ExponentialDecayLengthPenalty",
                        "SuppressTokens",
                        "SuppressTokens",
                        "Renormalize"),
                processors.stream().map(p -> p.getClass().getSimpleName()).toList());
        // what is forced first is not what is suppressed first: that is the token after it
        assertEquals(2, ((SuppressTokens) processors.get(11)).length());
    }

    @Test
    void namesFieldsThatMakeNoDifference() {
        GenerationConfig config =
                read("{\"temperature\": 0.7, \"use_cache\": true, \"num_beam_groups\": 1, \"my_field\": 3,"
                        + " \"max_time\": null}");
        Map<String, String> ignored = config.ignored();
        assertEquals(List.of("my_field"), config.unknownFields());
        assertEquals("only for sampling, and do_sample is not true", ignored.get("temperature"));
        assertEquals("says how generate() uses the machine", ignored.get("use_cache"));
        assertEquals("has the value that means no", ignored.get("num_beam_groups"));
        assertEquals("not a field of generate() in transformers 5.23", ignored.get("my_field"));
        assertEquals(4, ignored.size());
    }

    @Test
    void showsWhatIsSetByTheNamesOfTheReference() {
        assertEquals(
                "GenerationConfig[max_length=9, early_stopping=\"never\", num_beams=2, bad_words_ids=[[1, 2]],"
                        + " forced_eos_token_id=none]",
                GenerationConfig.beams(2)
                        .maxLength(9)
                        .earlyStopping(EarlyStopping.NEVER)
                        .badWords(List.of(new int[] {1, 2}))
                        .without("forced_eos_token_id")
                        .toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"temperature\": 0.0}|temperature is 0.0, expected a finite number above 0",
                "{\"top_p\": 1.5}|top_p is 1.5, expected a number from 0 to 1",
                "{\"typical_p\": 0.0}|typical_p is 0.0, expected a number above 0, at most 1",
                "{\"max_time\": -1}|max_time is -1, expected a number of seconds of at least 0",
                "{\"stop_strings\": [\"x\", 3]}|stop_strings is an array of 2, expected a string or an array of"
                        + " strings",
                "{\"watermarking_config\": {}}|watermarking_config is an object, expected null: this way of decoding",
                "{\"num_beam_groups\": 2}|num_beam_groups is 2, expected null or 1",
                "{\"penalty_alpha\": 0.6}|penalty_alpha is 0.6, expected null or 0.0",
                "{\"num_beams\": 0}|num_beams is 0, expected a whole number from 1 to 1024",
                "{\"num_beams\": 2000000000}|num_beams is 2000000000, expected a whole number from 1 to 1024",
                "{\"num_beams\": 1.5}|num_beams is 1.5, expected a whole number",
                "{\"max_length\": 1}|max_length is 1, expected a whole number of at least 2",
                "{\"early_stopping\": \"always\"}|early_stopping is \"always\", expected true, false or \"never\"",
                "{\"length_penalty\": \"1\"}|length_penalty is \"1\", expected a finite number",
                "{\"repetition_penalty\": 0.0}|repetition_penalty is 0.0, expected a finite number above 0",
                "{\"bad_words_ids\": [[]]}|bad_words_ids is an array of 1, expected an array of arrays of token ids",
                "{\"bad_words_ids\": [3]}|bad_words_ids is an array of 1, expected an array of arrays",
                "{\"sequence_bias\": [[[1], \"x\"]]}|sequence_bias is an array of 1, expected an array of pairs",
                "{\"eos_token_id\": [-1]}|eos_token_id is an array of 1, expected a token id or an array of them",
                "{\"exponential_decay_length_penalty\": [1]}|exponential_decay_length_penalty is an array of 1",
                "{\"renormalize_logits\": 1}|renormalize_logits is 1, expected true or false"
            })
    void refusesAFileThatAsksForWhatThereIsNot(String json, String message) {
        String found =
                assertThrows(InvalidModelException.class, () -> read(json)).getMessage();
        assertTrue(found.startsWith("generation_config.json: " + message), found);
        assertEquals(1, found.lines().count());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"eos_token_id\": 100}",
                "{\"decoder_start_token_id\": 100}",
                "{\"bad_words_ids\": [[1, 100]]}",
                "{\"suppress_tokens\": [100]}",
                "{\"forced_bos_token_id\": 100}",
                "{\"sequence_bias\": [[[100], 1.0]]}"
            })
    void refusesTokensThatThereAreNot(String json) {
        String found = assertThrows(
                        IllegalArgumentException.class, () -> settings(GenerationConfig.modelDefaults(), json))
                .getMessage();
        assertTrue(found.contains("names token 100, but the target vocabulary ends at 99"), found);
    }

    @Test
    void refusesSettingsThatContradictEachOther() {
        assertThrows(
                IllegalArgumentException.class,
                () -> settings(GenerationConfig.beams(2).nBest(3), OPUS));
        assertThrows(
                IllegalArgumentException.class,
                () -> settings(GenerationConfig.greedy().nBest(2), OPUS));
        assertThrows(IllegalArgumentException.class, () -> settings(GenerationConfig.greedy(), "{}"));
    }

    @Test
    void refusesToSuppressEveryTokenThatIsForced() {
        GenerationConfig call = GenerationConfig.greedy().suppressTokens(0, 5);
        assertEquals(
                "suppress_tokens has all of forced_eos_token_id, [0], so that nothing would be possible where it is"
                        + " forced; take it out of one of the two (against an early end there is min_new_tokens)",
                assertThrows(IllegalArgumentException.class, () -> settings(call, OPUS))
                        .getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> settings(call.forcedLastToken(7).forcedFirstToken(5), OPUS));
        // one is left
        settings(call.forcedLastToken(0, 7), OPUS);
    }

    @Test
    void refusesValuesOutOfRange() {
        GenerationConfig open = GenerationConfig.modelDefaults();
        assertThrows(IllegalArgumentException.class, () -> GenerationConfig.beams(0));
        assertThrows(IllegalArgumentException.class, () -> open.nBest(0));
        assertThrows(IllegalArgumentException.class, () -> open.maxLength(1));
        assertThrows(IllegalArgumentException.class, () -> open.maxNewTokens(0));
        assertThrows(IllegalArgumentException.class, () -> open.lengthPenalty(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> open.repetitionPenalty(0));
        assertThrows(IllegalArgumentException.class, () -> open.noRepeatNgramSize(-1));
        assertThrows(IllegalArgumentException.class, () -> open.badWords(List.of(new int[0])));
        assertEquals(
                "suppress_tokens is [-3], expected a token id or an array of them",
                assertThrows(IllegalArgumentException.class, () -> open.suppressTokens(-3))
                        .getMessage());
    }

    @Test
    void survivesTheLargestNumbers() {
        GenerationConfig call =
                GenerationConfig.greedy().maxNewTokens(Integer.MAX_VALUE).minNewTokens(Integer.MAX_VALUE);
        assertEquals(Integer.MAX_VALUE, settings(call, OPUS).maxLength());
    }
}
