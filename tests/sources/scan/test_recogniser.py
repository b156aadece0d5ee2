"""The quick recogniser: which file is opened, when it is believed, and that it reads the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from gipr_ml.sources.scan import ocr
from gipr_ml.sources.scan.ocr import Engine, Reading

Font = ImageFont.FreeTypeFont
TEXTS = ("0", "7", "10", "23", "508", "1146", "99017", "380461", "予以公开", "不予公开", "本年新收")


def crops(font: Font) -> list[np.ndarray]:
    found = []
    for text in TEXTS:
        crop = Image.new("L", (round(font.getlength(text)) + 10, round(font.size * 1.5)), 255)
        ImageDraw.Draw(crop).text((5, crop.height // 2), text, 0, font=font, anchor="lm")
        found.append(np.asarray(crop))
    return found


@pytest.mark.parametrize("quickly", [True, False])
def test_numbers_and_labels_read_right_with_the_quick_recogniser_and_without(
    font: Font, quickly: bool, monkeypatch: pytest.MonkeyPatch
):
    if not quickly:
        monkeypatch.setattr(ocr, "QUICK_SHA256", "")
    models = Engine(ocr.model_folder())
    assert (models._quick is not None) == quickly
    assert tuple(reading.text for reading in models.recognise(crops(font))) == TEXTS


def test_a_file_of_the_quick_recogniser_that_was_changed_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    changed = tmp_path / "quick.onnx"
    data = bytearray(ocr.QUICK.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    monkeypatch.setattr(ocr, "QUICK", changed)
    assert ocr._quick() is None
    changed.unlink()
    assert ocr._quick() is None


@pytest.mark.parametrize(
    ("reading", "sure"),
    [
        (Reading("137", 0.99, "137", 0.99), True),
        (Reading("137", 0.99, "137", 0.97), False),
        (Reading("137", 0.97, "137", 0.99), False),
        (Reading("17", 0.99, "117", 0.99), False),
        (Reading("", 0.0, "", 0.0), False),
        (Reading("0", 0.6, "0", 0.99), True),
        (Reading("o", 0.6, "0", 0.99), True),
        (Reading("0", 0.45, "0", 0.99), False),
        (Reading("0", 0.6, "0", 0.97), False),
        (Reading("1", 0.6, "1", 0.99), False),
        (Reading("00", 0.6, "00", 0.99), False),
        (Reading("一", 0.99, "", 0.0), False),
        (Reading("2023/1/14", 0.99, "2023114", 0.99), False),
        (Reading("日", 0.9, "", 0.0), False),
        (Reading("予以公开", 0.75, "", 0.0, 0.75), True),
        (Reading("予以公开", 0.65, "", 0.0, 0.65), False),
        (Reading("(一) 予以公开", 0.3, "", 0.0, 0.75), True),
        (Reading("收费12元", 0.95, "12", 0.99, 0.95), True),
        (Reading("收费12元", 0.85, "12", 0.99, 0.85), False),
    ],
)
def test_what_the_quick_recogniser_may_have_misread_is_read_anew(reading: Reading, sure: bool):
    assert ocr._is_sure(reading) == sure


def test_spaces_brackets_and_stops_say_something_between_digits_alone():
    text = "(二) 1.5万、12,345元。"
    idle = "".join(one for one, is_idle in zip(text, ocr._idle(text), strict=True) if is_idle)
    assert idle == "() 、。"
