"""Collecting the lines of a document as a reader comes upon them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gipr_ml.errors import TooLarge
from gipr_ml.sources.limits import MAX_CELLS, MAX_CHARACTERS, MAX_LINES
from gipr_ml.types import Borders, Cell, Line


class LineList:
    """The lines so far, numbered in order. Raises `TooLarge` beyond the limits."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: list[Line] = []
        self.page: int | None = None
        """Page from 1 that lines are added to, None where the source has no pages."""
        self.rows = 0
        """Rows of text of a source that has no lines of its own to count."""
        self._characters = 0
        self._cells = 0
        self._tables = 0

    def take(self, text: str) -> None:
        """Count text that lines are about to be made from."""
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS:
            raise TooLarge(
                f"{self.name}: more than {MAX_CHARACTERS:,} characters; give one report a file"
            )

    def new_table(self) -> int:
        """Number of the next table, counted from 0."""
        self._tables += 1
        return self._tables - 1

    def add(
        self,
        cells: Sequence[Cell],
        borders: Borders,
        source_line: int | None,
        *,
        table: int | None = None,
        heading: int = 0,
    ) -> None:
        """Add a line of `cells`."""
        self._cells += len(cells)
        if len(self.lines) >= MAX_LINES or self._cells > MAX_CELLS:
            raise TooLarge(
                f"{self.name}: more than {MAX_LINES:,} lines or {MAX_CELLS:,} cells; "
                "give one report a file"
            )
        self.lines.append(
            Line(len(self.lines), tuple(cells), borders, self.page, table, source_line, heading)
        )

    def add_all(self, lines: Iterable[Line]) -> None:
        """Add lines that another reader made of a part of the document; tables are numbered on."""
        tables: dict[int, int] = {}
        for line in lines:
            if line.table is not None and line.table not in tables:
                tables[line.table] = self.new_table()
            self.take(line.text)
            table = None if line.table is None else tables[line.table]
            self.add(line.cells, line.borders, None, table=table, heading=line.heading)
