"""Reports drawn on pages, PDF and OFD, made anew for each test."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Protocol

from office_files import packed
from report_blocks import Spanned, Table, blocks


class Pen(Protocol):
    """Draws on the pages of a file; points from the top left."""

    def text(self, x: float, y: float, text: str, size: float, turned: bool = False) -> None: ...

    def line(self, x: float, y: float, to_x: float, to_y: float) -> None: ...

    def end_page(self) -> None: ...


class PdfPen:
    def __init__(self, width: float, height: float, thin_rectangles: bool = False) -> None:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfgen import canvas

        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        self.file = io.BytesIO()
        self.canvas = canvas.Canvas(self.file, pagesize=(width, height))
        self.height = height
        self.thin_rectangles = thin_rectangles

    def text(self, x: float, y: float, text: str, size: float, turned: bool = False) -> None:
        self.canvas.saveState()
        self.canvas.setFont("STSong-Light", size)
        self.canvas.translate(x, self.height - y)
        if turned:
            self.canvas.rotate(90)
        self.canvas.drawString(0, 0, text)
        self.canvas.restoreState()

    def line(self, x: float, y: float, to_x: float, to_y: float) -> None:
        if self.thin_rectangles:
            width, height = max(to_x - x, 0.5), max(to_y - y, 0.5)
            self.canvas.rect(x, self.height - y - height, width, height, stroke=0, fill=1)
        else:
            self.canvas.line(x, self.height - y, to_x, self.height - to_y)

    def end_page(self) -> None:
        self.canvas.showPage()

    def close(self) -> bytes:
        self.canvas.save()
        return self.file.getvalue()


MM = 25.4 / 72


class OfdPen:
    def __init__(self, width: float, height: float) -> None:
        self.size = f"0 0 {width * MM:.2f} {height * MM:.2f}"
        self.pages: list[str] = []
        self.objects: list[str] = []

    def text(self, x: float, y: float, text: str, size: float, turned: bool = False) -> None:
        steps = " ".join(f"{wide(char) * size * MM:.3f}" for char in text[:-1])
        matrix = 'CTM="0 -1 1 0 0 0" ' if turned else ""
        self.objects.append(
            f'<ofd:TextObject Boundary="{x * MM:.3f} {y * MM:.3f} 90 20" Size="{size * MM:.3f}" '
            f'{matrix}Font="1"><ofd:TextCode X="0" Y="0" DeltaX="{steps}">{text}</ofd:TextCode>'
            "</ofd:TextObject>"
        )

    def line(self, x: float, y: float, to_x: float, to_y: float) -> None:
        across, down = (to_x - x) * MM, (to_y - y) * MM
        self.objects.append(
            f'<ofd:PathObject Boundary="{x * MM:.3f} {y * MM:.3f} {across:.3f} {down:.3f}">'
            f"<ofd:AbbreviatedData>M 0 0 L {across:.3f} {down:.3f}</ofd:AbbreviatedData>"
            "</ofd:PathObject>"
        )

    def end_page(self) -> None:
        self.pages.append("".join(self.objects))
        self.objects = []

    def close(self) -> bytes:
        space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
        listed = "".join(
            f'<ofd:Page ID="{n + 9}" BaseLoc="Pages/Page_{n}/Content.xml"/>'
            for n in range(len(self.pages))
        )
        parts = {
            "OFD.xml": f'<ofd:OFD {space} Version="1.0"><ofd:DocBody>'
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
            "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:CommonData><ofd:PageArea>"
            f"<ofd:PhysicalBox>{self.size}</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
            f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        }
        for number, content in enumerate(self.pages):
            parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = (
                f'<ofd:Page {space}><ofd:Content><ofd:Layer ID="2">{content}</ofd:Layer>'
                "</ofd:Content></ofd:Page>"
            )
        return packed(parts)


def wide(char: str) -> float:
    return 1.0 if char >= "\u2e80" or char in "“”" else 0.5


@dataclass
class Printer:
    """Lays paragraphs and tables out on pages."""

    pen: Pen
    width: float = 595
    height: float = 842
    ruled: bool = True
    closed: bool = True
    """Whether a table that goes on overleaf has a rule at the foot of its page."""
    turned_groups: bool = False
    """Whether the label 三、本年度办理结果 is written from bottom to top."""
    margin: float = 50
    size: float = 10
    y: float = field(default=0)

    def print(self, content: list[str | Table]) -> None:
        self.y = self.margin
        for block in content:
            if isinstance(block, Table):
                self._table(block)
            else:
                self._paragraph(block)
        self.pen.end_page()

    def _paragraph(self, text: str) -> None:
        for line in self._wrapped(text, self.width - 2 * self.margin):
            if self.y + 16 > self.height - self.margin:
                self._new_page()
            self.pen.text(self.margin, self.y + 12, line, self.size)
            self.y += 16
        self.y += 6

    def _new_page(self) -> None:
        self.pen.end_page()
        self.y = self.margin

    def _wrapped(self, text: str, width: float) -> list[str]:
        lines, room = [""], width
        for char in text:
            if wide(char) * self.size > room + 0.01:
                lines.append("")
                room = width
            lines[-1] += char
            room -= wide(char) * self.size
        return lines

    def _columns(self, table: Table) -> list[float]:
        """Left edges of the columns and the right edge of the last."""
        room = self.width - 2 * self.margin
        narrow = 28.0 if table.columns > 5 else 90.0
        if table.columns == 15:
            return [self.margin + room * n / 15 for n in range(16)]
        labels = 3 if table.columns == 10 else 1
        left = room - narrow * (table.columns - labels)
        shares = [0.14, 0.36, 0.5] if labels == 3 else [1.0]
        edges = [self.margin]
        for share in shares:
            edges.append(edges[-1] + left * share)
        return edges + [edges[-1] + narrow * (n + 1) for n in range(table.columns - labels)]

    def _table(self, table: Table) -> None:
        edges = self._columns(table)
        heights = [22.0] * table.rows
        for cell in table.cells:
            if cell.rows == 1:
                lines = self._cell_lines(cell, edges)
                heights[cell.row] = max(heights[cell.row], 13.0 * len(lines) + 8)
        first = 0
        while first < table.rows:
            last, room = first, self.height - self.margin - self.y
            while last < table.rows and sum(heights[first : last + 1]) <= room:
                last += 1
            if last == first:
                self._new_page()
                continue
            self._part(table, edges, heights, first, last)
            first = last
            if first < table.rows:
                self._new_page()
        self.y += 10

    def _part(
        self, table: Table, edges: list[float], heights: list[float], first: int, last: int
    ) -> None:
        tops = [self.y]
        for height in heights[first:last]:
            tops.append(tops[-1] + height)
        for cell in table.cells:
            start, end = max(cell.row, first), min(cell.row + cell.rows, last)
            if start >= end:
                continue
            box = (edges[cell.column], tops[start - first])
            box += (edges[cell.column + cell.columns], tops[end - first])
            cut = cell.row + cell.rows > last
            self._rules(box, bottom=self.closed or not cut)
            if cell.row >= first:
                self._write(cell, box, edges)
        self.y = tops[-1]

    def _rules(self, box: tuple[float, ...], bottom: bool) -> None:
        if not self.ruled:
            return
        left, top, right, foot = box
        self.pen.line(left, top, right, top)
        self.pen.line(left, top, left, foot)
        self.pen.line(right, top, right, foot)
        if bottom:
            self.pen.line(left, foot, right, foot)

    def _cell_lines(self, cell: Spanned, edges: list[float]) -> list[str]:
        width = edges[cell.column + cell.columns] - edges[cell.column] - 6
        return self._wrapped(cell.text, width)

    def _write(self, cell: Spanned, box: tuple[float, ...], edges: list[float]) -> None:
        left, top, right, foot = box
        if self.turned_groups and cell.rows > 5:
            length = sum(wide(char) for char in cell.text) * self.size
            middle = (left + right) / 2 + self.size / 3
            self.pen.text(middle, (top + foot + length) / 2, cell.text, self.size, turned=True)
            return
        lines = self._cell_lines(cell, edges)
        y = (top + foot) / 2 - 13 * len(lines) / 2 + 10
        for line in lines:
            self.pen.text(left + 3, y, line, self.size)
            y += 13


def pdf(content: list[str | Table] | None = None, **how) -> bytes:
    """The content, or the sample, as a PDF; `how` is of `Printer`, `rectangles` of the pen."""
    pen = PdfPen(how.get("width", 595), how.get("height", 842), how.pop("rectangles", False))
    Printer(pen, **how).print(content if content is not None else blocks())
    return pen.close()


def ofd(content: list[str | Table] | None = None, **how) -> bytes:
    pen = OfdPen(how.get("width", 595), how.get("height", 842))
    Printer(pen, **how).print(content if content is not None else blocks())
    return pen.close()
