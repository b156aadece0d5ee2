"""Two readings of one page, its text and what was recognised on it: which says more, what agrees.

A scanner's text says nothing of how sure it is, and what the two say alike hardly both got wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gipr_ml.sources.pages import Glyph
from gipr_ml.sources.spaces import VALUE
from gipr_ml.sources.vocabulary import resembles_row
from gipr_ml.types import Cell, Line

IN_DOUBT = 0.5
"""How far a text is trusted that a scanner recognised, or whose characters are in doubt."""
AGREED = 0.9
"""How far a value is trusted that two readings agree on."""
_SURE = 0.95
RELIABLE = 0.97
"""Share of the sure values of one reading that another must agree with to be relied on."""
_LABEL = 3
"""Values that an official label is worth when two readings of a page are compared."""


def worth(lines: Sequence[Line]) -> int:
    """How much of the official tables a reading of a page shows: values and official labels."""
    cells = [cell for line in lines for cell in line.cells if cell.text.strip()]
    return sum(_worth(cell) for cell in cells)


def _worth(cell: Cell) -> int:
    if _is_value(cell):
        return 1
    return _LABEL if resembles_row(cell.text.strip()) else 0


def _is_value(cell: Cell) -> bool:
    return not cell.illegible and VALUE.fullmatch(cell.text.strip()) is not None


def doubted(lines: Sequence[Line], glyphs: Sequence[Glyph] | None = None) -> list[Line]:
    """The lines with the cells in doubt that hold any of `glyphs`; all of them without."""

    def holds_any(cell: Cell) -> bool:
        if glyphs is None or cell.box is None:
            return True
        return any(glyph.lies_in(cell.box) for glyph in glyphs)

    return [
        replace(
            line,
            cells=tuple(
                replace(cell, confidence=IN_DOUBT) if holds_any(cell) else cell
                for cell in line.cells
            ),
        )
        for line in lines
    ]


def agreement(lines: Sequence[Line], others: Sequence[Line]) -> float:
    """Share of the values that `lines` read surely on which the other reading says the same."""
    values = _values(others)
    sure = [cell for cell in _values(lines) if cell.confidence >= _SURE]
    same = [cell for cell in sure if _said(_there(cell, values)) == cell.text.strip()]
    return len(same) / len(sure) if sure else 0.0


def compared(lines: Sequence[Line], others: Sequence[Line]) -> list[Line]:
    """`lines` with what the other reading of the same page says of each value, by its place.

    What both say alike is trusted more; what was read unsurely and the other denies, less. Where
    this one found nothing legible, or was unsure while the other is sure or agrees with all that is
    sure, the other's value stands, in doubt.
    """
    values = _values(others)
    trusted = agreement(lines, others) >= RELIABLE
    return [
        replace(line, cells=tuple(_compared(cell, values, trusted) for cell in line.cells))
        for line in lines
    ]


def corrected(lines: Sequence[Line], shown: Sequence[Line]) -> list[Line]:
    """`lines`, which were recognised, with the values of a text that the page shows itself."""
    values = [cell for cell in _values(shown) if cell.confidence == 1]
    return [
        replace(line, cells=tuple(_corrected(cell, values) for cell in line.cells))
        for line in lines
    ]


def _corrected(cell: Cell, values: Sequence[Cell]) -> Cell:
    other = _there(cell, values) if cell.box and (cell.illegible or _is_value(cell)) else None
    if other is None:
        return cell
    return replace(cell, text=other.text, confidence=1.0, illegible=False)


def _values(lines: Sequence[Line]) -> list[Cell]:
    return [cell for line in lines for cell in line.cells if cell.box and _is_value(cell)]


def _there(cell: Cell, values: Sequence[Cell]) -> Cell | None:
    """The one value of the other reading at the place of the cell, if it is but one."""
    there = [other for other in values if _lies_in(other, cell) or _lies_in(cell, other)]
    return there[0] if len(there) == 1 else None


def _said(cell: Cell | None) -> str | None:
    return cell.text.strip() if cell is not None else None


def _compared(cell: Cell, values: Sequence[Cell], trusted: bool) -> Cell:
    nothing = cell.illegible or not cell.text.strip()
    if cell.box is None or not (nothing or _is_value(cell)):
        return cell
    other = _there(cell, values)
    if other is None:
        return cell
    if not cell.illegible and _said(other) == cell.text.strip():
        return replace(cell, confidence=max(cell.confidence, AGREED))
    surer = other.confidence >= _SURE > cell.confidence
    if nothing or surer or (trusted and cell.confidence < _SURE):
        return replace(cell, text=other.text, confidence=IN_DOUBT, illegible=False)
    if cell.confidence < _SURE:
        return replace(cell, confidence=min(cell.confidence, IN_DOUBT))
    return cell


def _lies_in(inner: Cell, outer: Cell) -> bool:
    """Whether the middle of the one box is inside of the other."""
    assert inner.box is not None
    assert outer.box is not None
    x, y = (inner.box[0] + inner.box[2]) / 2, (inner.box[1] + inner.box[3]) / 2
    left, top, right, bottom = outer.box
    return left <= x <= right and top <= y <= bottom
