"""Labels for the lines of a generated report, from what each character was printed as."""

from __future__ import annotations

from collections.abc import Iterable
from html import unescape

from gipr_ml.learning.synthesis.canvas import Canvas
from gipr_ml.sources import read_bytes
from gipr_ml.text import compact
from gipr_ml.types import Line

WINDOW = 600
"""How many characters ahead a cell's text is looked for."""
ORDER = ("category", "value", "header", "narrative", "note", "section", "furniture", "title")
"""Where several things stand on one line, or in one cell, the first of these names it."""
Tag = tuple[str, str]


def label_lines(
    document: str, file_name: str, data: bytes, canvas: Canvas
) -> list[dict[str, object]]:
    """The lines that the sources read from `data`, labelled by what the canvas says of them."""
    trail = _Trail(canvas)
    labelled: list[dict[str, object]] = []
    before = "furniture"
    for line in read_bytes(data, file_name).lines:
        tags = [trail.tags(cell.text) for cell in line.cells]
        label = _first(tag[0] for cell in tags for tag in cell)
        label = label or (before if any(cell.text.strip() for cell in line.cells) else "value")
        before = label
        labelled.append(
            {
                "document": document,
                "line": line.number,
                "cells": [cell.text for cell in line.cells],
                "label": label,
                "cell_labels": _cell_labels(label, line, tags),
                "borders": line.borders,
            }
        )
    return labelled


def _cell_labels(label: str, line: Line, tags: list[list[Tag]]) -> list[str]:
    if label not in ("header", "category", "value"):
        return ["" for _ in line.cells]
    return [
        (_first(tag[1] for tag in cell) or label) if cell_text.strip() else "blank"
        for cell, cell_text in zip(tags, (c.text for c in line.cells), strict=True)
    ]


def _first(labels: Iterable[str]) -> str:
    """The label that names the whole; nothing where there is none."""
    there = set(labels)
    return next((label for label in ORDER if label in there), "")


class _Trail:
    """The labelled characters of a canvas in their order, and how far they have been read."""

    def __init__(self, canvas: Canvas) -> None:
        characters: list[str] = []
        self._tags: list[Tag] = []
        for span in canvas.spans:
            if span.line:
                text = compact(unescape(span.text) if canvas.html else span.text)
                characters.append(text)
                line = span.cell if span.line in ("category", "value") else span.line
                self._tags += [(line, span.cell)] * len(text)
        self._text = "".join(characters)
        self._at = 0

    def tags(self, text: str) -> list[Tag]:
        """The labels of the characters of a cell, which is the next one or near."""
        text = compact(text)
        if not text:
            return []
        found = self._text.find(text, self._at, self._at + WINDOW + len(text))
        if found >= 0:
            self._at = found + len(text)
            return self._tags[found : self._at]
        behind = self._text.rfind(text, 0, self._at)
        if behind >= 0:
            return self._tags[behind : behind + len(text)]
        tags = []
        for character in text:
            place = self._text.find(character, self._at, self._at + 8)
            if place >= 0:
                self._at = place + 1
                tags.append(self._tags[place])
        return tags
