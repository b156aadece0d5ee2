"""PP-OCRv6 on onnxruntime: where text stands on a page, which way up it is, what it says.

The three models are those that the package rapidocr carries inside itself; they are opened by
their paths, so that nothing is ever fetched. The steps around them (scaling, DB boxes, CTC) follow
PaddleOCR (Du et al., PP-OCR: A practical ultra lightweight OCR system, 2020; Liao et al., Real-time
scene text detection with differentiable binarization, 2020); on top of them the digits of a crop
are read by themselves, which tells a right number from a wrong one better than the mean score.
"""

from __future__ import annotations

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

DETECTION = "PP-OCRv6_det_small.onnx"
RECOGNITION = "PP-OCRv6_rec_small.onnx"
DIRECTION = "ch_ppocr_mobile_v2.0_cls_mobile.onnx"

THREADS = 1
"""Threads of one process; many files are read by several processes."""
MASK, SCORE, GROWN = 0.3, 0.5, 1.6
"""DB: threshold of the text mask, least mean score of a box, and how far a box is grown."""
SMALLEST_BOX = 3.0
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
DIRECTION_WIDTH = 192
DIGITS = "0123456789"

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


NOTHING = Reading("", 0.0, "", 0.0)


class Engine:
    """The three models, loaded once a process; see `engine`."""

    def __init__(self, folder: Path) -> None:
        self._detection = _session(folder / DETECTION, arena=True)
        self._recognition = _session(folder / RECOGNITION)
        self._direction = _session(folder / DIRECTION)
        listed = self._recognition.get_modelmeta().custom_metadata_map["character"]
        self._characters = ["", *listed.split("\n"), " "]
        self._digits = [0, *(self._characters.index(digit) for digit in DIGITS)]

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
        quads = part.on_page(_boxes(self._run(self._detection, _planes(part.picture)[None])[0, 0]))
        quads *= np.array([width / size[0], height / size[1]], dtype=np.float32)
        return quads

    def upside_down(self, crops: Sequence[Image]) -> float:
        """Mean probability that the crops, one line of text each, stand on their heads."""
        batch = np.stack([_fitted(crop, DIRECTION_WIDTH) for crop in crops])
        return float(self._run(self._direction, batch)[:, 1].mean())

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
        """The crops as they read at these widths."""
        found = [NOTHING] * len(crops)
        for width in sorted(set(widths)):
            alike = [index for index, own in enumerate(widths) if own == width]
            most = max(1, BATCH_WIDTH // width)
            for start in range(0, len(alike), most):
                batch = alike[start : start + most]
                planes = np.stack([_fitted(crops[index], width) for index in batch])
                read = self._run(self._recognition, planes)
                for index, probabilities in zip(batch, read, strict=True):
                    found[index] = self._decoded(probabilities)
        return found

    def _decoded(self, probabilities: NDArray[np.float32]) -> Reading:
        best = probabilities.argmax(axis=1)
        kept = _starts(best)
        sure = probabilities[np.arange(len(best)), best]
        text = "".join(self._characters[i] for i in best[kept])
        digits = probabilities[:, self._digits]
        digits = digits / np.maximum(digits.sum(axis=1, keepdims=True), 1e-9)
        only = digits.argmax(axis=1)
        only_kept = _starts(only)
        return Reading(
            text.strip(),
            _least(best, sure, kept),
            "".join(DIGITS[i - 1] for i in only[only_kept]),
            _least(only, digits[np.arange(len(only)), only], only_kept),
        )

    @staticmethod
    def _run(session: Any, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        result: NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: planes})[0]
        return result


@cache
def engine() -> Engine:
    """The models of this process. Raises `MissingPart` where rapidocr or a model is missing."""
    found = importlib.util.find_spec("rapidocr")
    folders = found.submodule_search_locations if found is not None else None
    if not folders or importlib.util.find_spec("onnxruntime") is None:
        raise MissingPart("scans need rapidocr and onnxruntime: pip install rapidocr onnxruntime")
    folder = Path(next(iter(folders))) / "models"
    missing = [name for name in (DETECTION, RECOGNITION, DIRECTION) if not (folder / name).exists()]
    if missing:
        raise MissingPart(f"rapidocr lacks {', '.join(missing)}: pip install rapidocr==3.10.0")
    return Engine(folder)


def _session(path: Path, *, arena: bool = False) -> Any:
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
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


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
        return reading.confidence >= CLEAR
    return reading.confidence >= CLEAR_LABEL and _NO_NUMBER.fullmatch(reading.text) is not None


def _fitted(crop: Image, width: int) -> NDArray[np.float32]:
    """A crop at the height of the models, filled up with grey to `width`."""
    import cv2

    height, own = crop.shape[:2]
    scaled = min(width, max(1, -(-own * HEIGHT // max(height, 1))))
    how = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_CUBIC
    planes = np.zeros((3, HEIGHT, width), dtype=np.float32)
    planes[:, :, :scaled] = _planes(cv2.resize(crop, (scaled, HEIGHT), interpolation=how))
    return planes


def _starts(best: NDArray[np.intp]) -> NDArray[np.bool_]:
    """CTC: where a character begins that is neither blank nor the one before it."""
    kept: NDArray[np.bool_] = best != 0
    kept[1:] &= best[1:] != best[:-1]
    return kept


def _least(best: NDArray[np.intp], sure: NDArray[np.float32], starts: NDArray[np.bool_]) -> float:
    """The least probability over the characters, each at the step where it is surest."""
    if not starts.any():
        return 0.0
    where = [int(i) for i in np.flatnonzero(starts)]
    return float(min(sure[i : i + _length(best, i)].max() for i in where))


def _length(best: NDArray[np.intp], start: int) -> int:
    stop = start + 1
    while stop < len(best) and best[stop] == best[start]:
        stop += 1
    return stop - start


def _boxes(probability: NDArray[np.float32]) -> Quads:
    """Boxes of a text map (Liao et al.): contours of the mask, grown by their area over length."""
    import cv2

    mask = cv2.dilate((probability > MASK).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in contours:
        (x, y), (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < SMALLEST_BOX:
            continue
        if max(width, height) < 2 * min(width, height):
            # The angle of what is nearly a square says nothing.
            left, top, width, height = cv2.boundingRect(contour)
            x, y, angle = left + width / 2, top + height / 2, 0.0
        if _score(probability, contour) < SCORE:
            continue
        grown = width * height * GROWN / (2 * (width + height))
        rectangle = ((x, y), (width + 2 * grown, height + 2 * grown), angle)
        found.append(_ordered(cv2.boxPoints(rectangle)))
    return np.array(found, dtype=np.float32).reshape(-1, 4, 2)


def _score(probability: NDArray[np.float32], contour: NDArray[np.int32]) -> float:
    import cv2

    left, top, width, height = cv2.boundingRect(contour)
    mask = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(mask, [contour - np.array([left, top])], 1)
    return float(cv2.mean(probability[top : top + height, left : left + width], mask)[0])


def _ordered(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """Corners from the top left, clockwise, by the sides that lie most nearly upright."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left = by_x[:2][np.argsort(by_x[:2, 1], kind="stable")]
    right = by_x[2:][np.argsort(by_x[2:, 1], kind="stable")]
    return np.array([left[0], right[0], right[1], left[1]], dtype=np.float32)
