"""Writes the golden files of the Marian tests: marian_goldens.py EN_FR_TINY_DIR RESOURCES_DIR [small] [small-NAME] [tiny] [full=DIR]

EN_FR_TINY_DIR  models/tercet/en-fr-tiny
RESOURCES_DIR   engine/src/test/resources/marian
small, tiny     only the files of the small models, or of en-fr-tiny (some minutes)
small-NAME      only those of one small model
full=DIR        the file of the synthetic model of full size, which is not committed

Every number is computed in fp32 on one thread, and only sources of the same length together, so without padding.
Sentences are written or generated here.

en-fr-tiny-layers    golden.json and model.safetensors: every activation of three sentences with given target tokens
en-fr-tiny-logits    golden.json and model.safetensors: encoder output and first-step logits of more sentences
en-fr-tiny-generate.jsonl.gz
                     what generate() returns: a line of versions, a line with all sentences and their token ids, then a
                     line for each setting with all hypotheses of all sentences and their scores
full-size-logits     golden.json and model.safetensors: the same of the synthetic model of full size
small-activations    a random model and, for each activation function of transformers by its name, what the layers give at
                     their ends and generate() returns with that one
small-*              random models in the variants that configs allow, as transformers or torch save them, with
                     golden/ (every activation of one run) and generate.jsonl.gz (what generate() returns for random
                     settings)
"""

import gzip
import json
import pathlib
import random
import shutil
import sys

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import MarianConfig, MarianMTModel, MarianTokenizer
from transformers.activations import ACT2CLS, ACT2FN

tiny, resources = map(pathlib.Path, sys.argv[1:3])
torch.set_num_threads(1)
VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}

WRITTEN = """Hello, how are you today?
The weather is beautiful outside.
I love learning about artificial intelligence.
Yes.
No!
Why?
Thank you very much.
I don't know what to say.
He said: "I'll be back at 7 o'clock."
She has never been to Paris, but she wants to go there next year.
What time does the train leave?
My brother bought a car that was too expensive for him, so he sold it to his friend Tom.
Please, please, please, please!
We were about to leave when it started to rain.
Can you tell me where the nearest post office is?
1, 2, 3, 4, 5, 6, 7.
If I had known that you were coming, I would have made more coffee.
The cat is sleeping under the table. The dog is barking at the door.
Nobody was listening to him, because he was speaking too quietly, and because the people at the back were laughing.
Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.
日本語は話せません。
www.example.org/index.html
A
the the the the the the the the
Tom asked Mary whether she could help him with his homework, and Mary told Tom that she could, but that she would not.""".splitlines()

SUBJECTS = "I|you|he|she|we|they|Tom|Mary|my father|your sister|the teacher|the old man|our neighbours|a friend of mine|the children|nobody|everyone|the doctor|his wife|the boss".split("|")
PAST = "saw|bought|lost|found|wanted|forgot|broke|liked|sold|read|opened|remembered|needed|hid|repaired|carried".split("|")
OBJECTS = "the book|a new car|the key|this house|the letter|an apple|some water|the window|his umbrella|a small dog|the train|three tickets|that old song|my bicycle|the answer|her name|the red box|a cup of tea".split("|")
TIMES = "yesterday|last night|this morning|two days ago|on Monday|after lunch|before the war|in the summer|at the station|in the kitchen|near the river|without a word|for the first time|again".split("|")
INFINITIVES = "go home|eat something|learn French|play the piano|swim in the sea|wait any longer|work tomorrow|see a doctor|catch the last bus|speak to him|take a walk|stay here|write a letter|be late".split("|")
QUESTIONS = "Do you want to {v}?|Why did {s} have to {v}?|Where can I {v}?|When will {s} {v}?|Who {p} {o}?|How long did it take {s} to {v}?".split("|")
STATEMENTS = "{s} {p} {o} {t}.|{t}, {s} {p} {o}.|{s} decided to {v}.|It is too late to {v}.|{s} {p} {o} and {s2} {p2} {o2}.|{s} {p} {o} because {s2} did not want to {v}.|There is no reason to {v} {t}.|{s} told me that {s2} {p} {o} {t}.|{s} would like to {v}, but {s2} {p} {o}.|I think that {s} {p} {o} in order to {v}.|{s} {p} {o}, {o2} and {o3}.|Don't {v} if {s} {p} {o}!".split("|")


def generated_sentences(count):
    rng = random.Random(20261123)
    seen = set(WRITTEN)
    while len(seen) < len(WRITTEN) + count:
        pattern = rng.choice(QUESTIONS if rng.random() < 0.25 else STATEMENTS)
        o, o2, o3 = rng.sample(OBJECTS, 3)
        text = pattern.format(
            s=rng.choice(SUBJECTS), s2=rng.choice(SUBJECTS), p=rng.choice(PAST), p2=rng.choice(PAST), o=o, o2=o2, o3=o3,
            t=rng.choice(TIMES), v=rng.choice(INFINITIVES),
        )
        text = text[0].upper() + text[1:]
        if text not in seen:
            seen.add(text)
            yield text


SENTENCES = WRITTEN + list(generated_sentences(295))


def load(folder):
    model = MarianMTModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    return model.eval()


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False) + "\n")


def write_lines(path, lines):
    with open(path, "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as file:
        for line in lines:
            file.write((json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n").encode())


def folder(name):
    path = resources / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def activations(model, source, target):
    """What the modules of the model give for one sentence and given target tokens, by the names of the trace."""
    found = {}
    hooks = []

    def keep(name, pick):
        def hook(_, __, output):
            found[name] = pick(output).detach()[0].contiguous().clone()

        return hook

    def on(module, name, pick=lambda output: output):
        hooks.append(module.register_forward_hook(keep(name, pick)))

    for side, stack in (("encoder", model.model.encoder), ("decoder", model.model.decoder)):
        for i, layer in enumerate(stack.layers):
            at = f"{side}.layers.{i}"
            on(layer.self_attn, f"{at}.self_attn.probabilities", lambda output: output[1])
            on(layer.self_attn_layer_norm, f"{at}.self_attn_layer_norm")
            if side == "decoder":
                on(layer.encoder_attn, f"{at}.encoder_attn.probabilities", lambda output: output[1])
                on(layer.encoder_attn_layer_norm, f"{at}.encoder_attn_layer_norm")
            on(layer.final_layer_norm, f"{at}.final_layer_norm")
    with torch.inference_mode():
        output = model(
            input_ids=torch.tensor([source]), decoder_input_ids=torch.tensor([target]), output_hidden_states=True
        )
    for hook in hooks:
        hook.remove()
    found["encoder.embeddings"] = output.encoder_hidden_states[0][0].clone()
    found["decoder.embeddings"] = output.decoder_hidden_states[0][0].clone()
    found["lm_head"] = output.logits[0].clone()
    return found


def layers(model, tokenizer):
    out = folder("en-fr-tiny-layers")
    sentences, tensors = [], {}
    for s, text in enumerate(["Hello, how are you today?", "Why?", "The cat is sleeping under the table."]):
        source = tokenizer(text).input_ids
        with torch.inference_mode():
            target = model.generate(torch.tensor([source]), num_beams=1, max_length=10)[0].tolist()[:-1]
        sentences.append({"text": text, "source": source, "target": target})
        for name, tensor in activations(model, source, target).items():
            if name == "lm_head":
                tensor = tensor[:, :500].contiguous()
            tensors[f"{s}.{name}"] = tensor
    save_file(tensors, out / "model.safetensors")
    write_json(out / "golden.json", {"versions": VERSIONS, "sentences": sentences})


def logits(model, tokenizer, name, texts, whole):
    out = folder(name)
    sentences, tensors = [], {}
    for s, text in enumerate(texts):
        source = tokenizer(text).input_ids
        with torch.inference_mode():
            start = torch.tensor([[model.config.decoder_start_token_id]])
            output = model(input_ids=torch.tensor([source]), decoder_input_ids=start)
        sentences.append({"text": text, "source": source})
        # of most sentences a sample is kept
        step = 1 if s < whole else 16
        tensors[f"{s}.encoder"] = output.encoder_last_hidden_state[0].flatten()[::step].contiguous().clone()
        tensors[f"{s}.logits"] = output.logits[0, 0][::step].contiguous().clone()
        tensors[f"{s}.largest"] = torch.stack([output.encoder_last_hidden_state.abs().max(), output.logits.abs().max()])
    save_file(tensors, out / "model.safetensors")
    write_json(out / "golden.json", {"versions": VERSIONS, "sentences": sentences})


def generate(model, sources, settings):
    """For sources of one length: hypotheses without the start token and padding, and the score of each.

    The score is Σ log p / (tokens produced)^length_penalty, in greedy search too.
    """
    with torch.inference_mode():
        output = model.generate(
            torch.tensor(sources), return_dict_in_generate=True, output_scores=True, use_cache=True, **settings
        )
    config = model.generation_config
    beams = settings.get("num_beams", config.num_beams or 1)
    penalty = settings.get("length_penalty", 1.0)
    ends = config.eos_token_id if isinstance(config.eos_token_id, list) else [config.eos_token_id]
    each = settings.get("num_return_sequences", 1)
    results = []
    for s in range(len(sources)):
        hypotheses, scores = [], []
        for h in range(s * each, (s + 1) * each):
            ids = output.sequences[h, 1:].tolist()
            stop = next((i + 1 for i, token in enumerate(ids) if token in ends), len(ids))
            if beams > 1:
                # a hypothesis that ended by its length has padding behind it if another one is longer
                ids = ids[: int((output.beam_indices[h] >= 0).sum())]
                score = float(output.sequences_scores[h])
            else:
                ids = ids[:stop]
                total = sum(float(torch.log_softmax(step[h], -1)[token]) for step, token in zip(output.scores, ids))
                score = total / len(ids) ** penalty
            # where fewer hypotheses are possible than beams the rest are copies, 1e9 behind, or empty
            if ids and score * len(ids) ** penalty > -5e8:
                hypotheses.append(ids)
                scores.append(float(f"{score:.7g}"))
        results.append((hypotheses, scores))
    return results


SETTINGS = [
    {"num_beams": 1},
    {"num_beams": 4},
    {"num_beams": 6},
    {"num_beams": 4, "num_return_sequences": 4},
    {"num_beams": 4, "max_length": 128, "early_stopping": True},
    {"num_beams": 4, "early_stopping": "never", "length_penalty": 1.6, "max_length": 24},
    {"num_beams": 5, "early_stopping": "never", "length_penalty": -0.5, "num_return_sequences": 2},
    {"num_beams": 4, "length_penalty": 0.0, "early_stopping": True},
    {"num_beams": 4, "no_repeat_ngram_size": 2},
    {"num_beams": 4, "repetition_penalty": 1.3},
    {"num_beams": 1, "repetition_penalty": 1.3, "no_repeat_ngram_size": 3},
    {"num_beams": 4, "max_length": 8},
    {"num_beams": 4, "min_length": 15, "max_length": 30},
    {"num_beams": 3, "max_new_tokens": 5, "forced_eos_token_id": None, "renormalize_logits": False},
    {"num_beams": 4, "bad_words_ids": "FREQUENT"},
    {"num_beams": 8, "num_return_sequences": 8, "length_penalty": 0.6, "min_new_tokens": 4},
    {"num_beams": 2, "encoder_repetition_penalty": 1.4, "encoder_no_repeat_ngram_size": 3},
    {"num_beams": 4, "suppress_tokens": "FREQUENT FIRST", "exponential_decay_length_penalty": [4, 1.15]},
]


def frequent(results):
    """The tokens that translations contain most often, and those that they begin with."""
    counts, firsts = {}, {}
    for hypotheses in results:
        ids = hypotheses[0]
        firsts[ids[0]] = firsts.get(ids[0], 0) + 1
        for token in ids[:-1]:
            counts[token] = counts.get(token, 0) + 1
    top = lambda table, n: sorted(table, key=lambda token: (-table[token], token))[:n]
    return top(counts, 5), top(firsts, 3)


def tiny_generate(model, tokenizer):
    sources = [tokenizer(text).input_ids for text in SENTENCES]
    lines = [{"versions": VERSIONS}, {"texts": SENTENCES, "sources": sources}]
    most = None
    for settings in SETTINGS:
        settings = dict(settings)
        if settings.get("bad_words_ids") == "FREQUENT":
            settings["bad_words_ids"] = [[model.config.pad_token_id], [most[0][1]], most[0][2:4], [most[0][4]]]
        if settings.get("suppress_tokens") == "FREQUENT FIRST":
            settings["suppress_tokens"] = most[1]
        found = {}
        for length in sorted({len(source) for source in sources}):
            numbers = [s for s, source in enumerate(sources) if len(source) == length]
            found.update(zip(numbers, generate(model, [sources[s] for s in numbers], settings)))
        results = [found[s][0] for s in range(len(sources))]
        most = most or frequent(results)
        lines.append({"settings": settings, "hypotheses": results, "scores": [found[s][1] for s in range(len(sources))]})
        print(settings, flush=True)
    write_lines(resources / "en-fr-tiny-generate.jsonl.gz", lines)


# Small random models

BASE = dict(
    d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=4,
    encoder_ffn_dim=24, decoder_ffn_dim=40, max_position_embeddings=24, init_std=0.6, scale_embedding=True,
)
SMALL = {
    "small-shared-f16": dict(seed=1, dtype=torch.float16, vocab_size=23, activation_function="swish", pad_token_id=22,
                             decoder_start_token_id=22, eos_token_id=0, forced_eos_token_id=0),
    "small-separate-relu": dict(seed=0, dtype=torch.float32, vocab_size=31, decoder_vocab_size=19, activation_function="relu",
                                share_encoder_decoder_embeddings=False, pad_token_id=3, decoder_start_token_id=5,
                                eos_token_id=7, forced_eos_token_id=7),
    "small-untied-bf16": dict(seed=3, dtype=torch.bfloat16, vocab_size=29, decoder_vocab_size=17, activation_function="gelu",
                              share_encoder_decoder_embeddings=False, tie_word_embeddings=False, scale_embedding=False,
                              pad_token_id=1, decoder_start_token_id=2, eos_token_id=4, forced_eos_token_id=None),
    "small-two-ends-bin": dict(seed=2, dtype=torch.float32, vocab_size=13, activation_function="gelu_new", pad_token_id=12,
                               decoder_start_token_id=11, eos_token_id=[0, 3], forced_eos_token_id=0, bin=True),
    "small-untied-shared-f16-bin": dict(seed=5, dtype=torch.float16, vocab_size=18, activation_function="gelu_fast",
                                        tie_word_embeddings=False, scale_embedding=False, pad_token_id=17,
                                        decoder_start_token_id=3, eos_token_id=2, forced_eos_token_id=2, bin=True),
    "small-separate-sigmoid-sharded-bin": dict(seed=6, dtype=torch.bfloat16, vocab_size=16, decoder_vocab_size=25,
                                               activation_function="sigmoid", share_encoder_decoder_embeddings=False,
                                               pad_token_id=15, decoder_start_token_id=15, eos_token_id=24,
                                               forced_eos_token_id=None, bin=True, shards=True),
    # of 40 seeds the one whose layers make rounding errors largest
    "small-shared-tanh": dict(seed=14, dtype=torch.float32, vocab_size=23, activation_function="tanh", pad_token_id=22,
                              decoder_start_token_id=22, eos_token_id=0, forced_eos_token_id=0),
}


def small_model(name, variant):
    out = folder(name)
    variant = dict(variant)
    torch.manual_seed(variant.pop("seed"))
    dtype, as_bin, shards = variant.pop("dtype"), variant.pop("bin", False), variant.pop("shards", False)
    config = MarianConfig(**{**BASE, **variant})
    model = MarianMTModel(config).eval()
    with torch.no_grad():
        model.final_logits_bias.normal_(0, 0.5)
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    model.generation_config.max_length = 12
    model.to(dtype).save_pretrained(out)
    if as_bin:
        # as older versions wrote it: every name, the positions too, and no generation_config.json
        state = load_file(out / "model.safetensors")
        if config.tie_word_embeddings and config.share_encoder_decoder_embeddings:
            for tied in ("model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight", "lm_head.weight"):
                state[tied] = state["model.shared.weight"]
        else:
            state = dict(model.state_dict())
        for stack in (model.model.encoder, model.model.decoder):
            side = "encoder" if stack is model.model.encoder else "decoder"
            state[f"model.{side}.embed_positions.weight"] = stack.embed_positions.weight.detach() * 0.5
        if shards:
            names = sorted(state)
            files = {f"pytorch_model-0000{part + 1}-of-00002.bin": names[part::2] for part in (0, 1)}
            for file, its in files.items():
                torch.save({name: state[name].clone() for name in its}, out / file)
            index = {"metadata": {"total_size": sum(t.numel() * t.element_size() for t in state.values())},
                     "weight_map": {name: file for file, its in files.items() for name in its}}
            (out / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=2))
        else:
            torch.save(state, out / "pytorch_model.bin")
        (out / "model.safetensors").unlink()
        (out / "generation_config.json").unlink()
        written = json.loads((out / "config.json").read_text())
        written.update(max_length=12, num_beams=2, normalize_before=False, normalize_embedding=False,
                       static_position_embeddings=True, add_final_layer_norm=False)
        (out / "config.json").write_text(json.dumps(written, indent=2))
    return out


def random_settings(rng, model, source_size):
    ends = model.generation_config.eos_token_id
    vocabulary = model.config.decoder_vocab_size
    beams = rng.randrange(1, 7)
    token = lambda: rng.randrange(vocabulary)
    settings = {"num_beams": beams}
    maybe = lambda p: rng.random() < p
    if beams > 1 and maybe(0.5):
        settings["num_return_sequences"] = rng.randrange(1, beams + 1)
    if beams > 1:
        settings["early_stopping"] = rng.choice([True, False, "never"])
        if maybe(0.6):
            settings["length_penalty"] = rng.choice([-1.0, 0.0, 0.5, 1.5, 2.0])
    if maybe(0.5):
        settings[rng.choice(["max_length", "max_new_tokens"])] = rng.randrange(2, 20)
    if maybe(0.25):
        settings[rng.choice(["min_length", "min_new_tokens"])] = rng.randrange(1, 8)
    if maybe(0.25):
        settings["repetition_penalty"] = rng.choice([0.7, 1.2, 2.0])
    if maybe(0.25):
        settings["no_repeat_ngram_size"] = rng.randrange(1, 4)
    if maybe(0.15) and source_size <= vocabulary:
        settings["encoder_repetition_penalty"] = rng.choice([0.8, 1.5])
    if maybe(0.15) and source_size <= vocabulary:
        settings["encoder_no_repeat_ngram_size"] = rng.randrange(1, 4)
    if maybe(0.25):
        settings["bad_words_ids"] = [[token()], [token(), token()], [token(), token(), token()]]
    if maybe(0.2):
        settings["sequence_bias"] = [[[token()], 1.5], [[token(), token()], -2.5]]
    if maybe(0.2):
        settings["forced_bos_token_id"] = token()
    if maybe(0.2):
        settings["forced_eos_token_id"] = rng.choice([None, token(), [token()]])
    if maybe(0.15):
        settings["exponential_decay_length_penalty"] = [rng.randrange(0, 4), rng.choice([1.1, 1.5])]
    if maybe(0.15):
        settings["suppress_tokens"] = sorted({token(), token()})
    if maybe(0.15):
        settings["begin_suppress_tokens"] = sorted({token(), token()})
    if maybe(0.5):
        settings["renormalize_logits"] = rng.choice([True, False])
    forced = {settings.get("forced_bos_token_id")}
    last = settings.get("forced_eos_token_id", model.generation_config.forced_eos_token_id)
    forced |= set(last) if isinstance(last, list) else {last}
    if forced & set(settings.get("suppress_tokens", [])):
        del settings["suppress_tokens"]
    return settings


def small(name, variant):
    out = small_model(name, variant)
    model = load(out)
    rng = random.Random(name)
    vocabulary = model.config.vocab_size
    source = [rng.randrange(vocabulary) for _ in range(7)]
    target = [model.config.decoder_start_token_id] + [rng.randrange(model.config.decoder_vocab_size) for _ in range(5)]
    golden = folder(name + "/golden")
    save_file(activations(model, source, target), golden / "model.safetensors")
    write_json(golden / "golden.json", {"versions": VERSIONS, "source": source, "target": target})
    lines = [{"versions": VERSIONS}]
    while len(lines) < 151:
        source = [rng.randrange(vocabulary) for _ in range(rng.randrange(1, 12))]
        settings = random_settings(rng, model, vocabulary)
        ((hypotheses, scores),) = generate(model, [source], settings)
        if hypotheses:  # else the settings contradict each other
            lines.append({"source": source, "settings": settings, "hypotheses": hypotheses, "scores": scores})
    write_lines(golden / "generate.jsonl.gz", lines)


def every_activation_function(name):
    out = small_model(name, dict(SMALL["small-shared-f16"], seed=8))
    rng = random.Random(name)
    sources = [[rng.randrange(23) for _ in range(7)] for _ in range(8)]
    target = [22] + [rng.randrange(22) for _ in range(5)]
    tensors, hypotheses = {}, {}
    for function in ACT2CLS:
        if list(ACT2FN[function].parameters()):
            continue
        config = MarianConfig.from_pretrained(out)
        config.activation_function = function
        model = MarianMTModel.from_pretrained(out, config=config, dtype=torch.float32, attn_implementation="eager").eval()
        found = activations(model, sources[0], target)
        for part in ("encoder.layers.1.final_layer_norm", "decoder.layers.1.final_layer_norm", "lm_head"):
            tensors[f"{function}.{part}"] = found[part]
        hypotheses[function] = [h for h, _ in generate(model, sources, {"num_beams": 3, "num_return_sequences": 3})]
    golden = folder(name + "/golden")
    save_file(tensors, golden / "model.safetensors")
    write_json(golden / "golden.json",
               {"versions": VERSIONS, "sources": sources, "target": target, "hypotheses": hypotheses})


resources.mkdir(parents=True, exist_ok=True)
wanted = sys.argv[3:] or ["small", "tiny"]
if "small" in wanted:
    wanted += [*SMALL, "small-activations"]
if "small-activations" in wanted:
    every_activation_function("small-activations")
for name in dict.fromkeys(wanted):
    if name in SMALL:
        small(name, SMALL[name])
if "tiny" in wanted:
    tokenizer = MarianTokenizer.from_pretrained(tiny)
    model = load(tiny)
    layers(model, tokenizer)
    logits(model, tokenizer, "en-fr-tiny-logits", SENTENCES[:60], 1)
    tiny_generate(model, tokenizer)
for path in (argument[5:] for argument in wanted if argument.startswith("full=")):
    logits(load(path), MarianTokenizer.from_pretrained(path), "full-size-logits", SENTENCES[4:7], 0)
