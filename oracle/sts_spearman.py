"""Spearman correlation of STS-B with the reference: sts_spearman.py MODEL_DIR STS_CSV, as the benchmark is published, fields separated by tabs

Tercet's own figure: the main class dev.tercet.StsSpearman among the engine's tests, with the same arguments.
"""

import sys

import numpy as np
import torch
from scipy.stats import spearmanr
from sentence_transformers import SentenceTransformer

torch.set_num_threads(1)
with open(sys.argv[2], encoding="utf-8") as file:
    rows = [line.rstrip("\n").split("\t")[4:7] for line in file]
model = SentenceTransformer(sys.argv[1], device="cpu", model_kwargs={"dtype": torch.float32})
first, second = (model.encode([row[i] for row in rows], batch_size=32) for i in (1, 2))
cosines = (first * second).sum(1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1)
print(f"{len(rows)} pairs, Spearman {spearmanr(cosines, [float(row[0]) for row in rows])[0]:.6f}")
