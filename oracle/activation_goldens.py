"""Writes what transformers' activation functions give: activation_goldens.py OUTPUT_FILE

OUTPUT_FILE  engine/src/test/resources/activations.jsonl.gz

A line of versions, a line with the inputs, then a line for each name of ACT2FN without weights of its own: its values in
fp32 and, of the same inputs, in double precision. The inputs are of all sizes that matter, around the places where a
function has a kink too.
"""

import gzip
import json
import pathlib
import random
import struct
import sys

import torch
import transformers
from transformers.activations import ACT2CLS, ACT2FN

torch.set_num_threads(1)


def fp32(number):
    return struct.unpack("f", struct.pack("f", number))[0]


rng = random.Random(20261126)
inputs = {fp32(i / 8) for i in range(-100, 101)}
inputs |= {fp32(rng.choice([-1, 1]) * 2 ** rng.uniform(-20, 6.4)) for _ in range(250)}
for kink in (-3, 0, 3, 6, 10, 20):
    inputs |= {fp32(kink + rng.uniform(-1, 1) * 2**-size) for size in (2, 8, 14, 20)}
inputs = sorted(inputs)

lines = [{"versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}}]
lines.append({"inputs": inputs})
x = torch.tensor(inputs, dtype=torch.float32)
assert x.tolist() == inputs
for name in ACT2CLS:
    function = ACT2FN[name]
    if not list(function.parameters()):
        single, double = function(x.clone()).tolist(), function(x.double()).tolist()
        lines.append({"name": name, "single": single, "double": double})
with open(pathlib.Path(sys.argv[1]), "wb") as raw, gzip.GzipFile(
    filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0
) as file:
    for line in lines:
        file.write((json.dumps(line, separators=(",", ":")) + "\n").encode())
