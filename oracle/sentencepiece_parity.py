"""Compares Tercet's SentencePiece and Marian tokenizers with their references and writes the golden digests.

    sentencepiece_parity.py ROOT --models        trains the small models of tokenizer/src/test/resources/sentencepiece
    sentencepiece_parity.py ROOT --golden        writes tokenizer/src/test/resources/{sentencepiece,marian}-golden.txt
    sentencepiece_parity.py ROOT --java "JAVA -cp …" compares with the program SentencePieceResults, run in ROOT/tokenizer
                        [--texts FILE …]         also on the lines of these files (of a .csv, on STS-B's two sentences)

A SentencePiece model is compared in ids, pieces, spans (code points), decoded pieces, decoded ids, normalized text, and
the text of random ids. A Marian tokenizer in the ids and spans of a text in either language, in truncation, and in
decoding with and without special tokens, through either model. The reference of spans is SentencePiece's own proto, put
together here for the parts that transformers cuts a text into. Generated texts come from the generator that
SentencePieceTexts.java has too, Marian's variants from marian-variants.json.
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import subprocess
import tempfile
import warnings

import sentencepiece
import transformers
from sentencepiece import sentencepiece_model_pb2
from wordpiece_parity import GeneratedTexts

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()

SEED, BLOCK = 20250302, 500
LIMITS = [2**31 - 1, 1, 2, 3, 5, 8, 16, 31, 64]
RESOURCES = "tokenizer/src/test/resources"
TINY = "models/tercet/en-fr-tiny"
OPUS = RESOURCES + "/opus-mt-en-fr"
SMALL = ["bytes", "bare", "spaces", "symbols", "suffix", "denormalized", "unescaped", "ties"]
LONG = ["long-tiny-source", "long-opus-target", "long-bytes", "long-ties"]
MODELS = ["tiny-source", "tiny-target", "opus-source", "opus-target", *SMALL, *LONG]
COUNT = {"tiny-source": 20000, "tiny-target": 20000, "opus-source": 20000, "opus-target": 20000, "tiny": 20000, "opus": 20000}
COUNT.update(dict.fromkeys(LONG, 4))
OTHERS, JOINED = 4000, 3000  # a long text is so many joined

PIECES = [
    "</s>", "<unk>", "<pad>", "<s>", ">>fra<<", ">>xyz<<", ">>", "<<", "<2fr>", "</", "<", "<un<unk>", "[sep]", "[SEP]",
    "sep", " the ", "the", "éa", "\U0001d165x", "ab", "abc", "abcd", "bce", "aab", "\u2581", "\u2581\u2581", "<0x41>",
]  # fmt: skip
SPACES = [" ", "  ", "   ", "\u00a0", "\u3000", "\u2009 ", "\u200b", "\n", "\t", " \u2581 ", "\u2028"]
RULES = [
    "\ufb01", "\ufb03", "\u00bd", "\ufdfa", "A\u030a", "\uff76\uff9e", "\u1112\u1161\u11ab", "\u2460", "\u2122", "\u2026",
    "\u1e9b\u0323", "\u00a8", "\u00ad", "\ufeff", "\u0000", "\ufffd", "\ud55c", "\u0344", "e\u0301\u0323", "Aa", "AaB", "x\u0301y",
]  # fmt: skip


class SentencePieceTexts(GeneratedTexts):
    def next(self):
        text = ""
        for _ in range(1 + self.below(3)):
            kind = self.below(8)
            if kind <= 2:
                text += super().next()
            elif kind == 3:
                text += self.vocabulary[self.below(len(self.vocabulary))]
            elif kind <= 5:
                for _ in range(1 + self.below(4)):
                    text += PIECES[self.below(len(PIECES))]
            elif kind == 6:
                text += SPACES[self.below(len(SPACES))]
            else:
                text += RULES[self.below(len(RULES))]
        return text


def vocabulary(root):
    with open(os.path.join(root, TINY, "vocab.json"), encoding="utf-8") as file:
        ids = json.load(file)
    return [token.replace("\u2581", " ") for token, _ in sorted(ids.items(), key=lambda item: item[1])]


def escape(text):
    return "".join(c if c >= " " and c not in "\\\x7f\u0085\u2028\u2029" else f"\\{ord(c):04x}" for c in text)


def spaced(numbers):
    return " ".join(map(str, numbers))


# ---- SentencePiece


def file_of(root, name):
    name = name.removeprefix("long-")
    if name.startswith("tiny-"):
        return os.path.join(root, TINY, name[5:] + ".spm")
    if name.startswith("opus-"):
        return os.path.join(root, OPUS, name[5:] + ".spm.gz")
    return os.path.join(root, RESOURCES, "sentencepiece", name + ".spm")


def content(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        return file.read()


def spans(model, text):
    """Of sentencepiece's proto, whose numbers count bytes, in code points."""
    proto = model.encode_as_proto(text)
    points, at = {}, 0
    for i, c in enumerate(text):
        points[at] = i
        at += len(c.encode())
    points[at] = len(text)
    return [points[piece.begin] for piece in proto.pieces], [points[piece.end] for piece in proto.pieces]


def model_results(root, name, texts):
    """One line a text, as SentencePieceResults prints it."""
    model = sentencepiece.SentencePieceProcessor()
    model.LoadFromSerializedProto(content(file_of(root, name)))
    for text, generator in texts:
        ids, pieces = model.encode(text), model.encode(text, out_type=str)
        starts, ends = spans(model, text)
        noise = [generator.below(len(model)) for _ in range(generator.below(8))]
        columns = [spaced(ids), " ".join(map(escape, pieces)), spaced(starts), spaced(ends)]
        for decoded in (model.decode_pieces(pieces), model.decode(ids), model.normalize(text), model.decode(noise)):
            columns.append(escape(decoded))
        yield text, "\t".join(columns)


# ---- Marian


def variants(root):
    with open(os.path.join(root, RESOURCES, "marian-variants.json"), encoding="utf-8") as file:
        return json.load(file)


def tokenizer(root, name, folder):
    """Lays out the files of a variant and loads them."""
    base = OPUS if name == "opus" else TINY
    files = ["source.spm", "target.spm", "vocab.json", "tokenizer_config.json"]
    changes = {} if name == "opus" else variants(root)[name]
    for file in dict.fromkeys([*files, *changes]):
        change = changes.get(file, "")
        if change is None:
            continue
        if change == "@rotated":  # another numbering
            ids = json.loads(content(os.path.join(root, TINY, "vocab.json")))
            data = json.dumps({token: (id + 7) % len(ids) for token, id in ids.items()}).encode()
        elif change.startswith("@"):
            data = content(file_of(root, change[1:]))
        elif change:
            data = change.encode()
        else:
            path = os.path.join(root, base, file)
            data = content(path if os.path.exists(path) else path + ".gz")
        with open(os.path.join(folder, file), "wb") as out:
            out.write(data)
    return transformers.MarianTokenizer.from_pretrained(folder)


def marian_spans(reference, model, text):
    """Spans of all tokens, as the parts of a text have them that transformers cuts it into."""
    starts, ends, at = [], [], 0
    parts = [text] if reference.split_special_tokens else reference.tokens_trie.split(text)
    for part in parts:
        end = at + len(part)
        if not reference.split_special_tokens and part in reference.added_tokens_encoder:
            starts.append(at)
            ends.append(end)
        elif part:
            code, rest = reference.remove_language_code(part)
            if code:
                starts.append(at)
                ends.append(at := at + len(code[0]))
            begins, closes = spans(model, rest)
            starts += [at + begin for begin in begins]
            ends += [at + close for close in closes]
        at = end
    return spaced(starts + [0]), spaced(ends + [0])


def marian_results(root, name, texts):
    with tempfile.TemporaryDirectory() as folder:
        reference = tokenizer(root, name, folder)
        target_size = len(reference.decoder)
        for line, (text, generator) in enumerate(texts):
            source = reference(text)["input_ids"]
            target = reference(text_target=text)["input_ids"]
            limit = LIMITS[line % len(LIMITS)]
            cut = reference(text, truncation=True, max_length=limit)["input_ids"]
            noise = [generator.below(target_size) for _ in range(generator.below(8))]
            columns = [spaced(source), spaced(target), spaced(cut), str(len(source) - len(cut))]
            if name != "added":  # its tokens take white space along
                columns += marian_spans(reference, reference.spm_source, text)
                columns += marian_spans(reference, reference.spm_target, text)
            for ids in (target, noise) if reference.separate_vocabs else (source, target, noise):
                for skip in (False, True):
                    columns.append(escape(reference.decode(ids, skip_special_tokens=skip)))
                    columns.append(escape(reference.decode(ids, skip_special_tokens=skip, use_source_tokenizer=False)))
            yield text, "\t".join(columns)


# ---- small models


def train(root):
    """Models of a few kilobytes, one for each option that changes what SentencePiece does."""
    folder = os.path.join(root, RESOURCES, "sentencepiece")
    os.makedirs(folder, exist_ok=True)
    texts, words = GeneratedTexts(vocabulary(root), SEED), vocabulary(root)[:3000]
    sentences = [" ".join(words[texts.below(len(words))].strip() for _ in range(8)) for _ in range(4000)]
    rules = "\n".join([
        "41\t61", "41 61\t61 62", "41 61 42\t62 20 63", "A0\t20", "3000\t20", "9\t20", "A\t20 20", "AD\t", "200B\t",
        "FB01\t66 69", "78 301 79\t2581 7A", "301\t27", "1D165\t20 6E 20", "2026\t2E 2E 2E", "FEFF\t20",
    ])  # fmt: skip
    back = "61 62\t41\n27\t2019\n2E 2E 2E\t2026\n"
    options = {
        "bytes": dict(byte_fallback=True, vocab_size=420, normalization_rule_name="identity"),
        "bare": dict(add_dummy_prefix=False, vocab_size=200, normalization_rule_name="identity"),
        "spaces": dict(remove_extra_whitespaces=False, vocab_size=200),
        "symbols": dict(
            vocab_size=220,
            user_defined_symbols=["<2fr>", "[sep]", "ab", "abc", "the", " x", "\u00e9a", "\U0001d165x", "Aa"],
            control_symbols=["<mask>", "<0x41>"],
        ),
        "suffix": dict(treat_whitespace_as_suffix=True, vocab_size=200),
        "denormalized": dict(vocab_size=200, unk_surface="??", bos_id=-1, pad_id=3),
        "unescaped": dict(vocab_size=200),
    }
    with tempfile.TemporaryDirectory() as temporary:
        for name, text in (("rules", rules), ("back", back)):
            with open(os.path.join(temporary, name), "w", encoding="utf-8") as file:
                file.write("".join(line + "\n" for line in text.splitlines()))
        for name, chosen in options.items():
            if "normalization_rule_name" not in chosen:
                chosen["normalization_rule_tsv"] = os.path.join(temporary, "rules")
            if name == "denormalized":
                chosen["denormalization_rule_tsv"] = os.path.join(temporary, "back")
            model = io.BytesIO()
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(sentences), model_writer=model, model_type="unigram", num_threads=1,
                minloglevel=2, hard_vocab_limit=False, character_coverage=0.995, **chosen,
            )  # fmt: skip
            proto = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
            if name == "unescaped":
                proto.normalizer_spec.escape_whitespaces = False
                for piece in proto.pieces:
                    piece.piece = piece.piece.replace("\u2581", " ") if len(piece.piece) > 1 else piece.piece
            if name == "suffix":  # and some that are not used
                for piece in list(proto.pieces)[60:80]:
                    piece.type = sentencepiece_model_pb2.ModelProto.SentencePiece.UNUSED
            save(proto, folder, name)
    ties = sentencepiece_model_pb2.ModelProto()
    ties.pieces.add(piece="<unk>", type=2)
    seen, letters = set(), "ab\u2581\u00e9\U0001d165"
    while len(seen) < 120:
        piece = "".join(letters[texts.below(5)] for _ in range(1 + texts.below(5)))
        if piece not in seen:
            ties.pieces.add(piece=piece, score=-texts.below(30) / 10, type=[1, 1, 1, 1, 4, 5][texts.below(6)])
        seen.add(piece)
    ties.trainer_spec.model_type = 1
    ties.normalizer_spec.name = "identity"
    save(ties, folder, "ties")


def save(proto, folder, name):
    """Without what the trainer notes about itself: paths among it."""
    kept = {field: getattr(proto.trainer_spec, field) for field in ("model_type", "treat_whitespace_as_suffix", "byte_fallback")}
    surface = proto.trainer_spec.unk_surface if proto.trainer_spec.HasField("unk_surface") else None
    proto.trainer_spec.Clear()
    for field, value in kept.items():
        setattr(proto.trainer_spec, field, value)
    if surface is not None:
        proto.trainer_spec.unk_surface = surface
    for spec in (proto.normalizer_spec, proto.denormalizer_spec):
        spec.ClearField("normalization_rule_tsv")
    with open(os.path.join(folder, name + ".spm"), "wb") as file:
        file.write(proto.SerializeToString())


# ---- golden digests and comparison


def generated(root, name, count):
    texts = SentencePieceTexts(vocabulary(root), SEED)
    for _ in range(count):
        yield "".join(texts.next() for _ in range(JOINED if name in LONG else 1)), texts


def block_size(name):
    return 1 if name in LONG else BLOCK


def results(root, name, texts):
    return (model_results if name in MODELS else marian_results)(root, name, texts)


def golden(root):
    for file, names in (("sentencepiece", MODELS), ("marian", ["opus", *variants(root)])):
        with open(os.path.join(root, RESOURCES, file + "-golden.txt"), "w", encoding="utf-8") as out:
            out.write(f"# oracle/sentencepiece_parity.py, sentencepiece {sentencepiece.__version__}, ")
            out.write(f"transformers {transformers.__version__}: name, texts, seed, SHA-256 of the result lines of each ")
            out.write(f"{BLOCK} texts (of each long text; first 16 digits)\n")
            for name in names:
                count = COUNT.get(name, OTHERS)
                digests, block = [], hashlib.sha256()
                for i, (_, line) in enumerate(results(root, name, generated(root, name, count)), 1):
                    block.update((line + "\n").encode())
                    if i % block_size(name) == 0:
                        digests.append(block.hexdigest()[:16])
                        block = hashlib.sha256()
                out.write(f"{name} {count} {SEED} {' '.join(digests)}\n")


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    if path.endswith(".csv"):  # STS-B: tabs between the columns
        lines = [sentence for line in lines for sentence in line.split("\t")[5:7]]
    return [line for line in lines if line]


def compare(root, java, name, what, texts, arguments):
    command = [*java.split(), "dev.tercet.tokenizer.SentencePieceResults", name, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=os.path.join(root, "tokenizer"))
    count = different = 0
    for text, expected in results(root, name, texts):
        found = process.stdout.readline().decode().rstrip("\n")
        count += 1
        if found != expected:
            different += 1
            if different <= 3:
                pairs = enumerate(zip(expected.split("\t"), found.split("\t")))
                column, (wanted, got) = next(((i, pair) for i, pair in pairs if pair[0] != pair[1]), (-1, (expected, found)))
                print(f"{name}: {text!r} column {column}\n  reference {wanted!r}\n  tercet    {got!r}")
    assert process.stdout.readline() == b"" and process.wait() == 0
    print(f"{name} {what}: {count} texts, {different} different", flush=True)
    return different


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("--models", action="store_true")
    parser.add_argument("--golden", action="store_true")
    parser.add_argument("--java")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, help="generated texts for each name")
    parser.add_argument("--names", nargs="*")
    parser.add_argument("--texts", nargs="*", default=[])
    options = parser.parse_args()
    globals()["SEED"] = options.seed
    if options.models:
        train(options.root)
    if options.golden:
        golden(options.root)
    if not options.java:
        return
    different = 0
    for name in options.names or [*MODELS, "opus", *variants(options.root)]:
        count = COUNT.get(name, OTHERS) if options.count is None else options.count
        arguments = ("generated", str(SEED), str(count))
        different += compare(options.root, options.java, name, "generated", generated(options.root, name, count), arguments)
        for path in options.texts:
            texts = lines_of(path)
            generator = SentencePieceTexts(vocabulary(options.root), SEED)
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
                file.write("\n".join(texts))
                file.flush()
                arguments = ("lines", str(SEED), file.name)
                pairs = ((text, generator) for text in texts)
                different += compare(options.root, options.java, name, os.path.basename(path), pairs, arguments)
    raise SystemExit(1 if different else 0)


if __name__ == "__main__":
    main()
