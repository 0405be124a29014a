"""Compares Tercet's WordPiece tokenizer with Hugging Face tokenizers, token by token, and writes the golden digests.

    wordpiece_parity.py ROOT --golden            writes tokenizer/src/test/resources/wordpiece-golden.txt
    wordpiece_parity.py ROOT --java "JAVA -cp …" compares with the program WordPieceResults, run in ROOT/tokenizer
                        [--texts FILE …]         also on the lines of these files (of STS-B's .csv, on its sentences)

Each text is encoded alone, alone at a limit, and as a pair with the text before it at a limit; ids, type ids, offsets,
the number of truncated tokens and the tokens must all be equal. Its ids, and others that its line number picks, are
decoded with and without special tokens, as transformers' decode does. Generated texts come from the generator that
GeneratedTexts.java has too; changed tokenizer.json files from the changes of WordPieceVariants.java.
"""

import argparse
import hashlib
import os
import subprocess
import tempfile

import tokenizers
from tokenizers import Tokenizer

M64 = (1 << 64) - 1
SEED, COUNT, BLOCK = 20250301, {"minilm": 20000, "marco": 20000, "vocab": 20000}, 500
OTHERS = 5000
LIMITS = [2**31 - 1, 3, 4, 5, 8, 16, 17, 31, 64, 128]
MINILM = "models/sentence-transformers/all-MiniLM-L6-v2"
MARCO = "models/cross-encoder/ms-marco-MiniLM-L12-v2"

SCRIPTS = [
    (0x00A0, 0x024F), (0x0370, 0x03FF), (0x0400, 0x052F), (0x0530, 0x058F), (0x0590, 0x06FF), (0x0900, 0x0DFF),
    (0x0E00, 0x0FFF), (0x1000, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x2BFF), (0x3000, 0x30FF), (0x4E00, 0x9FFF),
    (0xA640, 0xABFF), (0xAC00, 0xD7A3), (0xF900, 0xFFFF), (0x10000, 0x10FFF), (0x1D100, 0x1D7FF),
    (0x1E000, 0x1EFFF), (0x1F300, 0x1FAFF), (0x20000, 0x2FA1F),
]  # fmt: skip
MARKS = [
    (0x0300, 0x036F), (0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05BD), (0x0610, 0x061A), (0x064B, 0x065F),
    (0x0730, 0x074A), (0x0898, 0x08FF), (0x093C, 0x094D), (0x0E38, 0x0E4B), (0x0F71, 0x0F84), (0x1AB0, 0x1ACE),
    (0x1DC0, 0x1DFF), (0x20D0, 0x20F0), (0x302A, 0x302F), (0x302E, 0x302F), (0x3099, 0x309A), (0xFE20, 0xFE2F),
    (0x16FF0, 0x16FF1), (0x1D165, 0x1D172), (0x1D165, 0x1D169), (0x1D16D, 0x1D172), (0x1E8D0, 0x1E94A),
]  # fmt: skip
COMPOSED = [
    (0x00C0, 0x017F), (0x01CD, 0x0233), (0x0340, 0x0344), (0x0374, 0x03D4), (0x0958, 0x095F), (0x0F73, 0x0F81),
    (0x1E00, 0x1EFF), (0x1F00, 0x1FFF), (0x2000, 0x2001), (0x2126, 0x212B), (0x2260, 0x22ED), (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF), (0xFB1D, 0xFB4E), (0x1109A, 0x110AB), (0x1D15E, 0x1D164), (0x1D1BB, 0x1D1C0),
    (0x2F800, 0x2FA1F),
]  # fmt: skip
SPACES = [
    0x20, 0x20, 0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1F, 0x85, 0xA0, 0x1680, 0x180E, 0x2000, 0x2003, 0x200A,
    0x200B, 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF,
]  # fmt: skip
CONTROLS = [
    (0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x0600, 0x0605), (0x200B, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x206F), (0xE000, 0xE010), (0xFFF0, 0xFFFF), (0xE0001, 0xE007F), (0xF0000, 0xF0010),
]  # fmt: skip
PUNCTUATION = [
    (0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E), (0xA1, 0xBF), (0x037E, 0x0387), (0x2010, 0x205E),
    (0x2E00, 0x2E5D), (0x3001, 0x303D), (0xFE10, 0xFE6B), (0xFF01, 0xFF20), (0x10100, 0x10102),
]  # fmt: skip
SPECIALS = ["[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "[MAS", "[cls]", "[[SEP]]", "[unused1]", "##", "##ing"]
EMOJI = [0x1F469, 0x200D, 0x1F4BB, 0xFE0F, 0x1F3FD, 0x2764, 0x1F1EB, 0x1F1F7, 0x20E3]


class GeneratedTexts:
    def __init__(self, vocabulary, seed):
        self.vocabulary, self.state = vocabulary, seed

    def below(self, n):
        self.state = self.state + 0x9E3779B97F4A7C15 & M64
        z = self.state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & M64
        z = (z ^ z >> 27) * 0x94D049BB133111EB & M64
        return ((z ^ z >> 31) >> 33) % n

    def next(self):
        text = []
        for _ in range(self.below(24)):
            text.append(self.unit())
            if self.below(2) == 0:
                text.append(" ")
        return "".join(text)

    def unit(self):
        kind = self.below(16)
        if kind <= 1:
            return self.word(1 + self.below(9), "a")
        if kind == 2:
            return self.word(1 + self.below(5), "A")
        if kind <= 5:
            return self.vocabulary[self.below(len(self.vocabulary))].replace("##", "")
        if kind == 6:
            c = self.below(0x10F800)
            return chr(c if c < 0xD800 else c + 0x800)
        if kind == 7:
            script = SCRIPTS[self.below(len(SCRIPTS))]
            return "".join(chr(script[0] + self.below(script[1] - script[0] + 1)) for _ in range(1 + self.below(5)))
        if kind == 8:
            text = ""
            for _ in range(1 + self.below(4)):
                if self.below(4) == 0:
                    text += self.point(COMPOSED)
                text += self.point(MARKS)
            return text
        if kind == 9:
            return self.point(COMPOSED)
        if kind == 10:
            return chr(SPACES[self.below(len(SPACES))])
        if kind == 11:
            return self.point(CONTROLS)
        if kind == 12:
            return self.point(PUNCTUATION)
        if kind == 13:
            return SPECIALS[self.below(len(SPECIALS))]
        if kind == 14:
            return "".join(chr(EMOJI[self.below(len(EMOJI))]) for _ in range(1 + self.below(4)))
        if self.below(4) > 0:
            return str(self.below(100000))
        fill = ["a", "x", "\u00e9", "\U0001d165", "\U00010400", "\u0301"]
        return fill[self.below(len(fill))] * (97 + self.below(7))

    def word(self, length, first):
        return "".join(chr(ord(first) + self.below(26)) for _ in range(length))

    def point(self, ranges):
        low, high = ranges[self.below(len(ranges))]
        return chr(low + self.below(high - low + 1))


def token(id, content, *flags):
    names = ("single_word", "lstrip", "rstrip", "normalized", "special")
    values = ", ".join(f'"{name}": {str(flag).lower()}' for name, flag in zip(names, flags))
    return f'{{"id": {id}, "content": "{content}", {values}}},'


T, F = True, False
ADDED = (
    token(13749, "ing", T, F, F, F, F)
    + token(30522, "Éa", F, F, T, T, F)
    + token(1740, "\\u4E00", F, T, T, T, T)
    + token(30523, "Ab c", F, T, F, T, F)
    + token(1015, "1", F, T, T, F, T)
    + token(30524, " 2", F, F, F, F, F)
    + token(1041, "e", T, T, T, T, F)
    + token(30525, "[SEP]]", F, F, F, F, T)
)
LOWER = ('"lowercase": true', '"lowercase": false')
CLEAN = ('"clean_text": true', '"clean_text": false')
CHINESE = ('"handle_chinese_chars": true', '"handle_chinese_chars": false')
ACCENTS = '"strip_accents": null'
CHANGES = {
    "minilm": [],
    "marco": [],
    "vocab": [],
    "cased": [LOWER],
    "accents": [(ACCENTS, '"strip_accents": false')],
    "stripped": [(ACCENTS, '"strip_accents": true'), LOWER],
    "unclean": [CLEAN],
    "chinese": [CHINESE],
    "bare": [CLEAN, CHINESE, LOWER],
    "added": [('"added_tokens": [', '"added_tokens": [' + ADDED)],
}


def reference(root, variant):
    if variant == "vocab":  # as transformers builds it from vocab.txt and tokenizer_config.json
        from transformers import BertTokenizer

        with tempfile.TemporaryDirectory() as folder:
            for name in ("vocab.txt", "tokenizer_config.json"):
                os.symlink(os.path.join(os.path.abspath(root), MINILM, name), os.path.join(folder, name))
            tokenizer = BertTokenizer.from_pretrained(folder)._tokenizer
    else:
        with open(os.path.join(root, MARCO if variant == "marco" else MINILM, "tokenizer.json"), encoding="utf-8") as f:
            json = f.read()
        for old, new in CHANGES[variant]:
            assert old in json
            json = json.replace(old, new)
        tokenizer = Tokenizer.from_str(json)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def clean(text):
    for old in (" .", " ?", " !", " ,", " ' ", " n't", " 'm", " 's", " 've", " 're"):
        text = text.replace(old, old.strip())
    return text


def results(tokenizer, texts, clean_up):
    """Four lines a text, as WordPieceResults prints them."""

    def show(full, limit, *text):
        if limit < len(full):
            tokenizer.enable_truncation(limit, strategy="longest_first")
            encoding = tokenizer.encode(*text)
            tokenizer.no_truncation()
        else:
            encoding = full
        columns = (
            " ".join(map(str, encoding.ids)),
            " ".join(map(str, encoding.type_ids)),
            " ".join(str(start) for start, _ in encoding.offsets),
            " ".join(str(end) for _, end in encoding.offsets),
            str(len(full) - len(encoding)),
            " ".join(map(tokenizer.id_to_token, encoding.ids)),
        )
        return "\t".join(columns)

    def decoded(ids):
        both = [tokenizer.decode(ids, skip_special_tokens=skip) for skip in (True, False)]
        return "\t".join(map(clean, both) if clean_up else both)

    previous, size = "", tokenizer.get_vocab_size()
    for line, text in enumerate(texts):
        limit = LIMITS[line % len(LIMITS)]
        full, pair = tokenizer.encode(text), tokenizer.encode(previous, text)
        picked = [(line * 7919 + i * (line + 1) * 31) % size for i in range(line % 12)]
        yield text, (
            show(full, 2**31, text),
            show(full, limit, text),
            show(pair, limit, previous, text),
            decoded(full.ids) + "\t" + decoded(picked),
        )
        previous = text


def generated(root, count):
    with open(os.path.join(root, MINILM, "vocab.txt"), encoding="utf-8") as file:
        texts = GeneratedTexts(file.read().split("\n")[:-1], SEED)
    return [texts.next() for _ in range(count)]


def golden(root):
    path = os.path.join(root, "tokenizer/src/test/resources/wordpiece-golden.txt")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"# oracle/wordpiece_parity.py, tokenizers {tokenizers.__version__}: variant, texts, seed, SHA-256 of ")
        out.write(f"the result lines of each {BLOCK} texts (first 16 digits)\n")
        for variant in CHANGES:
            count = COUNT.get(variant, OTHERS)
            digests, block = [], hashlib.sha256()
            for i, (_, lines) in enumerate(results(reference(root, variant), generated(root, count), variant == "marco"), 1):
                block.update("".join(line + "\n" for line in lines).encode())
                if i % BLOCK == 0:
                    digests.append(block.hexdigest()[:16])
                    block = hashlib.sha256()
            out.write(f"{variant} {count} {SEED} {' '.join(digests)}\n")


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    if path.endswith(".csv"):  # STS-B: tab-separated, sentences in the sixth and seventh columns
        return [sentence for line in lines for sentence in line.split("\t")[5:7]]
    return lines


def compare(root, java, variant, what, texts, arguments):
    command = [*java.split(), "dev.tercet.tokenizer.WordPieceResults", variant, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=os.path.join(root, "tokenizer"))
    different = 0
    for text, lines in results(reference(root, variant), texts, variant == "marco"):
        for expected in lines:
            found = process.stdout.readline().decode().rstrip("\n")
            if found != expected:
                different += 1
                if different <= 3:
                    print(f"{variant}: {text!r}\n  reference {expected!r}\n  tercet    {found!r}")
    assert process.stdout.readline() == b"" and process.wait() == 0
    print(f"{variant} {what}: {len(texts)} texts, {3 * len(texts)} encodings, {different} lines different", flush=True)
    return different


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("--golden", action="store_true")
    parser.add_argument("--java")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--variants", nargs="*", default=list(CHANGES))
    parser.add_argument("--texts", nargs="*", default=[])
    options = parser.parse_args()
    globals()["SEED"] = options.seed
    if options.golden:
        golden(options.root)
    if not options.java:
        return
    different = 0
    for variant in options.variants:
        count = COUNT.get(variant, OTHERS)
        texts = generated(options.root, count)
        arguments = ("generated", str(SEED), str(count))
        different += compare(options.root, options.java, variant, "generated", texts, arguments)
        for path in options.texts:
            texts = [text for text in lines_of(path) if text]
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
                assert not any("\n" in text for text in texts)
                file.write("\n".join(texts))
                file.flush()
                what = os.path.basename(path)
                different += compare(options.root, options.java, variant, what, texts, ("lines", file.name))
    raise SystemExit(1 if different else 0)


if __name__ == "__main__":
    main()
