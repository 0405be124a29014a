"""Prints two SHA-256 of the weights in a safetensors file: checkpoint_digest.py MODEL.safetensors

Over the tensors in the order of their names, each as a line and its data:
  stored  "name dtype [shape]" and the bytes of the file (models/build/ConvertMiniLm.java)
  fp32    "name [shape]" and the values as little-endian fp32, floats only (BundledCheckpointsTest)
For an int8 checkpoint give its expansion by the reference: (q.float() - zero_point.float()) * scale, saved as F32.
"""

import hashlib
import json
import struct
import sys

import torch
from safetensors.torch import load_file

content = open(sys.argv[1], "rb").read()
length = struct.unpack("<Q", content[:8])[0]
header = json.loads(content[8 : 8 + length])
header.pop("__metadata__", None)
values = load_file(sys.argv[1])

stored, fp32 = hashlib.sha256(), hashlib.sha256()
for name in sorted(header):
    tensor = header[name]
    begin, end = tensor["data_offsets"]
    stored.update(f"{name} {tensor['dtype']} {tensor['shape']}\n".encode())
    stored.update(content[8 + length + begin : 8 + length + end])
    if values[name].is_floating_point():
        fp32.update(f"{name} {tensor['shape']}\n".encode())
        fp32.update(values[name].float().contiguous().numpy().tobytes())
print("torch", torch.__version__)
print("stored", stored.hexdigest())
print("fp32", fp32.hexdigest())
