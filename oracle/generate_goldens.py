"""Writes the golden file of what generate() offers beyond its settings: generate_goldens.py EN_FR_TINY_DIR RESOURCES_DIR

EN_FR_TINY_DIR  models/tercet/en-fr-tiny
RESOURCES_DIR   engine/src/test/resources/marian, whose en-fr-tiny-generate.jsonl.gz has the sentences

Everything is computed in fp32 on one thread. en-fr-tiny-extras.jsonl.gz has a line of versions, then a line for each of

prefix      settings, per sentence a prefix (decoder_input_ids after the start token) and the hypotheses with their
            scores; two settings for all sentences, the others for the first hundred
tokens      settings, and for some sentences ids and log-probabilities of every token of every hypothesis, from
            compute_transition_scores
given       a source and a target, the log-probabilities of the target's tokens in one forward pass, and the mean over
            heads of cross_attentions of every layer
filter      random logits and what the logits warpers leave of them: the tokens with their log-probabilities
"""

import gzip
import json
import pathlib
import random
import sys

import torch
import transformers
from transformers import MarianMTModel, MarianTokenizer
from transformers.generation import LogitsProcessorList

tiny, resources = map(pathlib.Path, sys.argv[1:3])
torch.set_num_threads(1)
tokenizer = MarianTokenizer.from_pretrained(tiny)
model = MarianMTModel.from_pretrained(tiny, dtype=torch.float32, attn_implementation="eager").eval()
START = model.config.decoder_start_token_id
END = model.config.eos_token_id
lines = [{"versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}}]

with gzip.open(resources / "en-fr-tiny-generate.jsonl.gz", "rt") as file:
    golden = [json.loads(line) for line in file]
sources = golden[1]["sources"]
greedy = next(line for line in golden[2:] if line["settings"] == {"num_beams": 1})["hypotheses"]
best_of_four = next(line for line in golden[2:] if line["settings"].get("num_return_sequences") == 4)["hypotheses"]


def rounded(numbers):
    return [float(f"{number:.6g}") for number in numbers]


def decode(source, prefix, settings):
    """Hypotheses without the start token and padding, and the score of each, as marian_goldens.py has them."""
    with torch.inference_mode():
        output = model.generate(
            torch.tensor([source]),
            decoder_input_ids=torch.tensor([[START] + prefix]),
            return_dict_in_generate=True,
            output_scores=True,
            **settings,
        )
    beams = settings.get("num_beams", model.generation_config.num_beams)
    transitions = model.compute_transition_scores(
        output.sequences, output.scores, output.beam_indices if beams > 1 else None, normalize_logits=beams == 1
    )
    hypotheses, scores, tokens = [], [], []
    for h in range(len(output.sequences)):
        ids = output.sequences[h, 1:].tolist()
        if beams > 1:
            produced = int((output.beam_indices[h] >= 0).sum())
        else:
            new = ids[len(prefix) :]
            produced = next((i + 1 for i, token in enumerate(new) if token == END), len(new))
        steps = transitions[h][:produced].tolist()
        score = float(output.sequences_scores[h]) if beams > 1 else sum(steps) / produced
        if score < -5e8:
            continue
        hypotheses.append(ids[: len(prefix) + produced])
        scores.append(float(f"{score:.7g}"))
        tokens.append(rounded([0.0] * len(prefix) + steps))
    return hypotheses, scores, tokens


def prefixes(kind, s):
    """What the translations of a sentence are to begin with."""
    ids = (greedy[s][0] if kind == "own" else best_of_four[s][-1])[:-1]
    if kind == "own":
        return ids[: max(1, len(ids) // 3)]
    if kind == "other":
        return ids[: 1 + s % 3]
    return best_of_four[(s + 1) % len(sources)][0][:2]


PREFIXED = [
    ("own", len(sources), {"num_beams": 1}),
    ("other", len(sources), {"num_beams": 4, "num_return_sequences": 2}),
    ("foreign", 100, {"num_beams": 6, "max_new_tokens": 12, "min_new_tokens": 6, "early_stopping": True}),
    ("foreign", 100, {"num_beams": 4, "max_length": 14, "early_stopping": "never", "length_penalty": 1.4}),
    ("other", 100, {"num_beams": 4, "no_repeat_ngram_size": 2, "exponential_decay_length_penalty": [3, 1.2]}),
    ("foreign", 100, {"num_beams": 2, "begin_suppress_tokens": [3, 4, 5], "min_length": 8, "length_penalty": -0.5}),
]

for kind, count, settings in PREFIXED:
    found = [(prefix := prefixes(kind, s), *decode(sources[s], prefix, settings)) for s in range(count)]
    lines.append({
        "kind": "prefix", "settings": settings, "prefixes": [f[0] for f in found],
        "hypotheses": [f[1] for f in found], "scores": [f[2] for f in found],
    })
    print(kind, settings, flush=True)

for settings in [
    {"num_beams": 1},
    {"num_beams": 4, "num_return_sequences": 2},
    {"num_beams": 1, "repetition_penalty": 1.3, "no_repeat_ngram_size": 3},
    {"num_beams": 8, "length_penalty": 0.6, "encoder_repetition_penalty": 1.2},
]:
    found = [decode(source, [], settings) for source in sources[:40]]
    lines.append({
        "kind": "tokens", "settings": settings, "hypotheses": [f[0] for f in found], "logProbabilities": [f[2] for f in found],
    })

for s in range(12):
    # the translation of this sentence, and of another one, which it is unlikely to be
    for of in (s, s + 1):
        source, target = sources[s], best_of_four[of][0]
        with torch.inference_mode():
            output = model(
                input_ids=torch.tensor([source]), decoder_input_ids=torch.tensor([[START] + target[:-1]]),
                output_attentions=True,
            )
        logs = torch.log_softmax(output.logits[0], -1)
        lines.append({
            "kind": "given", "source": golden[1]["texts"][s], "sourceIds": source,
            "target": tokenizer.decode(target, skip_special_tokens=True), "targetIds": target,
            "logProbabilities": rounded([float(logs[i, token]) for i, token in enumerate(target)]),
            "attention": [
                [rounded(row) for row in layer[0].mean(0).tolist()] for layer in output.cross_attentions
            ],
            "heads": [rounded(row) for row in output.cross_attentions[0][0, 3].tolist()],
        })

rng = random.Random(5)
FILTERS = [
    {"temperature": 0.6}, {"temperature": 1.7, "top_k": 0}, {"top_k": 5}, {"top_k": 1}, {"top_p": 0.8}, {"top_p": 0.05},
    {"top_p": 0.0, "top_k": 0}, {"min_p": 0.1}, {"min_p": 0.9, "top_k": 0}, {"typical_p": 0.7}, {"typical_p": 0.2, "top_k": 0},
    {"epsilon_cutoff": 0.02}, {"eta_cutoff": 0.05, "top_k": 0}, {"eta_cutoff": 0.002}, {"top_h": 0.4}, {"top_h": 0.9, "top_k": 0},
    {"temperature": 1.3, "top_k": 20, "top_p": 0.9, "min_p": 0.02, "typical_p": 0.95, "epsilon_cutoff": 0.001,
     "eta_cutoff": 0.01, "renormalize_logits": True},
    {"num_beams": 4, "top_p": 0.1}, {"num_beams": 4, "typical_p": 0.1}, {"num_beams": 4, "epsilon_cutoff": 0.9},
    {"num_beams": 4, "min_p": 1.0, "top_k": 1}, {"num_beams": 4, "eta_cutoff": 0.9, "temperature": 0.5},
]
for number, settings in enumerate(FILTERS * 3):
    size = rng.choice([7, 60, 400])
    spread = rng.choice([1.0, 3.0, 6.0])
    logits = rounded([rng.gauss(0, spread) for _ in range(size)])
    # what other rules have forbidden is -inf, and None here
    forbidden = {rng.randrange(size) for _ in range(size // 5)} if number % 2 else set()
    scores = torch.tensor([[-float("inf") if i in forbidden else x for i, x in enumerate(logits)]])
    config = transformers.GenerationConfig(do_sample=True, **{"top_k": 50, **settings})
    config._eos_token_tensor = torch.tensor([END])
    with torch.inference_mode():
        kept = model._get_logits_processor(config, 1, torch.tensor([[1]]), None, LogitsProcessorList(), "cpu", {})(
            torch.tensor([[START]]), scores
        )
        logs = torch.log_softmax(kept[0], -1)
    lines.append({
        "kind": "filter", "settings": {"do_sample": True, **settings},
        "logits": [None if i in forbidden else x for i, x in enumerate(logits)],
        "kept": torch.isfinite(logs).nonzero()[:, 0].tolist(),
        "logProbabilities": rounded([float(x) for x in logs if torch.isfinite(x)]),
    })

path = resources / "en-fr-tiny-extras.jsonl.gz"
with open(path, "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as file:
    for line in lines:
        file.write((json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n").encode())
print(path, path.stat().st_size)
