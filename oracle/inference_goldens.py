"""A random cross-encoder with three labels, and what transformers says of some pairs: inference_goldens.py OUTPUT_DIR

The folder goes to demos/src/test/resources/inference. The weights mean nothing; what is tested is everything around
them: the order of the labels, which config.json gives by number and, on purpose, not in the order of the numbers, their
names, the pair as the tokenizer joins it, the logits and the softmax. golden.json holds all of it with the versions.
"""

import json
import pathlib
import sys

import torch
import transformers
from transformers import AutoModelForSequenceClassification, AutoTokenizer, BertConfig, BertForSequenceClassification, BertTokenizerFast

WORDS = "a the is on in not man woman guitar stage music empty famous playing making . ,".split()
PAIRS = [
    ["A man is playing a guitar on the stage.", "A man is making music."],
    ["A man is playing a guitar on the stage.", "The stage is empty."],
    ["A man is playing a guitar on the stage.", "The man is famous."],
    ["The woman is not on the stage, the guitar is.", "A woman is playing."],
]
LABELS = {2: "contradiction", 0: "entailment", 1: "neutral"}

output = pathlib.Path(sys.argv[1])
output.mkdir(parents=True, exist_ok=True)
(output / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]) + "\n")
tokenizer = BertTokenizerFast(vocab=str(output / "vocab.txt"), do_lower_case=True, model_max_length=48)
tokenizer.save_pretrained(output)

config = BertConfig(vocab_size=len(WORDS) + 5, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                    intermediate_size=32, max_position_embeddings=48, num_labels=3)
model = BertForSequenceClassification(config)
generator = torch.Generator().manual_seed(6)
with torch.no_grad():
    for name, parameter in model.named_parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.4)
        if name.endswith("LayerNorm.weight"):
            parameter.add_(1.0)
model.save_pretrained(output)

# as a file written by hand may have it: by number, in any order
written = json.loads((output / "config.json").read_text())
written["id2label"] = {str(number): name for number, name in LABELS.items()}
written["label2id"] = {name: number for number, name in LABELS.items()}
(output / "config.json").write_text(json.dumps(written, indent=2) + "\n")
for file in output.glob("*.json"):
    file.write_text(file.read_text().rstrip("\n") + "\n")

# read back from the folder, as a user would
model = AutoModelForSequenceClassification.from_pretrained(output).eval()
tokenizer = AutoTokenizer.from_pretrained(output)
golden = {"versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}, "pairs": []}
with torch.inference_mode():
    for premise, hypothesis in PAIRS:
        logits = model(**tokenizer(premise, hypothesis, return_tensors="pt")).logits[0]
        probabilities = torch.softmax(logits.double(), 0)
        golden["pairs"].append({
            "premise": premise,
            "hypothesis": hypothesis,
            "logits": logits.tolist(),
            "probabilities": {model.config.id2label[i]: p for i, p in enumerate(probabilities.tolist())},
        })
(output / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
