"""Speed of a Marian model in transformers' generate() and in CTranslate2: what TranslationProfile is held against.

Usage: translation_speed.py HF_DIR CT2_DIR [--threads 1 2] [--batches 1 8 32] [--beams 1 4] [--types float32 int8]
       [--rounds 5] [--transformers]

Sources are random ids of 24 tokens, translations have exactly 24 (min and max length). Prints median, least and most
milliseconds and output tokens per second. CT2_DIR is the model as ct2-transformers-converter writes it.
Versions used: transformers 5.23.0, CTranslate2 (prints its own).
"""

import argparse
import json
import os
import statistics
import time

import ctranslate2

LENGTH = 24


def times(work, rounds):
    work()
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        found.append(1e3 * (time.perf_counter() - start))
    return found


def show(name, tokens, found):
    median = statistics.median(found)
    print(f"{name}: {median:.1f} ms ({min(found):.1f}-{max(found):.1f}), {1e3 * tokens / median:.1f} tokens/s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hf")
    parser.add_argument("ct2")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--beams", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--types", nargs="+", default=["float32", "int8"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--transformers", action="store_true")
    options = parser.parse_args()

    import torch

    with open(os.path.join(options.hf, "vocab.json"), encoding="utf-8") as file:
        tokens_of = {number: token for token, number in json.load(file).items()}
    generator = torch.Generator().manual_seed(7)
    model = None
    if options.transformers:
        import transformers

        model = transformers.MarianMTModel.from_pretrained(options.hf, dtype=torch.float32).eval()
        print(f"transformers {transformers.__version__}, torch {torch.__version__}")
    print(f"CTranslate2 {ctranslate2.__version__}")
    for threads in options.threads:
        torch.set_num_threads(threads)
        translators = {
            kind: ctranslate2.Translator(
                options.ct2, device="cpu", intra_threads=threads, inter_threads=1, compute_type=kind
            )
            for kind in options.types
        }
        for batch in options.batches:
            ids = torch.randint(2, len(tokens_of) - 2, (batch, LENGTH), generator=generator)
            ids[:, -1] = 0
            texts = [[tokens_of[int(i)] for i in row] for row in ids]
            for beams in options.beams:
                name = f"threads {threads}, {batch} x {beams}"
                if model is not None:
                    with torch.inference_mode():
                        found = times(
                            lambda: model.generate(
                                input_ids=ids,
                                attention_mask=torch.ones_like(ids),
                                num_beams=beams,
                                min_new_tokens=LENGTH,
                                max_new_tokens=LENGTH,
                                max_length=None,
                            ),
                            min(3, options.rounds),
                        )
                    show(f"transformers {name}", batch * LENGTH, found)
                for kind, translator in translators.items():
                    found = times(
                        lambda: translator.translate_batch(
                            texts,
                            beam_size=beams,
                            min_decoding_length=LENGTH,
                            max_decoding_length=LENGTH,
                            max_batch_size=0,
                        ),
                        options.rounds,
                    )
                    show(f"CTranslate2 {kind} {name}", batch * LENGTH, found)


main()
