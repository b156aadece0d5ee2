"""Text under construction that remembers what each of its pieces is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gipr_ml.learning.synthesis.paper import Value


@dataclass(frozen=True)
class Span:
    """A piece of the text. Separators and markup have no line label."""

    text: str
    line: str = ""
    """Label of the line that the piece belongs to."""
    cell: str = ""
    """Label of the cell: header, category, value, blank, or nothing outside of tables."""
    value: Value | None = None
    row: int | None = None
    """Which printed row of values the piece belongs to, counted over the document."""


@dataclass
class Canvas:
    """The pieces of a document in their order."""

    spans: list[Span]
    html: bool = False
    glued: bool = False
    """True where nothing separates the values of a row."""
    rows: int = 0

    @property
    def text(self) -> str:
        """The document as it will be written."""
        return "".join(span.text for span in self.spans)

    def put(self, text: str, line: str = "", cell: str = "") -> None:
        """Append a piece; without a label it is a separator or markup."""
        self.spans.append(Span(text, line, cell))

    def put_value(self, value: Value, line: str, text: str | None = None) -> None:
        """Append a value of the current row of values."""
        shown = value.text if text is None else text
        cell = "value" if shown.strip() else "blank"
        self.spans.append(Span(shown, line, cell, value, self.rows))

    def end_row(self) -> None:
        """The next value belongs to another row."""
        self.rows += 1

    def lines(self) -> list[list[Span]]:
        """The pieces by line of text; a piece that holds line feeds is cut at them."""
        lines: list[list[Span]] = [[]]
        for span in self.spans:
            first, *rest = span.text.split("\n")
            lines[-1].append(replace(span, text=first))
            for text in rest:
                lines.append([Span(text, span.line, span.cell)])
        return lines

    @classmethod
    def of_lines(cls, lines: list[list[Span]], like: Canvas) -> Canvas:
        """The opposite of `lines`."""
        spans: list[Span] = []
        for number, line in enumerate(lines):
            if number:
                spans.append(Span("\n"))
            spans.extend(line)
        return cls(spans, like.html, like.glued, like.rows)
