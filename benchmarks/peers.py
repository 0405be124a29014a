"""sentence-transformers on the inputs of TextThroughput and CrossEncoderThroughput.

Usage: peers.py TEXTS ENCODER_FOLDER [CROSS_ENCODER_FOLDER [PEERS_FOLDER ONNX]]
TEXTS has one text a line. With PEERS_FOLDER, its bert_peers.py is run as well, on the ONNX file given.
"""

import os
import statistics
import subprocess
import sys
import time

PAIRS = 100
WORDS = 96
ROUNDS = 5


def measure(name, count, work):
    work()
    rates = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        rates.append(count / (time.perf_counter() - start))
    print(f"{name}: {statistics.median(rates):.1f}/s ({min(rates):.1f}-{max(rates):.1f})", flush=True)


def pairs(lines):
    """The pairs of CrossEncoderThroughput."""
    result = []
    for i in range(PAIRS):
        words, line = [], i + 1
        while len(words) < WORDS:
            words += lines[line % len(lines)].split(" ")
            line += 1
        result.append((lines[i % len(lines)], " ".join(words[:WORDS])))
    return result


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    import sentence_transformers
    import torch
    import transformers

    print(f"torch {torch.__version__}, transformers {transformers.__version__}, "
          f"sentence-transformers {sentence_transformers.__version__}")
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file]
    float32 = {"dtype": torch.float32}
    encoder = sentence_transformers.SentenceTransformer(sys.argv[2], device="cpu", model_kwargs=float32)
    cross = None
    if len(sys.argv) > 3:
        cross = sentence_transformers.CrossEncoder(sys.argv[3], device="cpu", model_kwargs=float32)
    for threads in (1, 2):
        torch.set_num_threads(threads)
        measure(f"sentence-transformers encode, {threads} thread(s), texts", len(lines),
                lambda: encoder.encode(lines, batch_size=32, show_progress_bar=False))
        if cross is not None:
            measure(f"CrossEncoder predict, {threads} thread(s), pairs", PAIRS,
                    lambda: cross.predict(pairs(lines), show_progress_bar=False))
    if len(sys.argv) > 5:
        script = os.path.join(sys.argv[4], "bert_peers.py")
        if not os.path.exists(script):
            sys.exit(f"{script} is absent: the other peers were not run")
        subprocess.run([sys.executable, script, sys.argv[2], sys.argv[5], sys.argv[1]], check=True)


if __name__ == "__main__":
    main()
