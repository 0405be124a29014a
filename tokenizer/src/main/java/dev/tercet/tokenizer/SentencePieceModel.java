package dev.tercet.tokenizer;

import dev.tercet.tokenizer.SentencePieceProto.Pieces;
import dev.tercet.tokenizer.SentencePieceProto.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A SentencePiece unigram model: text to pieces and back, equal to SentencePiece 0.2.3 in every id, piece and span.
 *
 * <p>Each piece has a score, the logarithm of its probability; a text is cut into the pieces whose scores have the
 * largest sum, which Viterbi's algorithm finds in one pass. Ties are decided as there: sums are {@code float}, moved
 * back towards 0 when they pass 100,000, and the first segmentation found stays unless another is strictly better.
 *
 * <p>Immutable and safe for use by many threads. Time and memory grow linearly with the text.
 *
 * @see <a href="https://arxiv.org/abs/1804.10959">Kudo 2018, Subword Regularization</a>
 */
public final class SentencePieceModel {
    private static final int MAX_PIECE_BYTES = 8000;

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** {@code kUnkPenalty}: an unknown character scores this much less than the worst piece. */
    private static final float UNKNOWN_PENALTY = 10;

    /** Sums of this many times 2<sup>31</sup> still fit a float. */
    private static final float MAX_SCORE = 1e28f;

    /** {@code kScoreResetThreshold}. */
    private static final float RECENTER_BEYOND = 100_000;

    private static final String SPACE_SYMBOL = "\u2581";

    private final Pieces pieces;
    private final StringTable texts;
    private final int unknown;
    private final boolean byteFallback;
    private final int[] byteIds = new int[256];
    private final boolean stripsLeadingSpace;
    private final boolean stripsAllLeadingSpaces;
    private final String unknownSurface;
    private final SentencePieceNormalizer normalizer;
    private final SentencePieceNormalizer denormalizer;

    private final SymbolTrie trie;
    private final float[] scores;
    private final float unknownScore;
    private final int longestPiece;
    private final Scratch.Pool scratches = new Scratch.Pool();

    /**
     * The pieces of a text.
     *
     * @param ids the pieces' ids; the unknown id for text that no piece covers
     * @param pieces the pieces as written in the vocabulary; an unknown piece is the (normalized) text itself
     * @param starts index of the first {@code char} of the text that a piece stands for
     * @param ends index after its last {@code char}. Where one character becomes several pieces, all but the last are
     *     empty spans at its start
     */
    public record Segmentation(int[] ids, String[] pieces, int[] starts, int[] ends) {}

    private SentencePieceModel(SentencePieceProto proto, String source) {
        pieces = proto.pieces();
        byteFallback = proto.trainer().byteFallback();
        unknownSurface = proto.trainer().unknownSurface();
        texts = pieces.texts;
        unknown = check(source);
        if (byteFallback) findBytes(source);
        List<String> userDefined = new ArrayList<>();
        for (int id = 0; id < size(); id++) if (pieces.type(id) == Type.USER_DEFINED) userDefined.add(piece(id));
        boolean suffix = proto.trainer().treatWhitespaceAsSuffix();
        normalizer = new SentencePieceNormalizer(proto.normalizer(), suffix, userDefined, source);
        denormalizer = proto.denormalizer() == null || proto.denormalizer().precompiledCharsmap().length == 0
                ? null
                : new SentencePieceNormalizer(proto.denormalizer(), false, List.of(), source);
        stripsAllLeadingSpaces = proto.normalizer().removeExtraWhitespaces();
        stripsLeadingSpace = proto.normalizer().addDummyPrefix() || stripsAllLeadingSpaces;

        float min = Float.MAX_VALUE;
        int longest = 0;
        for (int id = 0; id < size(); id++) {
            if (pieces.type(id) == Type.NORMAL) min = Math.min(min, score(id));
            longest = Math.max(longest, codePoints(id));
        }
        unknownScore = min - UNKNOWN_PENALTY;
        longestPiece = longest;
        scores = scores();
        trie = new SymbolTrie(texts, this::inTrie, source);
    }

    /**
     * Reads a {@code .spm} (or {@code .model}) file.
     *
     * @param spm the file's bytes
     * @param source its name in error messages
     * @throws InvalidTokenizerException when the file is damaged, or its model is not a unigram model
     */
    public static SentencePieceModel parse(byte[] spm, String source) {
        SentencePieceProto proto = SentencePieceProto.parse(spm, source);
        int type = proto.trainer().modelType();
        if (type != 1)
            throw new InvalidTokenizerException(source + ": model_type is " + modelType(type)
                    + ", Tercet reads UNIGRAM (1); retrain with --model_type=unigram or use another model");
        return new SentencePieceModel(proto, source);
    }

    private static String modelType(int type) {
        return switch (type) {
            case 2 -> "BPE (2)";
            case 3 -> "WORD (3)";
            case 4 -> "CHAR (4)";
            default -> "unknown (" + type + ")";
        };
    }

    /** Checks every piece; the id of the unknown piece. */
    private int check(String source) {
        if (size() == 0) throw invalid(source, "has no pieces");
        int unknown = -1;
        boolean any = false;
        for (int id = 0; id < size(); id++) {
            Type type = pieces.type(id);
            checkText(id, source);
            if (!(Math.abs(score(id)) <= MAX_SCORE))
                throw invalid(source, "piece " + id + " has score " + score(id) + ", not within ±" + MAX_SCORE);
            checkTwin(id, source);
            if (type == Type.BYTE && !byteFallback)
                throw invalid(source, "piece " + id + " is a byte piece, but byte_fallback is not set");
            if (type == Type.UNKNOWN) {
                if (unknown >= 0)
                    throw invalid(source, "pieces " + unknown + " and " + id + " are both unknown pieces");
                unknown = id;
            }
            any |= ordinary(id);
        }
        if (unknown < 0) throw invalid(source, "has no unknown piece");
        if (!any) throw invalid(source, "has no piece that text could match");
        return unknown;
    }

    private void checkText(int id, String source) {
        if (texts.length(id) == 0) throw invalid(source, "piece " + id + " is empty");
        int bytes = bytes(id);
        if (bytes >= MAX_PIECE_BYTES)
            throw invalid(
                    source,
                    "piece " + id + " has " + bytes + " bytes, SentencePiece allows fewer than " + MAX_PIECE_BYTES);
        for (int i = 0; i < texts.length(id); i++)
            if (texts.charAt(id, i) == 0) throw invalid(source, "piece " + id + " contains a zero character");
    }

    /** A reserved piece may share its text with an ordinary one, and goes first. */
    private void checkTwin(int id, String source) {
        int before = texts.find(id);
        if (before == id) return;
        boolean ordinary = ordinary(id);
        if (ordinary == ordinary(before))
            throw invalid(source, "pieces " + before + " and " + id + " are both '" + printable(piece(id)) + "'");
        if (!ordinary) texts.prefer(id);
    }

    private void findBytes(String source) {
        for (int b = 0; b < 256; b++) {
            String text = "<0x" + HEX.toHexDigits((byte) b) + ">";
            int id = texts.find(text);
            if (id < 0 || pieces.type(id) != Type.BYTE)
                throw invalid(source, "byte_fallback is set, but there is no byte piece " + text);
            byteIds[b] = id;
        }
    }

    private boolean ordinary(int id) {
        return inTrie(id) || pieces.type(id) == Type.UNUSED;
    }

    private boolean inTrie(int id) {
        return pieces.type(id) == Type.NORMAL || pieces.type(id) == Type.USER_DEFINED;
    }

    /** What choosing a piece adds: a user-defined piece is worth its length in bytes, whatever its score says. */
    private float[] scores() {
        float[] scores = new float[size()];
        for (int id = 0; id < scores.length; id++)
            scores[id] = pieces.type(id) == Type.USER_DEFINED ? (float) (0.1 * (bytes(id) - 1)) : score(id);
        return scores;
    }

    /** Of a piece in UTF-8. */
    private int bytes(int id) {
        int bytes = 0;
        for (int i = 0, c; i < texts.length(id); i += Character.charCount(c))
            bytes += Utf8.length(c = texts.codePointAt(id, i));
        return bytes;
    }

    private int codePoints(int id) {
        int count = 0;
        for (int i = 0; i < texts.length(id); i += Character.charCount(texts.codePointAt(id, i))) count++;
        return count;
    }

    /** How many pieces there are; ids run from 0 to this, exclusive. */
    public int size() {
        return pieces.size();
    }

    /** The id of text that no piece covers. */
    public int unknownId() {
        return unknown;
    }

    /** The pieces by id. */
    StringTable texts() {
        return texts;
    }

    /** The piece of an id. */
    public String piece(int id) {
        return texts.get(id);
    }

    /** The score of an id: the logarithm of the piece's probability. */
    public float score(int id) {
        return pieces.score(id);
    }

    /** The id of a piece, {@link #unknownId()} when there is no such piece. */
    public int id(String piece) {
        int id = texts.find(piece);
        return id < 0 ? unknown : id;
    }

    /** The text as the pieces see it: normalized, spaces as U+2581. */
    public String normalize(String text) {
        Scratch scratch = scratches.take();
        scratch.load(text, 0, text.length());
        normalizer.normalize(scratch, null, false);
        String normalized = new String(scratch.codePoints, 0, scratch.length);
        scratches.giveBack(scratch);
        return normalized;
    }

    /** The ids of a text's pieces, nothing added. */
    public int[] encodeIds(String text) {
        Scratch scratch = scratches.take();
        segment(text, 0, text.length(), scratch, false);
        int[] ids = Arrays.copyOf(scratch.ids, scratch.count);
        scratches.giveBack(scratch);
        return ids;
    }

    /** The pieces of a text with the part of the text that each stands for, nothing added. */
    public Segmentation encode(String text) {
        Scratch scratch = scratches.take();
        segment(text, 0, text.length(), scratch, true);
        int count = scratch.count;
        String[] found = new String[count];
        int[] starts = new int[count];
        int[] ends = new int[count];
        for (int i = 0; i < count; i++) {
            found[i] = pieceText(scratch, i);
            starts[i] = scratch.origins[scratch.begins[i]];
            ends[i] = scratch.origins[scratch.ends[i]];
        }
        int[] ids = Arrays.copyOf(scratch.ids, count);
        scratches.giveBack(scratch);
        return new Segmentation(ids, found, starts, ends);
    }

    Scratch takeScratch() {
        return scratches.take();
    }

    void giveBack(Scratch scratch) {
        scratches.giveBack(scratch);
    }

    /** The i-th chosen piece: of the vocabulary, or where it is unknown the normalized text. */
    String pieceText(Scratch scratch, int i) {
        int id = scratch.ids[i];
        if (id != unknown) return texts.get(id);
        return new String(scratch.codePoints, scratch.begins[i], scratch.ends[i] - scratch.begins[i]);
    }

    /** Leaves the pieces of a part of a text in the scratch. */
    void segment(String text, int start, int end, Scratch scratch, boolean origins) {
        scratch.load(text, start, end);
        normalizer.normalize(scratch, trie, origins);
        scratch.ensureLattice(scratch.length + 1);
        findBestPath(scratch.symbols, scratch.length, scratch.scores, scratch.steps);
        collect(scratch);
    }

    /**
     * Viterbi, forwards: {@code scores[i]} is the best sum over the ways to cut the first i characters,
     * {@code steps[i]} the last piece of that way, {@code start << 32 | id}.
     */
    private void findBestPath(char[] symbols, int length, float[] best, long[] steps) {
        long[] units = trie.units();
        float[] scores = this.scores;
        long root = SymbolTrie.root(units);
        Arrays.fill(best, 0, length + 1, Float.NEGATIVE_INFINITY);
        best[0] = 0;
        for (int start = 0; start < length; start++) {
            float here = best[start];
            if (Math.abs(here) > RECENTER_BEYOND) {
                recenter(best, start, Math.min(length, start + longestPiece));
                here = 0;
            }
            boolean single = false;
            long unit = root;
            for (int end = start; end < length; ) {
                int symbol = symbols[end];
                unit = SymbolTrie.child(units, unit, symbol);
                if (SymbolTrie.label(unit) != symbol) break;
                end++;
                int id = SymbolTrie.value(unit);
                if (id < 0) continue;
                float candidate = scores[id] + here;
                if (candidate > best[end]) {
                    best[end] = candidate;
                    steps[end] = (long) start << 32 | id;
                }
                if (end == start + 1) single = true;
            }
            if (single) continue;
            float candidate = unknownScore + here;
            if (candidate > best[start + 1]) {
                best[start + 1] = candidate;
                steps[start + 1] = (long) start << 32 | unknown;
            }
        }
    }

    /** Sums that have grown large lose the digits that tell segmentations apart: all open ones are moved towards 0. */
    private static void recenter(float[] best, int start, int frontier) {
        float offset = best[start];
        for (int end = start; end <= frontier; end++) best[end] -= offset;
    }

    /**
     * Viterbi, backwards, and then what SentencePiece makes of unknown pieces: runs of them are one, or each its bytes.
     */
    private void collect(Scratch scratch) {
        int count = 0;
        for (int end = scratch.length; end > 0; end = (int) (scratch.steps[end] >>> 32)) {
            int extra = byteFallback && (int) scratch.steps[end] == unknown ? 3 : 0;
            count += 1 + extra;
        }
        scratch.ensurePieces(count);
        int[] ids = scratch.ids;
        int[] begins = scratch.begins;
        int[] ends = scratch.ends;
        int at = count;
        for (int end = scratch.length; end > 0; ) {
            long step = scratch.steps[end];
            int begin = (int) (step >>> 32);
            int id = (int) step;
            if (id != unknown) {
                at--;
                ids[at] = id;
                begins[at] = begin;
                ends[at] = end;
            } else if (byteFallback) {
                at = collectBytes(scratch, at, begin, end);
            } else if (at < count && ids[at] == unknown && begins[at] == end) {
                begins[at] = begin;
            } else {
                at--;
                ids[at] = unknown;
                begins[at] = begin;
                ends[at] = end;
            }
            end = begin;
        }
        scratch.count = count - at;
        if (at == 0) return;
        System.arraycopy(ids, at, ids, 0, scratch.count);
        System.arraycopy(begins, at, begins, 0, scratch.count);
        System.arraycopy(ends, at, ends, 0, scratch.count);
    }

    /** All bytes but the last of a character are empty spans at its start; backwards from {@code at}. */
    private int collectBytes(Scratch scratch, int at, int begin, int end) {
        int c = scratch.codePoints[begin];
        int length = Utf8.length(c);
        for (int k = length - 1; k >= 0; k--) {
            at--;
            scratch.ids[at] = byteIds[Utf8.unit(c, k, length)];
            scratch.begins[at] = begin;
            scratch.ends[at] = k == length - 1 ? end : begin;
        }
        return at;
    }

    /**
     * The text of the given ids.
     *
     * @throws IllegalArgumentException when an id is not in the vocabulary
     */
    public String decodeIds(int[] ids) {
        List<String> list = new ArrayList<>(ids.length);
        for (int id : ids) {
            if (id < 0 || id >= pieces.size())
                throw new IllegalArgumentException(
                        "id " + id + " is not in the vocabulary, ids run from 0 to " + (pieces.size() - 1));
            list.add(texts.get(id));
        }
        return decode(list);
    }

    /**
     * The text of the given pieces. Control pieces vanish, the unknown piece becomes {@code " ⁇ "}, strings that are no
     * pieces stay as they are, runs of byte pieces become the characters they spell (U+FFFD where they spell none), and
     * U+2581 becomes a space, except where the dummy prefix put it.
     */
    public String decode(List<String> pieces) {
        Decoding decoding = new Decoding();
        for (String piece : pieces) decoding.add(piece);
        return decoding.finish();
    }

    private final class Decoding {
        private final StringBuilder text = new StringBuilder();
        private byte[] bytes = new byte[16];
        private int byteCount;
        private boolean atStart = true;
        private boolean sawStartSpace;

        void add(String piece) {
            int id = id(piece);
            Type type = pieces.type(id);
            if (type == Type.BYTE) {
                if (byteCount == bytes.length) bytes = Arrays.copyOf(bytes, byteCount * 2);
                bytes[byteCount++] = (byte) Integer.parseInt(piece.substring(3, 5), 16);
                return;
            }
            spellBytes();
            if (sawStartSpace || !text.isEmpty()) atStart = false;
            sawStartSpace = false;
            switch (type) {
                case CONTROL -> {}
                case UNKNOWN -> text.append(texts.equals(id, piece) ? unknownSurface : piece);
                default -> text.append(withSpaces(piece));
            }
        }

        private String withSpaces(String piece) {
            if (atStart && stripsLeadingSpace && piece.startsWith(SPACE_SYMBOL)) {
                piece = piece.substring(SPACE_SYMBOL.length());
                sawStartSpace = !stripsAllLeadingSpaces;
            }
            return piece.replace(SPACE_SYMBOL, " ");
        }

        private void spellBytes() {
            Utf8.append(bytes, byteCount, text);
            byteCount = 0;
        }

        String finish() {
            spellBytes();
            if (denormalizer == null) return text.toString();
            Scratch scratch = scratches.take();
            scratch.load(text.toString(), 0, text.length());
            denormalizer.normalize(scratch, null, false);
            String denormalized = new String(scratch.codePoints, 0, scratch.length);
            scratches.giveBack(scratch);
            return denormalized;
        }
    }

    private static InvalidTokenizerException invalid(String source, String what) {
        return new InvalidTokenizerException(
                source + ": " + what + "; the file is damaged, fetch it again from where the model came");
    }

    private static String printable(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().limit(40).forEach(c -> {
            if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) out.append(String.format("\\u%04x", c));
            else out.appendCodePoint(c);
        });
        return out.toString();
    }
}
