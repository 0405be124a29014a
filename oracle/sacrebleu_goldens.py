"""Writes what sacreBLEU says of generated translations: sacrebleu_goldens.py FILE

FILE  engine/src/test/resources/sacrebleu-golden.jsonl.gz

A line of versions, then a line for each case. {"text", "tokens"}: a text and its tokens by 13a. {"hypotheses",
"references", "lowercase", "wordOrder", …}: a corpus with one to three references, its BLEU with and without effective
order and its chrF, and for corpora of one reference list the BLEU and chrF of every sentence. All texts are generated
here from words, numbers, punctuation and characters that are hard for a tokenizer.
"""

import gzip
import json
import random
import sys

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

WORDS = """the cat sat on a mat and then it left because nobody was there to see Paris London Zürich naïve café déjà
œuvre l'homme aujourd'hui qu'il c'est d'accord n'est-ce pas Straße İstanbul ΟΔΟΣ ὀδός Москва привет 日本語 東京 한국어 नमस्ते
العربية שלום ไทย don't can't rock'n'roll well-known state-of-the-art U.S. U.S.A. e.g. i.e. Mr. Dr. a.m. No. www.example.org
https://example.org/a?b=c&d=e#f user@example.org C++ C# .NET AT&T R&D &amp; &quot; &lt; &gt; &amp;lt; <skipped> <b> x²
ﬁn 👍 👩‍👩‍👧 🇫🇷 𝒳 é ĳ""".split()
NUMBERS = "1 2.5 3,14 1,000 1,000.50 2024-01-31 12:30 -5 +7 50% $9.99 10€ 1/2 3x4 .5 5. 7-8 9-x 1.2.3 6,".split()
MARKS = """. , ; : ! ? … ... - – — ( ) [ ] { } " ' « » “ ” ‘ ’ / \\ | _ ` ~ @ # $ % ^ & * + = < > ¿ ¡ 、 。 ， ？ ' ''""".split()
SPACES = [" "] * 40 + ["  ", "\t", "\u00a0", "\u3000", "\u2009", "\u202f", "\u200b", "\u2028", "\u0085", "\x1c", "\n", "-\n", "\r"]

rng = random.Random(20261124)


def word():
    kind = rng.random()
    if kind < 0.72:
        return rng.choice(WORDS)
    if kind < 0.84:
        return rng.choice(NUMBERS)
    if kind < 0.97:
        return rng.choice(WORDS + NUMBERS) + rng.choice(MARKS)
    return "".join(rng.choice(WORDS + NUMBERS + MARKS) for _ in range(rng.randrange(2, 5)))


def sentence(most=18):
    length = rng.choice([0, 1, 2, 3]) if rng.random() < 0.2 else rng.randrange(4, most)
    words = [word() if rng.random() < 0.9 else rng.choice(MARKS) for _ in range(length)]
    text = "".join(w + rng.choice(SPACES) for w in words)
    return text if rng.random() < 0.1 else text.strip(" ") + rng.choice([".", ".", ".", "!", "?", "", " .", "…"]) * (length > 0)


def edited(text, strength):
    """A translation that a system might have made instead."""
    words = text.split(" ")
    result = []
    for w in words:
        chance = rng.random()
        if chance < strength / 4:
            continue
        if chance < strength / 2:
            result.append(word())
        elif chance < strength * 0.65 and len(w) > 2:
            result.append(w[:-1] if rng.random() < 0.5 else w.swapcase())
        else:
            result.append(w)
            if chance > 1 - strength / 6:
                result.append(w)
    if rng.random() < strength:
        i, j = rng.randrange(len(result) + 1), rng.randrange(len(result) + 1)
        result[i:j] = reversed(result[i:j])
    return " ".join(result)


def scores(hypotheses, references, lowercase, word_order):
    case = {"hypotheses": hypotheses, "references": references, "lowercase": lowercase, "wordOrder": word_order}
    for name, effective in (("bleu", False), ("effectiveBleu", True)):
        metric = BLEU(lowercase=lowercase, effective_order=effective)
        found = metric.corpus_score(hypotheses, references)
        case[name] = {
            "score": found.score, "precisions": found.precisions, "matches": found.counts, "totals": found.totals,
            "penalty": found.bp, "hypothesisTokens": found.sys_len, "referenceTokens": found.ref_len,
            "signature": str(metric.get_signature()), "shown": found.format(signature=str(metric.get_signature()), width=2),
        }
    metric = CHRF(lowercase=lowercase, word_order=word_order)
    found = metric.corpus_score(hypotheses, references)
    signature = str(metric.get_signature())
    case["chrf"] = {"score": found.score, "name": found.name, "signature": signature,
                    "shown": found.format(signature=signature, width=2)}
    if not lowercase and len(references) == 1:
        pairs = list(zip(hypotheses, references[0]))
        case["sentenceBleu"] = [sacrebleu.sentence_bleu(h, [r]).score for h, r in pairs]
        case["sentenceChrf"] = [sacrebleu.sentence_chrf(h, [r]).score for h, r in pairs]
    return case


def corpus(lines, strength):
    count = rng.choice([1, 1, 2, 3])
    first = [sentence() for _ in range(lines)]
    references = [first] + [[edited(text, 0.5) for text in first] for _ in range(count - 1)]
    hypotheses = [edited(rng.choice(references)[i], strength) for i in range(lines)]
    return hypotheses, references


WRITTEN = [
    (["", ""], [["", ""]]),
    (["", "a"], [["a b c d e", ""]]),
    (["The cat is on the mat."], [["The cat is on the mat."]]),
    (["the the the the the the the"], [["the cat is on the mat"], ["there is a cat on the mat"]]),
    (["a b"], [["a b"]]),
    (["a"], [["b"]]),
    (["a b c d e f"], [["f e d c b a"]]),
    (["a b c"], [["a b"], ["a b c d"]]),
    (["a b c"], [["a b c d"], ["a b"]]),
    (["   "], [["x"]]),
    (["abc", "日本語を話します。"], [["abd", "日本語は話せません。"]]),
    (["(hi) \"there\" 'x' ... !! a! !a"], [["(hi) 'there' x … ! a !a"]]),
]

lines = [{"sacrebleu": sacrebleu.__version__}]
tokenize = Tokenizer13a()
for _ in range(400):
    text = sentence(10)
    lines.append({"text": text, "tokens": tokenize(text.rstrip())})
for hypotheses, references in WRITTEN:
    for order in (0, 2):
        lines.append(scores(hypotheses, references, False, order))
for number in range(160):
    size = rng.choice([1, 1, 2, 3, 8, 20])
    hypotheses, references = corpus(size, rng.choice([0.05, 0.2, 0.5, 0.9]))
    lines.append(scores(hypotheses, references, rng.random() < 0.25, rng.choice([0, 0, 1, 2])))

with open(sys.argv[1], "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as file:
    for line in lines:
        file.write((json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n").encode())
