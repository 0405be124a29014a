package dev.tercet.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tokenizer of Marian translation models (the opus-mt family): SentencePiece cuts a text into pieces,
 * {@code vocab.json} numbers them, {@code </s>} ends the sequence. Ids and decoded texts equal those of transformers'
 * {@code MarianTokenizer} 5.23; spans are SentencePiece's own.
 *
 * <p>Special tokens in a text stand for themselves. A text, or what follows a special token, that begins with
 * {@code >>xxx<<} gives that as one token, by which multilingual models choose the target language.
 *
 * <p>Immutable and safe for use by many threads. Time and memory grow linearly with the text.
 */
public final class MarianTokenizer implements Tokenizer {
    /** A SentencePiece model and the vocabulary that numbers its pieces. */
    record Side(SentencePieceModel model, MarianVocabulary vocabulary) {}

    /**
     * @param separate whether source and target have a vocabulary each
     * @param special contents of the special tokens
     * @param splitter finds added tokens, or {@code null} when they are treated as any text
     */
    record Parts(
            Side source,
            Side target,
            boolean separate,
            Map<Integer, AddedToken> addedById,
            Map<String, Integer> addedIds,
            Set<String> special,
            String end,
            TokenSplitter splitter,
            boolean truncatesLeft,
            boolean cleansUp,
            int maxLength) {}

    private static final String SPACE_SYMBOL = "\u2581";

    private final Parts parts;
    private final int endId;
    private final int size;
    private final Set<Integer> specialIds;
    private final int[] sourceIds;
    private final int[] targetIds;

    MarianTokenizer(Parts parts) {
        this.parts = parts;
        this.endId = id(parts.source, parts.end);
        int largest = Math.max(parts.source.vocabulary.idLimit(), parts.target.vocabulary.idLimit()) - 1;
        for (int id : parts.addedById.keySet()) largest = Math.max(largest, id);
        this.size = largest + 1;
        this.specialIds =
                parts.special.stream().map(token -> id(parts.source, token)).collect(Collectors.toSet());
        this.sourceIds = idsOfPieces(parts.source);
        this.targetIds = idsOfPieces(parts.target);
    }

    private int[] idsOfPieces(Side side) {
        StringTable texts = side.model.texts();
        int[] ids = side.vocabulary.ids(texts);
        StringTable added = new StringTable("added tokens");
        int[] addedIds = new int[parts.addedIds.size()];
        parts.addedIds.forEach((token, id) -> {
            addedIds[added.size()] = id;
            added.add(token);
        });
        for (int piece = 0; piece < ids.length; piece++) {
            int number = added.find(texts, piece);
            if (number >= 0) ids[piece] = addedIds[number];
        }
        return ids;
    }

    private int id(Side side, String token) {
        Integer added = parts.addedIds.get(token);
        return added != null ? added : side.vocabulary.id(token);
    }

    /**
     * Reads {@code source.spm}, {@code target.spm} and {@code vocab.json} (with {@code separate_vocabs} also
     * {@code target_vocab.json}), and where they exist {@code tokenizer_config.json}, {@code special_tokens_map.json}
     * and {@code added_tokens.json}.
     *
     * @throws InvalidTokenizerException when a file is missing or damaged
     */
    public static MarianTokenizer load(TokenizerFiles files) {
        return MarianReader.read(files);
    }

    @Override
    public Encoding encode(String text, int maxLength) {
        return encode(parts.source, sourceIds, text, maxLength);
    }

    /** The tokens of a text in the target language, as {@code text_target} of transformers gives them. */
    public Encoding encodeTarget(String text) {
        return encodeTarget(text, Integer.MAX_VALUE);
    }

    /**
     * The tokens of a text in the target language, at most {@code maxLength} of them, {@code </s>} included.
     *
     * @throws IllegalArgumentException when {@code maxLength} leaves no room for {@code </s>}
     */
    public Encoding encodeTarget(String text, int maxLength) {
        return encode(parts.target, targetIds, text, maxLength);
    }

    /** @throws IllegalArgumentException always: Marian has no pair format */
    @Override
    public Encoding encodePair(String first, String second, int maxLength) {
        throw new IllegalArgumentException(
                "Marian models translate one text, they have no pair format; encode each text");
    }

    private Encoding encode(Side side, int[] pieceIds, String text, int maxLength) {
        if (maxLength < 1)
            throw new IllegalArgumentException("maxLength " + maxLength + " leaves no room for " + parts.end);
        Run run = new Run(side, pieceIds, text, false);
        int kept = Math.min(run.count, maxLength - 1);
        int truncated = run.count - kept;
        int from = parts.truncatesLeft ? truncated : 0;
        int[] ids = Arrays.copyOfRange(run.ids, from, from + kept + 1);
        ids[kept] = endId;
        return new Encoding(ids, new int[kept + 1], truncated, () -> spans(side, pieceIds, text, from, kept));
    }

    private Encoding.Spans spans(Side side, int[] pieceIds, String text, int from, int kept) {
        Run run = new Run(side, pieceIds, text, true);
        int[] starts = Arrays.copyOfRange(run.starts, from, from + kept + 1);
        int[] ends = Arrays.copyOfRange(run.ends, from, from + kept + 1);
        byte[] texts = new byte[kept + 1];
        starts[kept] = 0;
        ends[kept] = 0;
        texts[kept] = -1;
        return Encoding.Spans.of(text, null, starts, ends, texts);
    }

    /** One text on its way to ids. The arrays have room for at least one more token. */
    private final class Run {
        private final Side side;
        private final int[] pieceIds;
        private final String text;
        private final boolean wantsSpans;

        int[] ids = new int[64];
        int[] starts;
        int[] ends;
        int count;

        Run(Side side, int[] pieceIds, String text, boolean wantsSpans) {
            this.side = side;
            this.pieceIds = pieceIds;
            this.text = text;
            this.wantsSpans = wantsSpans;
            if (wantsSpans) {
                starts = new int[64];
                ends = new int[64];
            }
            Scratch scratch = side.model.takeScratch();
            if (parts.splitter == null) {
                if (!text.isEmpty()) segment(0, text.length(), scratch);
            } else {
                for (TokenSplitter.Part part : parts.splitter.split(text)) {
                    if (parts.splitter.isToken(text, part)) token(part.start(), part.end());
                    else segment(part.start(), part.end(), scratch);
                }
            }
            side.model.giveBack(scratch);
        }

        /** Text without added tokens: a language code where it begins with one, then pieces. */
        private void segment(int start, int end, Scratch scratch) {
            int from = start;
            if (text.startsWith(">>", start)) {
                int closed = text.indexOf("<<", start, end);
                if (closed >= 0) {
                    from = closed + 2;
                    token(start, from);
                }
            }
            side.model.segment(text, from, end, scratch, wantsSpans);
            makeRoom(scratch.count);
            int unknown = side.model.unknownId();
            for (int i = 0; i < scratch.count; i++) {
                int piece = scratch.ids[i];
                ids[count] = piece == unknown ? id(side, side.model.pieceText(scratch, i)) : pieceIds[piece];
                if (wantsSpans) {
                    starts[count] = from + scratch.origins[scratch.begins[i]];
                    ends[count] = from + scratch.origins[scratch.ends[i]];
                }
                count++;
            }
        }

        private void token(int start, int end) {
            makeRoom(1);
            ids[count] = id(side, text.substring(start, end));
            if (wantsSpans) {
                starts[count] = start;
                ends[count] = end;
            }
            count++;
        }

        private void makeRoom(int more) {
            if (count + more < ids.length) return;
            int size = Math.addExact(count + more, count / 2 + 64);
            ids = Arrays.copyOf(ids, size);
            if (wantsSpans) {
                starts = Arrays.copyOf(starts, size);
                ends = Arrays.copyOf(ends, size);
            }
        }
    }

    /**
     * The text of the given ids, as transformers' {@code decode} gives it: with one vocabulary for both languages it
     * goes through {@code source.spm}, whatever the language, and with two through {@code target.spm}.
     *
     * @throws IllegalArgumentException when an id is in no vocabulary
     */
    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        return decode(ids, skipSpecialTokens, parts.separate ? parts.target.model : parts.source.model);
    }

    /**
     * The text of the given ids through {@code target.spm}, as transformers' {@code decode} gives it with
     * {@code use_source_tokenizer=False}.
     *
     * @throws IllegalArgumentException when an id is in no vocabulary
     */
    public String decodeTarget(int[] ids, boolean skipSpecialTokens) {
        return decode(ids, skipSpecialTokens, parts.target.model);
    }

    private String decode(int[] ids, boolean skipSpecialTokens, SentencePieceModel model) {
        StringBuilder text = new StringBuilder();
        List<String> pieces = new ArrayList<>(ids.length);
        for (int id : ids) {
            String token = token(id, parts.target.vocabulary, model);
            if (skipSpecialTokens && specialIds.contains(id)) continue;
            if (!parts.special.contains(token)) {
                pieces.add(token);
            } else {
                text.append(model.decode(pieces)).append(token).append(' ');
                pieces.clear();
            }
        }
        text.append(model.decode(pieces));
        String decoded = PythonText.strip(text.toString().replace(SPACE_SYMBOL, " "));
        return parts.cleansUp ? WordPieceDecoder.clean(decoded) : decoded;
    }

    private String token(int id, MarianVocabulary vocabulary, SentencePieceModel model) {
        if (id < 0 || id >= size)
            throw new IllegalArgumentException(
                    "id " + id + " is not in the vocabulary, whose ids run from 0 to " + (size - 1));
        AddedToken added = parts.addedById.get(id);
        if (added != null) return added.content();
        String token = vocabulary.token(id);
        if (token != null) return token;
        // what transformers falls back to, though the numbers of the two have nothing to do with each other
        if (id < model.size()) return model.piece(id);
        throw new IllegalArgumentException("id " + id + " has no token in the vocabulary");
    }

    /** The vocabulary entry of an id of the source language; with one vocabulary, of either. */
    @Override
    public String token(int id) {
        return token(id, parts.source.vocabulary, parts.source.model);
    }

    /** The vocabulary entry of an id of the target language. */
    public String targetToken(int id) {
        return token(id, parts.target.vocabulary, parts.target.model);
    }

    @Override
    public int id(String token) {
        Integer added = parts.addedIds.get(token);
        return added != null ? added : parts.source.vocabulary.find(token);
    }

    @Override
    public int vocabularySize() {
        return size;
    }

    @Override
    public int modelMaxLength() {
        return parts.maxLength;
    }

    /** The tokens {@code >>xxx<<} of the source vocabulary, sorted; none in a model for one pair of languages. */
    public List<String> languageCodes() {
        return parts.source.vocabulary.languageCodes();
    }

    /** The SentencePiece model of the source language. */
    public SentencePieceModel sourceModel() {
        return parts.source.model;
    }

    /** The SentencePiece model of the target language. */
    public SentencePieceModel targetModel() {
        return parts.target.model;
    }
}
