"""Writes a tiny random Marian model whose sides have vocabularies of their own: separate_vocabularies_goldens.py EN_FR_TINY_DIR OUTPUT_DIR

EN_FR_TINY_DIR  models/tercet/en-fr-tiny, whose SentencePiece models the tokenizer has; they are not copied
OUTPUT_DIR      engine/src/test/resources/marian/separate-vocabularies

The model is as transformers saves it, in fp16. golden.json has the hypotheses of generate() in fp32 for some texts, with
ids, scores and text, and the log-probability of each token of a given translation.
"""

import json
import pathlib
import shutil
import sys
import tempfile

import sentencepiece
import torch
import transformers
from transformers import MarianConfig, MarianMTModel, MarianTokenizer

tiny, out = map(pathlib.Path, sys.argv[1:3])
torch.set_num_threads(1)
shutil.rmtree(out, ignore_errors=True)
out.mkdir(parents=True)


def vocabulary(file, more, size):
    model = sentencepiece.SentencePieceProcessor(model_file=str(file))
    tokens = ["</s>", "<unk>", "<pad>"] + more
    pieces = [model.id_to_piece(i) for i in range(model.get_piece_size())]
    tokens += [piece for piece in pieces if piece not in tokens and piece != "<s>"][: size - len(tokens)]
    return {token: i for i, token in enumerate(tokens)}


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    for name in ("source.spm", "target.spm"):
        shutil.copy(tiny / name, folder / name)
    source = vocabulary(tiny / "source.spm", [">>fra<<", ">>deu_Latn<<"], 150)
    target = vocabulary(tiny / "target.spm", [], 190)
    for name, entries in (("vocab.json", source), ("target_vocab.json", target)):
        (folder / name).write_text(json.dumps(entries, ensure_ascii=False))
    files = {"source_spm": "source.spm", "target_spm": "target.spm", "vocab": "vocab.json", "target_vocab_file": "target_vocab.json"}
    tokenizer = MarianTokenizer(
        **{field: str(folder / name) for field, name in files.items()}, separate_vocabs=True, model_max_length=40
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(4)
    model = MarianMTModel(MarianConfig(
        vocab_size=len(source), decoder_vocab_size=len(target), d_model=16, encoder_layers=2, decoder_layers=1,
        encoder_attention_heads=4, decoder_attention_heads=2, encoder_ffn_dim=24, decoder_ffn_dim=20,
        max_position_embeddings=40, init_std=0.5, scale_embedding=True, activation_function="swish",
        share_encoder_decoder_embeddings=False, pad_token_id=2, decoder_start_token_id=2, eos_token_id=0, forced_eos_token_id=0,
    ))
    model.final_logits_bias.normal_(0, 0.5)
    model.generation_config.update(max_length=16, bad_words_ids=[[2]])
    model.half().save_pretrained(folder)
    model = MarianMTModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    tokenizer = MarianTokenizer.from_pretrained(folder)
    for file in folder.iterdir():
        if file.suffix != ".spm":
            shutil.copy(file, out / file.name)

translations = []
for text in ["I want to see you, do you?", ">>fra<< We are here.", ">>deu_Latn<< He is not there.", "日本語 is it?", ""]:
    encoded = tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        found = model.generate(
            **encoded, num_beams=4, num_return_sequences=3, return_dict_in_generate=True, output_scores=True
        )
    translations.append({
        "text": text, "source": encoded.input_ids[0].tolist(),
        "ids": [ids[1 : 1 + int((beams >= 0).sum())].tolist() for ids, beams in zip(found.sequences, found.beam_indices)],
        "scores": [float(f"{score:.7g}") for score in found.sequences_scores],
        "texts": tokenizer.batch_decode(found.sequences, skip_special_tokens=True),
    })
given = tokenizer(text_target="Il est là, je ne sais pas.").input_ids
with torch.inference_mode():
    logits = model(**tokenizer("Why?", return_tensors="pt"), decoder_input_ids=torch.tensor([[2] + given[:-1]])).logits[0]
logs = torch.log_softmax(logits, -1)
(out / "golden.json").write_text(json.dumps({
    "versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__},
    "translations": translations,
    "given": {"source": "Why?", "target": "Il est là, je ne sais pas.", "ids": given,
              "logProbabilities": [float(f"{logs[i, token]:.7g}") for i, token in enumerate(given)]},
}, ensure_ascii=False, indent=1) + "\n")
