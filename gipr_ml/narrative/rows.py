"""Sums of cells that words stand for: added up, taken from what was said before, made whole."""

from __future__ import annotations

from collections.abc import Sequence

from gipr_ml.forms.narrative import Narrative, Readings

_DEFAULT_COLUMN = {"t3": "total", "t4": "total"}


def summed(parts: Sequence[Readings]) -> Readings:
    """Readings of several words whose cells are added: the first of each, the second of each …"""
    if not parts:
        return ()
    longest = max(len(readings) for readings in parts)
    return tuple(
        tuple(key for readings in parts for key in readings[min(i, len(readings) - 1)])
        for i in range(longest)
    )


def combined(named: Sequence[tuple[str, Readings]], first: str) -> Readings:
    """Rows of the words of a match: added up, or those of kind `first` before the others'."""
    if not first:
        return summed(_narrowest([rows for _, rows in named]))
    literal = summed([rows for kind, rows in named if kind == first])
    return (*literal, *summed([rows for kind, rows in named if kind != first]))


def _narrowest(parts: Sequence[Readings]) -> list[Readings]:
    """Without those that another word narrows down: 行政诉讼 beside 复议后起诉."""
    rows = [set(readings[0]) for readings in parts]
    return [p for p, mine in zip(parts, rows, strict=True) if not any(r < mine for r in rows)]


def said_before(said: Sequence[Readings]) -> Readings:
    """The last row said, else an earlier one, else all of them together."""
    readings = dict.fromkeys(reading for rows in reversed(said) for reading in rows)
    if len(said) > 1:
        readings |= dict.fromkeys(summed(said))
    return tuple(readings)


def keys_of(rows: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """Keys of the cells in these rows and columns; in the total's column where none is named."""
    return tuple(
        f"{row}/{column}"
        for row in rows
        for column in columns or [_DEFAULT_COLUMN.get(row.split("/")[0], "")]
    )


def wholes_of(part: Sequence[str], narrative: Narrative) -> Readings:
    """Sums that a share given of `part` may be a share of, the likeliest first."""
    rows = tuple(dict.fromkeys(key.rpartition("/")[0] for key in part))
    tables = {row.split("/")[0] for row in rows}
    if not tables <= set(_DEFAULT_COLUMN):
        return ()
    wholes: dict[tuple[str, ...], None] = {}
    if not all(key.endswith("/total") for key in part):
        wholes[keys_of(rows, ())] = None
    elif _is_whole(rows, narrative):
        return ()
    wholes |= dict.fromkeys(
        keys_of(reading, ()) for table in tables for reading in narrative.wholes.get(table, ())
    )
    wholes |= dict.fromkeys(
        keys_of(group, ())
        for term in narrative.terms.values()
        for group in term.rows
        if len(group) > len(rows) and set(rows) < set(group)
    )
    wholes.pop(tuple(part), None)
    return tuple(wholes)


def _is_whole(rows: Sequence[str], narrative: Narrative) -> bool:
    """Whether one of the rows is itself what shares are of."""
    known = {row for readings in narrative.wholes.values() for rows in readings for row in rows}
    return not known.isdisjoint(rows)
