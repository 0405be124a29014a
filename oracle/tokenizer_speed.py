"""Tokens a second of the reference tokenizers on one thread: tokenizer_speed.py TOKENIZER_JSON SPM TEXTS

Run it with RAYON_NUM_THREADS=1, beside dev.tercet.benchmarks.TokenizerRate on the same texts.
"""

import statistics
import sys
import time

import sentencepiece
import tokenizers

tokenizer_json, spm, texts = sys.argv[1:4]
with open(texts, encoding="utf-8") as file:
    lines = file.read().splitlines()


def rate(name, encode, count):
    tokens = count()
    rates = []
    for _ in range(9):
        start = time.perf_counter()
        encode()
        rates.append(tokens / (time.perf_counter() - start) / 1e6)
    print(f"{name}: {statistics.median(rates):.2f} M tokens/s ({min(rates):.2f}–{max(rates):.2f})")


wordpiece = tokenizers.Tokenizer.from_file(tokenizer_json)
wordpiece.no_padding()
wordpiece.no_truncation()
rate(
    f"tokenizers {tokenizers.__version__} encode_batch_fast",
    lambda: wordpiece.encode_batch_fast(lines),
    lambda: sum(len(e.ids) for e in wordpiece.encode_batch(lines)),
)
unigram = sentencepiece.SentencePieceProcessor(model_file=spm)
rate(
    f"sentencepiece {sentencepiece.__version__} encode",
    lambda: unigram.encode(lines),
    lambda: sum(map(len, unigram.encode(lines))),
)
