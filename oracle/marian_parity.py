"""Compares translations of any sentences with transformers: marian_parity.py JAR MODEL_DIR SENTENCES [COUNT [SETTING…]]

JAR        demos/target/tercet.jar
MODEL_DIR  a Marian checkpoint, as in models/tercet/en-fr-tiny
SENTENCES  a file with one sentence a line
COUNT      of them, from the first on; 300 by default
SETTING    numbers of the settings below to run, counted from 0; all by default

Runs both for every setting below, in fp32, and prints how many sentences have other ids. Each of those is shown to be a
tie or not: translations in the same place of the ranking have scores that differ by less than 1e-5. Ends with 1 where
more than 0.5 % differ or a difference is not a tie below 1e-5. Prints the largest difference of scores and of tokens'
log-probabilities too.
"""

import json
import subprocess
import sys

import torch
from transformers import MarianMTModel, MarianTokenizer

jar, folder, path = sys.argv[1:4]
count = int(sys.argv[4]) if len(sys.argv) > 4 else 300
torch.set_num_threads(1)
texts = [line.rstrip("\n") for line in open(path, encoding="utf-8")][:count]
tokenizer = MarianTokenizer.from_pretrained(folder)
model = MarianMTModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
START, END = model.config.decoder_start_token_id, model.config.eos_token_id
TIE = 1e-5

SETTINGS = [
    {"num_beams": 1},
    {"num_beams": 2},
    {"num_beams": 4},
    {"num_beams": 8},
    {"num_beams": 4, "num_return_sequences": 4},
    {"num_beams": 5, "early_stopping": "true", "length_penalty": 0.6},
    {"num_beams": 4, "early_stopping": "never", "length_penalty": 1.6, "max_length": 64},
    {"num_beams": 3, "length_penalty": -0.5},
    {"num_beams": 4, "no_repeat_ngram_size": 2},
    {"num_beams": 4, "repetition_penalty": 1.3},
    {"num_beams": 1, "repetition_penalty": 1.3, "no_repeat_ngram_size": 3},
    {"num_beams": 4, "min_length": 15, "max_length": 40},
    {"num_beams": 4, "prefix": "Je"},
    {"num_beams": 1, "prefix": "Le chat"},
]


def tercet(settings):
    options = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
    command = ["java", "-jar", jar, "translate", "--model", folder, "--format", "jsonl", "--scores", "--quiet", "-i", "-"]
    run = subprocess.run(command + options, input="\n".join(texts) + "\n", capture_output=True, text=True, check=True)
    return [json.loads(line)["translations"] for line in run.stdout.splitlines()]


def reference(source, settings):
    settings = dict(settings)
    prefix = tokenizer(text_target=settings.pop("prefix", "")).input_ids[:-1]
    if settings.get("early_stopping") == "true":
        settings["early_stopping"] = True
    with torch.inference_mode():
        output = model.generate(
            torch.tensor([source]), decoder_input_ids=torch.tensor([[START] + prefix]), return_dict_in_generate=True,
            output_scores=True, **settings,
        )
    beams = settings["num_beams"]
    transitions = model.compute_transition_scores(
        output.sequences, output.scores, output.beam_indices if beams > 1 else None, normalize_logits=beams == 1
    )
    results = []
    for h in range(len(output.sequences)):
        ids = output.sequences[h, 1:].tolist()
        if beams > 1:
            produced = int((output.beam_indices[h] >= 0).sum())
        else:
            new = ids[len(prefix) :]
            produced = next((i + 1 for i, token in enumerate(new) if token == END), len(new))
        tokens = transitions[h][:produced].tolist()
        score = float(output.sequences_scores[h]) if beams > 1 else sum(tokens) / produced
        results.append((ids[: len(prefix) + produced], score, [0.0] * len(prefix) + tokens))
    return results


failed = False
everything = different = 0
worst_score = worst_token = 0.0
for settings in [SETTINGS[int(number)] for number in sys.argv[5:]] or SETTINGS:
    found, others = tercet(settings), []
    if len(found) != len(texts):
        sys.exit(f"{len(found)} results for {len(texts)} sentences")
    for text, translations in zip(texts, found):
        expected = reference(tokenizer(text, truncation=True).input_ids, settings)
        same = [e[0] for e in expected] == [t["ids"] for t in translations]
        gap = max((abs(e[1] - t["score"]) for e, t in zip(expected, translations)), default=0.0)
        if len(expected) != len(translations):
            gap = float("inf")
        if same:
            worst_score = max(worst_score, gap)
            for e, t in zip(expected, translations):
                worst_token = max([worst_token] + [abs(a - b) for a, b in zip(e[2], t["logProbabilities"])])
        else:
            others.append((gap, text, [e[0] for e in expected], [t["ids"] for t in translations]))
    everything += len(texts)
    different += len(others)
    print(f"{settings}: {len(others)} of {len(texts)} differ", flush=True)
    for gap, text, expected, ids in others:
        print(f"  scores in the same places differ by {gap:.2g}: {text}\n    {expected}\n    {ids}")
        failed |= not gap < TIE
print(f"{different} of {everything} differ; where they do not, scores differ by up to {worst_score:.2g},"
      f" log-probabilities of tokens by up to {worst_token:.2g}")
sys.exit(1 if failed or different > 0.005 * everything else 0)
