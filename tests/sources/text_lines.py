"""Texts as the lines of cells that they are read as."""

from __future__ import annotations

from gipr_ml.sources import read_bytes
from gipr_ml.types import Line


def lines_of(text: str, name: str = "report.txt") -> tuple[Line, ...]:
    return read_bytes(text.encode(), name).lines


def cells_of(text: str, name: str = "report.txt") -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in lines_of(text, name)]


def squeezed(text: str) -> str:
    return "".join(text.split())
