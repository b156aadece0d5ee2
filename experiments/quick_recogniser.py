"""Make the quick recogniser anew: PP-OCRv6's own, reckoned in eight bits.

    python experiments/quick_recogniser.py          # a minute

Writes gipr_ml/sources/scan/quick_recogniser.onnx and prints its SHA-256, which goes into
gipr_ml/sources/scan/ocr.py. Weights and what flows between the layers are rounded to eight bits
(Jacob et al., Quantization and training of neural networks for efficient integer-arithmetic-only
inference, 2018), within ranges seen on crops of generated scans of the training split. Weights take
seven of the eight, so that no processor's sums of products overflow. The attention at the end stays
in floating point; its last layer keeps the characters of GB 2312 and ASCII alone, of 18,710.
"""

from __future__ import annotations

import hashlib
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import onnx
from onnx import helper, numpy_helper, version_converter
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from gipr_ml.learning.synthesis.scans import make_scan
from gipr_ml.sources import read_bytes
from gipr_ml.sources.scan import ocr

SEED = 7340
"""First of the seeds of the reports whose crops show the ranges."""
KINDS = ("dpi_200", "together", "photo", "noise", "turned_90", "seal", "fax", "dpi_300", "blanks")
BATCHES = 80
ROUNDED = ("Conv", "Add", "Mul", "Concat", "MaxPool")
"""Kinds of layers in eight bits."""
OPSET = 17
HANZI, SIGNS = range(0xB0, 0xF8), range(0xA1, 0xA4)
"""First bytes of Chinese characters and of signs in GB 2312."""


def main() -> None:
    model = onnx.load(ocr.model_folder() / ocr.RECOGNITION)
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in ("body.onnx", "plain.onnx", "rounded.onnx")]
        onnx.save(body(model), paths[0])
        quant_pre_process(paths[0], paths[1], skip_symbolic_shape=True)
        plain = onnx.load(paths[1])
        join_gelus(plain)
        onnx.save(plain, paths[1])
        quantize_static(
            paths[1],
            paths[2],
            Shown(),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(ROUNDED),
            nodes_to_exclude=attention(plain),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        quick = onnx.load(paths[2])
    add_head(quick, model)
    data = quick.SerializeToString(deterministic=True)
    ocr.QUICK.write_bytes(data)
    print(f"{ocr.QUICK.name}: {len(data):,} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


def maker(graph: Any, name: str) -> Any:
    """The node that a value comes from."""
    return next(node for node in graph.node if name in node.output)


def taker(graph: Any, name: str) -> Any:
    """The one node that takes a value."""
    return next(node for node in graph.node if name in node.input)


def last_layer(model: Any) -> tuple[Any, Any, Any]:
    """The nodes that make probabilities of characters: product, sum and softmax."""
    softmax = maker(model.graph, model.graph.output[0].name)
    above = softmax
    found = []
    while len(found) < 2:
        above = maker(model.graph, above.input[0])
        if above.op_type != "Identity":
            found.append(above)
    return found[1], found[0], softmax


def body(model: Any) -> Any:
    """The recogniser without its last layer."""
    part = onnx.ModelProto()
    part.CopyFrom(model)
    product, _, _ = last_layer(part)
    graph = part.graph
    features = product.input[0]
    places = [number for number, node in enumerate(graph.node) if product.output[0] in node.output]
    del graph.node[places[0] :]
    used = {name for node in graph.node for name in node.input}
    weights = [one for one in graph.initializer if one.name in used]
    del graph.initializer[:], graph.output[:]
    graph.initializer.extend(weights)
    shape = ["crop", "step", 120]
    graph.output.append(helper.make_tensor_value_info(features, onnx.TensorProto.FLOAT, shape))
    return version_converter.convert_version(part, OPSET)


def join_gelus(model: Any) -> None:
    """Make one node of the five of each GELU: x (1 + erf(x / sqrt 2)) / 2."""
    graph = model.graph
    nodes = list(graph.node)
    for erf in [node for node in nodes if node.op_type == "Erf"]:
        scaled = maker(graph, erf.input[0])
        plus = taker(graph, erf.output[0])
        times = taker(graph, plus.output[0])
        half = taker(graph, times.output[0])
        gelu = helper.make_node(
            "Gelu", scaled.input[:1], half.output, name=f"{half.name}.gelu", domain="com.microsoft"
        )
        nodes[nodes.index(half)] = gelu
        for node in (scaled, erf, plus, times):
            nodes.remove(node)
    del graph.node[:]
    graph.node.extend(nodes)
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))


def attention(model: Any) -> list[str]:
    """Names of the nodes from the last pooling on."""
    kinds = [node.op_type for node in model.graph.node]
    return [node.name for node in model.graph.node[kinds.index("AveragePool") :]]


def add_head(quick: Any, model: Any) -> None:
    """A last layer that knows the characters that are kept, its weights in sixteen bits."""
    product, plus, _ = last_layer(model)
    weights = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    matrix = weights[product.input[1]]
    offset = next(weights[name] for name in plus.input if name in weights)
    listed = model.metadata_props[0].value.split("\n")
    known = [number for number, one in enumerate(listed, 1) if is_kept(one)]
    kept = [0, *known, len(listed) + 1]
    graph = quick.graph
    features = graph.output[0].name
    values = {
        "head.matrix": matrix[:, kept].astype(np.float16),
        "head.offset": offset[kept],
        "head.flat": np.array([-1, len(matrix)]),
        "head.characters": np.array([len(kept)]),
        "head.first": np.array([0]),
        "head.third": np.array([2]),
    }
    graph.initializer.extend(numpy_helper.from_array(v, name) for name, v in values.items())
    node = helper.make_node
    graph.node.extend(
        [
            node("Cast", ["head.matrix"], ["head.weights"], to=onnx.TensorProto.FLOAT),
            node("Reshape", [features, "head.flat"], ["head.steps"]),
            node("Gemm", ["head.steps", "head.weights", "head.offset"], ["head.sums"]),
            node("Softmax", ["head.sums"], ["head.shares"], axis=-1),
            node("Shape", [features], ["head.sides"]),
            node("Slice", ["head.sides", "head.first", "head.third"], ["head.crops"]),
            node("Concat", ["head.crops", "head.characters"], ["head.shape"], axis=0),
            node("Reshape", ["head.shares", "head.shape"], ["probabilities"]),
        ]
    )
    del graph.output[:], quick.metadata_props[:]
    shape = ["crop", "step", len(kept)]
    graph.output.append(
        helper.make_tensor_value_info("probabilities", onnx.TensorProto.FLOAT, shape)
    )
    helper.set_model_props(quick, {"character": "\n".join(listed[i - 1] for i in known)})


def is_kept(character: str) -> bool:
    """Whether a character is of ASCII, or a sign or Chinese character of GB 2312."""
    code = character.encode("gb2312", "ignore")
    return len(character) == 1 and (len(code) == 1 or (len(code) == 2 and _is_plain(code[0])))


def _is_plain(first: int) -> bool:
    return first in HANZI or first in SIGNS


class Shown(CalibrationDataReader):  # type: ignore[misc]
    """Batches of crops as the recogniser takes them."""

    def __init__(self) -> None:
        batches = list(_batches())
        random.Random(SEED).shuffle(batches)
        self._left = iter(batches[:BATCHES])

    def get_next(self) -> dict[str, Any] | None:
        """The next one, or None at the end."""
        batch = next(self._left, None)
        return None if batch is None else {"x": batch}


def _batches() -> Iterator[Any]:
    """All that the whole recogniser is given in reading a report of each kind."""
    models = ocr.engine()
    models._quick = None
    # Narrow lines that are unsure in a space or a bracket alone are shown at both widths too.
    ocr._idle = lambda text: [False] * len(text)
    given: list[Any] = []
    run = ocr._run

    def kept(session: Any, planes: Any) -> Any:
        if session is models._whole._session:
            given.append(planes)
        return run(session, planes)

    ocr._run = kept
    for number, kind in enumerate(KINDS):
        made = make_scan(SEED + number, kind)
        read_bytes(made.data, made.file_name)
    return iter(given)


if __name__ == "__main__":
    main()
