"""Writes the golden files of the BERT tests: bert_goldens.py MINILM_DIR MS_MARCO_DIR RESOURCES_DIR

MINILM_DIR     all-MiniLM-L6-v2, fp32
MS_MARCO_DIR   ms-marco-MiniLM-L12-v2, expanded to fp32
RESOURCES_DIR  engine/src/test/resources/bert

Every number is computed in fp32 on one thread, text by text, so without padding. Texts are written or generated here.
Each golden is a folder with golden.json (texts, token ids, versions) and model.safetensors (numbers), which the
loaders read; each small random model is a folder as the libraries save it, with its golden inside.
"""

import json
import pathlib
import random
import shutil
import sys

import numpy as np
import sentence_transformers
import torch
import transformers
from safetensors.torch import save_file
from sentence_transformers import CrossEncoder, SentenceTransformer
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer, BertConfig, BertTokenizerFast

minilm, ms_marco, resources = map(pathlib.Path, sys.argv[1:4])
torch.set_num_threads(1)
VERSIONS = {
    "torch": torch.__version__.split("+")[0],
    "transformers": transformers.__version__,
    "sentence_transformers": sentence_transformers.__version__,
}

WORDS = (
    "river stone lantern quiet morning orchard engine signal harbour copper winter paper bridge market silver garden "
    "memory train window letter mountain sugar doctor violin planet kitchen shadow ticket forest camera number bottle "
    "theory thunder island coffee teacher mirror ladder engineering photosynthesis uncharacteristically biodegradable "
    "walks runs carries measures forgets remembers opens closes builds repairs paints translates counts follows "
    "slowly quickly never often yesterday tomorrow again together because although while before after under above the "
    "a an this every some few many no and or but not with without into from through between 7 42 1969 3.14 2,500"
).split()
MARKS = [",", ",", ";", ":", " -", "..."]


def sentence_of(rng, words):
    """A text of that many random words, with capitals and punctuation."""
    out, start = [], True
    for i in range(words):
        word = rng.choice(WORDS)
        out.append(word.capitalize() if start else word)
        start = False
        if rng.random() < 0.08:
            out[-1] += rng.choice(MARKS)
        elif rng.random() < 0.07 or i == words - 1:
            out[-1] += rng.choice(".?!")
            start = True
    return " ".join(out)


ODD_TEXTS = [
    "",
    " \t\n ",
    "a",
    "OK",
    "How are you?",
    "The weather is beautiful outside.",
    "I love learning about artificial intelligence.",
    "Caf\u00e9 na\u00efve r\u00e9sum\u00e9 co\u00f6perate \u00c5ngstr\u00f6m",
    "e\u0301 and \u00e9 are the same letter",
    "\u6771\u4eac\u306f\u65e5\u672c\u306e\u9996\u90fd\u3067\u3059\u3002",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440!",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "emoji \U0001f600 and flags \U0001f1eb\U0001f1f7 here",
    "[CLS] special tokens [SEP] inside [MASK] the text [PAD]",
    "x" * 101,
    "y" * 100,
    "tabs\tand\nlines\r\nand\u00a0spaces\u200b\ufeffand\u0007bells",
    "https://example.org/a/b?c=d&e=f#g",
    "for (int i = 0; i < n; i++) { sum += x[i] * y[i]; }",
    "1 + 1 = 2; 10% of 250 is 25; -3.5e-7",
    "!!! ??? ... ,,, ;;; --- ___ *** ((( )))",
    "WHY IS THIS ALL IN CAPITALS",
]


def texts():
    rng = random.Random(20)
    lengths = [round(2 ** rng.uniform(0, 7.4)) for _ in range(180)] + [230, 245, 252, 253, 254, 255, 256, 300, 400, 700]
    return ODD_TEXTS + [sentence_of(rng, n) for n in lengths]


QUERIES = [
    "What is the capital of France?",
    "how long does it take to boil an egg",
    "symptoms of vitamin d deficiency",
    "who invented the telephone",
    "difference between a virus and a bacterium",
    "best time to plant tomatoes",
    "why is the sky blue",
    "how does a bicycle stay upright",
    "What is machine learning?",
    "cheapest way to travel from Paris to Lyon",
]
DOCUMENTS = [
    "Paris is the capital of France.",
    "Berlin is the capital of Germany.",
    "Place the egg in boiling water: six minutes for a soft yolk, ten to twelve for a hard one.",
    "Too little vitamin D can cause tiredness, bone pain, muscle weakness and low mood, though many people notice"
    " nothing at all.",
    "In 1876 a patent for the telephone was granted to Alexander Graham Bell; who had the idea first is still debated.",
    "A bacterium is a living cell that feeds and divides by itself. A virus is far smaller and multiplies only inside"
    " the cells of a host.",
    "Tomatoes go outside when the nights stay above ten degrees, in most gardens two weeks after the last frost.",
    "Air scatters short waves of light more than long ones, so the light that reaches us from the sky is mostly blue.",
    "A rolling bicycle steers itself under its rider when it begins to fall, which brings the wheels back beneath the"
    " centre of mass.",
    "Machine learning lets a program improve at a task from examples instead of explicit rules.",
    "The slow regional train from Paris to Lyon costs less than half of the fast one and takes five hours.",
    "Lantern copper orchard; seven violins, no harbour.",
]


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write(folder, golden, tensors):
    folder.mkdir(parents=True, exist_ok=True)
    golden = {"versions": VERSIONS, **golden}
    (folder / "golden.json").write_text(json.dumps(golden, indent=1, ensure_ascii=True) + "\n")
    save_file({name: torch.as_tensor(np.ascontiguousarray(t)) for name, t in tensors.items()},
              folder / "model.safetensors")


def activations(model, **inputs):
    """Hidden states and attention probabilities of one sequence, by the names of Tercet's trace."""
    out = model(**inputs, output_hidden_states=True, output_attentions=True)
    tensors = {"embeddings": out.hidden_states[0][0].numpy()}
    for i, (hidden, attention) in enumerate(zip(out.hidden_states[1:], out.attentions)):
        tensors[f"encoder.layer.{i}.output"] = hidden[0].numpy()
        tensors[f"encoder.layer.{i}.attention.probabilities"] = attention[0].numpy()
    return out, tensors


def layers():
    chosen = [
        "How are you?",
        "I love learning about artificial intelligence.",
        "Vectors of similar texts point the same way; unrelated ones (say, caf\u00e9 menus) hardly do.",
    ]
    tokenizer = AutoTokenizer.from_pretrained(minilm)
    model = AutoModel.from_pretrained(minilm, dtype=torch.float32, attn_implementation="eager").eval()
    ids, tensors = [], {}
    for t, text in enumerate(chosen):
        encoded = tokenizer(text, return_tensors="pt", padding=False, truncation=False)
        ids.append(encoded["input_ids"][0].tolist())
        _, found = activations(model, **encoded)
        tensors.update({f"{t}.{name}": value for name, value in found.items()})
    write(fresh(resources / "minilm-layers"), {"texts": chosen, "ids": ids}, tensors)

    pair = ["why is the sky blue", DOCUMENTS[1]]
    tokenizer = AutoTokenizer.from_pretrained(ms_marco)
    model = AutoModelForSequenceClassification.from_pretrained(
        ms_marco, dtype=torch.float32, attn_implementation="eager").eval()
    encoded = tokenizer(*pair, return_tensors="pt", padding=False)
    out, tensors = activations(model, **encoded)
    tensors = {f"0.{name}": value for name, value in tensors.items()}
    tensors["0.classifier"] = out.logits.numpy()
    write(fresh(resources / "ms-marco-layers"),
          {"texts": pair, "ids": [encoded["input_ids"][0].tolist()]}, tensors)


def embeddings():
    chosen = texts()
    model = SentenceTransformer(str(minilm), device="cpu", model_kwargs={"dtype": torch.float32})
    vectors = model.encode(chosen, batch_size=1, show_progress_bar=False)
    untruncated = model.tokenizer.backend_tokenizer
    untruncated.no_truncation()
    untruncated.no_padding()
    full = [len(untruncated.encode(text).ids) for text in chosen]
    write(fresh(resources / "minilm-embeddings"),
          {"texts": chosen, "tokens": [min(n, 256) for n in full], "truncated": [max(0, n - 256) for n in full]},
          {"embeddings": vectors})
    print(len(chosen), "embeddings, tokens", sorted(full))


def scores():
    model = CrossEncoder(str(ms_marco), device="cpu", model_kwargs={"dtype": torch.float32})
    rng = random.Random(21)
    documents = DOCUMENTS + [sentence_of(rng, 380), sentence_of(rng, 520)]
    logits = np.stack([model.predict([(q, d) for d in documents], batch_size=1) for q in QUERIES])
    rankings = [[r["corpus_id"] for r in model.rank(q, documents, batch_size=1)] for q in QUERIES]
    write(fresh(resources / "ms-marco-scores"),
          {"queries": QUERIES, "documents": documents, "rankings": rankings}, {"logits": logits.astype(np.float32)})
    print("logits", logits[0, :2])


def small_vocabulary(folder):
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    digits = [str(d) for d in range(10)]
    entries = special + letters + ["##" + c for c in letters] + digits + ["##" + d for d in digits] + list(".,;:?!-'")
    entries += ["the", "and", "river", "stone", "quiet", "##ing", "##er", "##ed"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(entries) + "\n")
    return BertTokenizerFast(vocab=str(folder / "vocab.txt"), do_lower_case=True, model_max_length=64), len(entries)


SMALL_TEXTS = ["", "a", "The quiet river.", "Stone and stone, river and river: the quieter the river, the quieter!",
               "0123456789 " * 12, "zebra " * 40]
SMALL_PAIRS = [["the river", "a quiet stone"], ["", ""], ["stone " * 30, "river and stone " * 30],
               ["why?", "the quiet river carries stones"], ["a", "b"]]


def randomize(model, seed):
    """Larger than the usual initialization, so that attention is far from uniform and biases matter."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            scale = 0.5 if parameter.dim() > 1 else 0.3
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale)
            if name.endswith("LayerNorm.weight"):
                parameter.add_(1.0)
    return model.eval()


def small_config(vocabulary, **changes):
    return BertConfig(**{**dict(vocab_size=vocabulary, hidden_size=24, num_hidden_layers=2, num_attention_heads=3,
                                intermediate_size=40, max_position_embeddings=64), **changes})


def small_bi_encoder(name, pooling, normalize, seed, dtype=None, legacy_bin=False, **changes):
    folder = fresh(resources / name)
    scratch = folder / "scratch"
    tokenizer, vocabulary = small_vocabulary(scratch)
    randomize(transformers.BertModel(small_config(vocabulary, **changes)), seed).to(dtype or torch.float32) \
        .save_pretrained(scratch)
    tokenizer.save_pretrained(scratch)
    modules = sentence_transformers.sentence_transformer.modules
    transformer = modules.Transformer(str(scratch), model_kwargs={"dtype": torch.float32})
    pipeline = [transformer, modules.Pooling(transformer.get_embedding_dimension(), pooling)]
    model = SentenceTransformer(modules=pipeline + ([modules.Normalize()] if normalize else []), device="cpu")
    vectors = model.encode(SMALL_TEXTS, batch_size=1, show_progress_bar=False)
    model.save_pretrained(str(folder), create_model_card=False)
    for weights in scratch.glob("model.safetensors"):
        shutil.copy(weights, folder)
    if legacy_bin:
        state = transformers.BertModel.from_pretrained(scratch, dtype=dtype or torch.float32).state_dict()
        torch.save(state, folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    shutil.rmtree(scratch)
    tidy(folder)
    write(folder / "golden", {"texts": SMALL_TEXTS}, {"embeddings": vectors})


def small_cross_encoder(name, labels, seed, activation=None, dtype=None, legacy_key=None, **changes):
    folder = fresh(resources / name)
    tokenizer, vocabulary = small_vocabulary(folder)
    config = small_config(vocabulary, num_labels=labels, **changes)
    if labels == 3:
        config.id2label = {0: "contradiction", 1: "entailment", 2: "neutral"}
    if activation:
        config.sentence_transformers = {"activation_fn": activation}
    if legacy_key:
        config.sbert_ce_default_activation_function = legacy_key
    randomize(transformers.BertForSequenceClassification(config), seed).to(dtype or torch.float32) \
        .save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    tidy(folder)
    model = CrossEncoder(str(folder), device="cpu", model_kwargs={"dtype": torch.float32})
    pairs = [tuple(p) for p in SMALL_PAIRS]
    tensors = {"logits": model.predict(pairs, batch_size=1, activation_fn=torch.nn.Identity()),
               "scores": model.predict(pairs, batch_size=1)}
    write(folder / "golden", {"pairs": SMALL_PAIRS}, {k: v.astype(np.float32) for k, v in tensors.items()})


def tidy(folder):
    """Only what a user's folder would hold; text files end with a line break."""
    for name in ("README.md", ".gitattributes"):
        (folder / name).unlink(missing_ok=True)
    for file in folder.rglob("*.json"):
        file.write_text(file.read_text().rstrip("\n") + "\n")


with torch.inference_mode():
    layers()
    embeddings()
    scores()
small_bi_encoder("small-mean", "mean", False, 1)
small_bi_encoder("small-cls-relu", "cls", True, 2, hidden_act="relu", num_attention_heads=2, hidden_size=20)
small_bi_encoder("small-max-gelu-new-f16", "max", True, 3, dtype=torch.float16, hidden_act="gelu_new",
                 num_attention_heads=1, hidden_size=33, intermediate_size=65)
small_bi_encoder("small-mean-bin", "mean", True, 4, legacy_bin=True, num_hidden_layers=1, hidden_act="silu")
small_cross_encoder("small-labels-bf16", 3, 5, dtype=torch.bfloat16, num_attention_heads=4)
small_cross_encoder("small-sigmoid", 1, 6, num_hidden_layers=3)
small_cross_encoder("small-identity", 1, 7, activation="torch.nn.modules.linear.Identity")
small_cross_encoder("small-legacy-tanh", 1, 8, legacy_key="torch.nn.modules.activation.Tanh")
