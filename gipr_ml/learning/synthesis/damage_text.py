"""Damage to the finished text."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from gipr_ml.learning.synthesis.canvas import Canvas, Span


def cut_in_half(canvas: Canvas, rng: Random) -> tuple[Canvas, set[str]]:
    """The file ends somewhere in its tables. A number that the cut went through is not told."""
    offsets = []
    at = 0
    for span in canvas.spans:
        if span.value is not None:
            offsets.append(at)
        at += len(span.text)
    end = rng.randint(offsets[0], offsets[-1])
    kept: list[Span] = []
    unsure: set[str] = set()
    at = 0
    for span in canvas.spans:
        if at >= end:
            break
        if at + len(span.text) > end:
            span = replace(span, text=span.text[: end - at])
            if span.value is not None and span.value.key:
                unsure.add(span.value.key)
        kept.append(span)
        at += len(span.text)
    cut = Canvas(kept, canvas.html, canvas.glued, canvas.rows)
    if canvas.glued:
        unsure |= _last_row(cut)
    return cut, unsure


def _last_row(canvas: Canvas) -> set[str]:
    """Keys of the row that the text ends in: in glued digits the end of the row decides."""
    last = next((s for s in reversed(canvas.spans) if s.line), None)
    if last is None or last.value is None:
        return set()
    keys = set()
    for span in canvas.spans:
        if span.value is not None and span.row == last.row and span.value.key:
            keys.add(span.value.key)
    return keys


def drop_equal_lines(canvas: Canvas, _rng: Random) -> tuple[Canvas, set[str]]:
    """Lines equal to an earlier one vanish; what they printed is lost."""
    seen: set[str] = set()
    kept = []
    for line in canvas.lines():
        text = "".join(span.text for span in line).strip()
        if text and text in seen:
            continue
        seen.add(text)
        kept.append(line)
    return Canvas.of_lines(kept, canvas), set()
