"""PP-OCRv6 on onnxruntime: where text stands on a page, which way up it is, what it says.

The three models are those that the package rapidocr carries inside itself; they are opened by
their paths, so that nothing is ever fetched. The steps around them (scaling, DB boxes, CTC) follow
PaddleOCR (Du et al., PP-OCR: A practical ultra lightweight OCR system, 2020); on top of them the
digits of a crop are read by themselves, which tells a right number from a wrong one better than the
mean score.

The recogniser is carried a second time, reckoned in whole numbers of eight bits and knowing the
characters of GB 2312 alone (experiments/quick_recogniser.py makes it): it reads everything first,
in less than half the time, and the whole one reads anew what it is not sure of.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gipr_ml.errors import MissingPart
from gipr_ml.sources.scan.margins import BLOCK, printed_part
from gipr_ml.sources.scan.textmap import boxes

DETECTION = "PP-OCRv6_det_small.onnx"
RECOGNITION = "PP-OCRv6_rec_small.onnx"
DIRECTION = "ch_ppocr_mobile_v2.0_cls_mobile.onnx"
QUICK = Path(__file__).parent / "quick_recogniser.onnx"
QUICK_SHA256 = "69761f96742a6e5b065b4a04ee9a3e31771482545bd2a7489e9de1ae0a8a4f4a"
"""Of the file of the quick recogniser; any other file is not opened."""

THREADS = 1
"""Threads of one process; many files are read by several processes."""
HEIGHT, NARROWEST, WIDEST = 48, 64, 3200
"""Pixels of a crop as the recogniser takes it."""
BATCH_WIDTH = 1024
"""Pixels of all crops of one batch together: larger batches fall out of the cache and cost more."""
STEP = 8
"""Pixels along a crop for which the recogniser says what stands there."""
NARROWED = ((15.0, 0.8), (4.0, 0.6))
"""Heights from which a crop is narrowed to a share of its width: lines of prose, which may hold
numbers, and labels."""
WITH_NUMBERS = 0.8
"""Share of its width to which a crop may be narrowed without equal digits becoming one."""
CLEAR, CLEAR_LABEL, STEPS = 0.5, 0.7, 1.7
"""Confidence of narrowed prose and of a narrowed label, and steps for each of their characters,
below which they are read as they are."""
_NO_NUMBER = re.compile(r"[(（]?\d{0,2}[)）]?[.、．,，]?\D*")
"""A text without numbers but for that of its item."""
SURE_NUMBER, SURE_WITH_DIGITS, SURE_TEXT = 0.98, 0.9, 0.7
"""Confidence from which the quick recogniser's reading of a number or of a single character, of
text with digits, and of text without is taken as it is."""
SURE_DIGIT = 0.5
"""The same of a single digit that is sure among the digits: what it may be else is no digit."""
IDLE = frozenset(" ()（）[]，。、：；,.:;")
"""Spaces, brackets and stops."""
_CHINESE = re.compile("[丁-龥]")
"""A Chinese character other than 一, which may be a dash."""
DIRECTION_WIDTH = 192
DIGITS = "0123456789"
ZEROS = str.maketrans(dict.fromkeys("OoQ〇○◯", "0"))
"""What zeros are read as."""

Image = NDArray[np.uint8]
Quads = NDArray[np.float32]
"""Corners of shape (boxes, 4, 2): top left, top right, bottom right, bottom left, in pixels."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a crop says."""

    text: str
    confidence: float
    """The least probability of a character, 0 to 1; 0 where nothing was read."""
    digits: str
    """The reading when only digits are allowed."""
    digits_confidence: float
    """The least renormalised probability of a digit; 0 where there is none."""
    core: float = 0.0
    """The confidence without spaces, brackets and stops, but for those between digits: they are
    seldom sure, and say nothing."""


NOTHING = Reading("", 0.0, "", 0.0)


class Recogniser:
    """One model that reads crops."""

    def __init__(self, model: Path | bytes) -> None:
        self._session = _session(model)
        listed = self._session.get_modelmeta().custom_metadata_map["character"]
        self._characters = ["", *listed.split("\n"), " "]
        self._digits = [0, *(self._characters.index(digit) for digit in DIGITS)]

    def read(self, crops: Sequence[Image], widths: Sequence[int]) -> list[Reading]:
        """The crops as they read at these widths."""
        found = [NOTHING] * len(crops)
        for width in sorted(set(widths)):
            alike = [index for index, own in enumerate(widths) if own == width]
            most = max(1, BATCH_WIDTH // width)
            for start in range(0, len(alike), most):
                batch = alike[start : start + most]
                planes = np.stack([_fitted(crops[index], width) for index in batch])
                for index, probabilities in zip(batch, _run(self._session, planes), strict=True):
                    found[index] = self._decoded(probabilities)
        return found

    def _decoded(self, probabilities: NDArray[np.float32]) -> Reading:
        found, sure = _characters(probabilities)
        text = "".join([self._characters[i] for i in found])
        digits = probabilities[:, self._digits]
        digits = digits / np.maximum(digits.sum(axis=1, keepdims=True), 1e-9)
        only, only_sure = _characters(digits)
        core = [s for s, idle in zip(sure, _idle(text), strict=True) if not idle]
        return Reading(
            text.strip(),
            min(sure, default=0.0),
            "".join([DIGITS[i - 1] for i in only]),
            min(only_sure, default=0.0),
            min(core, default=0.0),
        )


class Engine:
    """The models, loaded once a process; see `engine`."""

    def __init__(self, folder: Path) -> None:
        self._detection = _session(folder / DETECTION, arena=True)
        self._direction = _session(folder / DIRECTION)
        self._whole = Recogniser(folder / RECOGNITION)
        self._quick = _quick()

    def detect(self, image: Image, side: int) -> Quads:
        """Boxes of text on a page, grey or RGB, found at `side` pixels on its long side."""
        import cv2

        height, width = image.shape[:2]
        scale = min(1.0, side / max(height, width))
        size = [max(BLOCK, round(length * scale / BLOCK) * BLOCK) for length in (width, height)]
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        part = printed_part(small)
        if not part.picture.size:
            return np.zeros((0, 4, 2), dtype=np.float32)
        quads = part.on_page(boxes(_run(self._detection, _planes(part.picture)[None])[0, 0]))
        quads *= np.array([width / size[0], height / size[1]], dtype=np.float32)
        return quads

    def upside_down(self, crops: Sequence[Image]) -> float:
        """Mean probability that the crops, one line of text each, stand on their heads."""
        batch = np.stack([_fitted(crop, DIRECTION_WIDTH) for crop in crops])
        return float(_run(self._direction, batch)[:, 1].mean())

    def recognise(self, crops: Sequence[Image]) -> list[Reading]:
        """What each crop, a grey or RGB picture of one line, says.

        Long lines are read narrowed, as they were when the model was trained, and only where that
        may have lost something a second time as they are.
        """
        widths = [_width(crop) for crop in crops]
        narrowed = [_narrowed(width) for width in widths]
        found = self._read(crops, narrowed)
        again = [
            index
            for index, (own, width) in enumerate(zip(widths, narrowed, strict=True))
            if width < own and not _is_clear(found[index], width, own)
        ]
        whole = self._read([crops[i] for i in again], [widths[i] for i in again])
        for index, reading in zip(again, whole, strict=True):
            found[index] = reading
        return found

    def _read(self, crops: Sequence[Image], widths: Sequence[int]) -> list[Reading]:
        """The crops as they read at these widths, quickly where that is sure."""
        if self._quick is None:
            return self._whole.read(crops, widths)
        found = self._quick.read(crops, widths)
        unsure = [index for index, reading in enumerate(found) if not _is_sure(reading)]
        whole = self._whole.read([crops[i] for i in unsure], [widths[i] for i in unsure])
        for index, reading in zip(unsure, whole, strict=True):
            found[index] = reading
        return found


@cache
def engine() -> Engine:
    """The models of this process. Raises `MissingPart` where rapidocr or a model is missing."""
    return Engine(model_folder())


def model_folder() -> Path:
    """Where rapidocr keeps the models. Raises `MissingPart` where it or one of them is missing."""
    found = importlib.util.find_spec("rapidocr")
    folders = found.submodule_search_locations if found is not None else None
    if not folders or importlib.util.find_spec("onnxruntime") is None:
        raise MissingPart("scans need rapidocr and onnxruntime: pip install rapidocr onnxruntime")
    folder = Path(next(iter(folders))) / "models"
    missing = [name for name in (DETECTION, RECOGNITION, DIRECTION) if not (folder / name).exists()]
    if missing:
        raise MissingPart(f"rapidocr lacks {', '.join(missing)}: pip install rapidocr==3.10.0")
    return folder


def _quick() -> Recogniser | None:
    """The quick recogniser, or None where its file is missing or not the one that was made."""
    model = QUICK.read_bytes() if QUICK.exists() else b""
    return Recogniser(model) if hashlib.sha256(model).hexdigest() == QUICK_SHA256 else None


def _is_sure(reading: Reading) -> bool:
    """Whether the whole recogniser would say the same as the quick one."""
    text = reading.text.translate(ZEROS)
    if text.isdigit():
        least = SURE_DIGIT if len(text) == 1 and text != "1" else SURE_NUMBER
        among_digits = text == reading.digits and reading.digits_confidence >= SURE_NUMBER
        return among_digits and reading.confidence >= least
    if not _CHINESE.search(text):
        return False
    if len(text) == 1:
        return reading.confidence >= SURE_NUMBER
    with_digits = any(character.isdigit() for character in text)
    return reading.core >= (SURE_WITH_DIGITS if with_digits else SURE_TEXT)


def _session(model: Path | bytes, *, arena: bool = False) -> Any:
    """`arena`: keep the memory of a run for the next, which pays where it is much and alike."""
    # From 1.29 on the library tells its maker what it is used for, unless it is told not to.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # where somebody else has loaded it before
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = arena
    options.log_severity_level = 4
    # Idle threads that spin burn twice the CPU time of the work itself.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def _run(session: Any, planes: NDArray[np.float32]) -> NDArray[np.float32]:
    result: NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: planes})[0]
    return result


def _planes(image: Image) -> NDArray[np.float32]:
    """An image of shape (h, w, 3), or (h, w), as planes (3, h, w) from -1 to 1, blue first."""
    values = image.astype(np.float32) / 127.5 - 1
    if values.ndim == 2:
        return np.broadcast_to(values, (3, *values.shape))
    return np.ascontiguousarray(values[:, :, ::-1].transpose(2, 0, 1))


def _width(crop: Image) -> int:
    """Of a crop at the height of the recogniser, filled up to a whole number of its steps."""
    height, width = crop.shape[:2]
    fitted = int(min(WIDEST, max(NARROWEST, -(-width * HEIGHT // max(height, 1)))))
    return -(-fitted // STEP) * STEP


def _narrowed(width: int) -> int:
    """The width at which a crop is read first: what is short may be a number and stays as it is."""
    for least, share in NARROWED:
        if width >= least * HEIGHT:
            return -(-int(width * share) // STEP) * STEP
    return width


def _is_clear(reading: Reading, width: int, own: int) -> bool:
    """Whether nothing can have been lost by reading a crop at `width` that has its `own`.

    Characters that have few steps each are half-width ones; equal ones side by side become one.
    """
    if width < STEPS * STEP * len(reading.text):
        return False
    if width >= WITH_NUMBERS * own:
        return reading.core >= CLEAR
    return reading.core >= CLEAR_LABEL and _NO_NUMBER.fullmatch(reading.text) is not None


def _fitted(crop: Image, width: int) -> NDArray[np.float32]:
    """A crop at the height of the models, filled up with grey to `width`."""
    import cv2

    height, own = crop.shape[:2]
    scaled = min(width, max(1, -(-own * HEIGHT // max(height, 1))))
    how = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_CUBIC
    planes = np.zeros((3, HEIGHT, width), dtype=np.float32)
    planes[:, :, :scaled] = _planes(cv2.resize(crop, (scaled, HEIGHT), interpolation=how))
    return planes


def _characters(probabilities: NDArray[np.float32]) -> tuple[list[int], list[float]]:
    """CTC: the characters of the steps that are neither blank nor the one before them, and the
    probability of each at the step where it is surest."""
    best = probabilities.argmax(axis=1)
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    sure = np.maximum.reduceat(probabilities[np.arange(len(best)), best], starts)
    runs = zip(best[starts].tolist(), sure.tolist(), strict=True)
    kept = [run for run in runs if run[0]]
    return [character for character, _ in kept], [least for _, least in kept]


def _idle(text: str) -> list[bool]:
    """Of each character whether it is a space, bracket or stop, and not between two digits."""
    around = f" {text} "
    return [
        one in IDLE and not (before.isdigit() and behind.isdigit())
        for before, one, behind in zip(around, text, around[2:], strict=False)
    ]
