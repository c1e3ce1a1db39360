#!/usr/bin/env python3
"""Writes silero-vad-6.2.bin, the weights of the voice detector in the form that transcribe.cpp reads.

They come from the package `silero-vad` of PyPI (MIT licence, LICENSE beside this file):
    pip download --no-deps silero-vad==6.2.3 && ./make.py silero_vad-6.2.3-py3-none-any.whl silero-vad-6.2.bin
"""

import json
import struct
import sys
import zipfile

NAMES = {f"conv{n}.{part}": f"_model.encoder.{n - 1}.reparam_conv.{part}" for n in (1, 2, 3, 4) for part in ("weight", "bias")}
NAMES |= {f"lstm_cell.{part}": f"_model.decoder.rnn.{part}" for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
NAMES |= {
    "stft_conv.weight": "_model.stft.forward_basis_buffer",
    "final_conv.weight": "_model.decoder.decoder.2.weight",
    "final_conv.bias": "_model.decoder.decoder.2.bias",
}
# The head is a dot product there, not a convolution.
SHAPES = {"final_conv.weight": [128], "final_conv.bias": []}
WINDOW_CONTEXT_LAYERS = [512, 64, 4]
ENCODER = [129, 128, 3, 128, 64, 3, 64, 64, 3, 64, 128, 3]
LSTM_AND_HEAD = [128, 128, 128, 1]

wheel, target = sys.argv[1:]
weights = zipfile.ZipFile(wheel).read("silero_vad/data/silero_vad_16k.safetensors")
length = struct.unpack("<Q", weights[:8])[0]
tensors, data = json.loads(weights[8 : 8 + length]), weights[8 + length :]


def ints(*numbers):
    return struct.pack(f"<{len(numbers)}I", *numbers)


with open(target, "wb") as out:
    tag = b"silero-16k"
    out.write(ints(0x67676D6C, len(tag)) + tag + ints(6, 2, 0))
    out.write(ints(*WINDOW_CONTEXT_LAYERS, *ENCODER, *LSTM_AND_HEAD))
    for source, name in NAMES.items():
        shape = SHAPES.get(source, tensors[source]["shape"])
        begin, end = tensors[source]["data_offsets"]
        out.write(ints(len(shape), len(name), 0, *reversed(shape)))
        out.write(name.encode() + data[begin:end])
