"""A paper set on pages: every line of text and every rule at its place, in points.

Nothing here knows a font: a Chinese character is one em wide, all others half, so that the same
seed gives the same pages on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from unicodedata import east_asian_width

from gipr_ml.learning.synthesis.paper import Paper, Prose, Table
from gipr_ml.learning.synthesis.scans.grid import Grid, GridBox, grid_of
from gipr_ml.learning.synthesis.scans.style import PAGE, Align, Style

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class Text:
    """One line of text, by the middle of its height and its left end or centre."""

    x: float
    y: float
    size: float
    text: str
    align: Align = "left"
    bold: bool = False


@dataclass(frozen=True)
class Stroke:
    """A ruled line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    grey: int = 0
    """Its level of grey, 0 for black."""


@dataclass
class SetPage:
    """One page."""

    texts: list[Text] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    cells: dict[str, Rectangle] = field(default_factory=dict)
    """Where the figure of each canonical cell stands."""


def set_pages(paper: Paper, style: Style, rng: Random) -> list[SetPage]:
    """The pages of a paper in this style."""
    setter = _Setter(style, rng)
    for block, after in zip(paper.blocks, [*paper.blocks[1:], None], strict=True):
        if isinstance(block, Prose):
            named = isinstance(after, Table) and after.name == "t3"
            if named and style.new_page and setter.y > style.top:
                setter.break_page()
            setter.put_prose(block)
        else:
            setter.put_table(block)
    setter.put_page_numbers()
    setter.put_running_heads(paper)
    return setter.pages


def em(text: str) -> float:
    """Width of a text over its size."""
    return sum(1.0 if east_asian_width(c) in "WFA" else 0.5 for c in text)


def wrap(text: str, width: float, size: float) -> list[str]:
    """The text in lines of at most `width`; numbers and half-width words stay whole."""
    lines = [""]
    for word in _words(text):
        if lines[-1] and em(lines[-1] + word) * size > width:
            lines.append("")
        lines[-1] += word
    return lines


def _words(text: str) -> list[str]:
    words: list[str] = []
    for character in text:
        half = east_asian_width(character) not in "WFA" and not character.isspace()
        if half and words and words[-1][-1].isascii() and not words[-1][-1].isspace():
            words[-1] += character
        else:
            words.append(character)
    return words


class _Setter:
    def __init__(self, style: Style, rng: Random) -> None:
        self.style, self.rng = style, rng
        self.pages = [SetPage()]
        self.y = style.top

    @property
    def page(self) -> SetPage:
        return self.pages[-1]

    def break_page(self) -> None:
        """Go on at the top of a new page."""
        self.pages.append(SetPage())
        self.y = self.style.top

    def put_prose(self, prose: Prose) -> None:
        """A title in the middle, headings and paragraphs from the left."""
        style = self.style
        title, heading = prose.tag == "title", prose.tag == "section"
        size = style.body * (1.4 if title else 1.0)
        indent = "" if title or heading else "　　"
        for line in wrap(indent + prose.text, style.width, size):
            step = size * 1.6
            if self.y + step > style.end:
                self.break_page()
            middle = self.y + step / 2
            if title:
                x = style.left + style.width / 2
                self.page.texts.append(Text(x, middle, size, line, "centre", bold=True))
            else:
                self.page.texts.append(Text(style.left, middle, size, line, bold=heading))
            self.y += step
        if title and style.cover:
            self.break_page()

    def put_running_heads(self, paper: Paper) -> None:
        """Date and title above the text, address and page below it, if the style has them."""
        if not self.style.running_head:
            return
        date = f"{paper.year + 1}/1/{self.rng.randint(10, 30)} {self.rng.randint(8, 18)}:05"
        address = (
            f"https://www.example.gov.cn/xxgk/{paper.year}/t{self.rng.randint(10**6, 10**7)}.html"
        )
        for number, page in enumerate(self.pages, start=1):
            page.texts.append(Text(24, 22, 7.0, date))
            page.texts.append(Text(PAGE[0] / 2, 22, 7.0, "政府信息公开年度报告", "centre"))
            page.texts.append(Text(24, PAGE[1] - 18, 7.0, address))
            end = f"{number}/{len(self.pages)}"
            page.texts.append(Text(PAGE[0] - 24, PAGE[1] - 18, 7.0, end, "right"))

    def put_page_numbers(self) -> None:
        """At the foot of every page, if the style has them."""
        words = {"plain": "{n}", "dashes": "- {n} -", "of": "第 {n} 页 共 {all} 页"}
        if self.style.page_numbers == "none":
            return
        for number, page in enumerate(self.pages, start=1):
            text = words[self.style.page_numbers].format(n=number, all=len(self.pages))
            y = PAGE[1] - self.style.bottom / 2
            page.texts.append(Text(PAGE[0] / 2, y, 9.0, text, "centre"))

    # ------------------------------------------------------------ tables

    def put_table(self, table: Table) -> None:
        """A table, over as many pages as it needs."""
        grid = grid_of(table)
        maker = _TableSetter(grid, self.style, self.rng)
        self.y += 4
        first = 0
        while first < grid.rows:
            again = grid.head if first and self.style.repeat_header else 0
            room = self.style.end - self.y - sum(maker.heights[:again])
            count = maker.fitting(first, room)
            if not count:
                self.break_page()
                continue
            if again:
                self.y = maker.put(self.page, self.y, 0, again)
            self.y = maker.put(self.page, self.y, first, first + count)
            first += count
            if first < grid.rows:
                self.break_page()
        self.y += 10


class _TableSetter:
    def __init__(self, grid: Grid, style: Style, rng: Random) -> None:
        self.grid, self.style, self.rng = grid, style, rng
        self.edges = _edges(grid, style, rng)
        self.lines = {box: self._lines(box) for box in grid.boxes}
        self.step = style.small * style.leading
        self.heights = self._heights()
        self.shown: set[GridBox] = set()
        """Group labels that stand whole beside the first of their rows."""

    def _width(self, box: GridBox) -> float:
        return self.edges[box.left + box.width] - self.edges[box.left]

    def _lines(self, box: GridBox) -> list[str]:
        if not box.text or box.kind == "value":
            return [box.text] if box.text else []
        if box.kind == "group" and box.left == 0 and self.style.vertical:
            return list(box.text)
        return wrap(box.text, self._width(box) - 4, self.style.small)

    def _heights(self) -> list[float]:
        """Of the rows; merged boxes lengthen the last row that they cover."""
        pad = 2 * self.style.pad
        heights = [self.step + pad] * self.grid.rows
        for box in sorted(self.grid.boxes, key=lambda box: box.height):
            covered = slice(box.top, box.top + box.height)
            missing = len(self.lines[box]) * self.step + pad - sum(heights[covered])
            if missing > 0:
                heights[box.top + box.height - 1] += missing
        return heights

    def fitting(self, first: int, room: float) -> int:
        """How many rows from `first` on stand in `room`; a header needs a row below it.

        At least one, were it too high for any page.
        """
        count, used = 0, 0.0
        while first + count < self.grid.rows and used + self.heights[first + count] <= room:
            used += self.heights[first + count]
            count += 1
        if first < self.grid.head and first + count <= self.grid.head:
            count = 0
        whole = self.style.end - self.style.top - 20
        return count or int(room >= whole)

    def put(self, page: SetPage, y: float, first: int, last: int) -> float:
        """Set the rows from `first` to before `last` at height `y`; gives where they end."""
        tops = [y]
        for height in self.heights[first:last]:
            tops.append(tops[-1] + height)
        for box in self.grid.boxes:
            top, bottom = max(box.top, first), min(box.top + box.height, last)
            if top < bottom:
                place = (
                    self.edges[box.left],
                    tops[top - first],
                    self.edges[box.left + box.width],
                    tops[bottom - first],
                )
                self._put_box(page, box, place, top, bottom, last)
        return tops[-1]

    def _put_box(
        self, page: SetPage, box: GridBox, place: Rectangle, top: int, bottom: int, last: int
    ) -> None:
        if box.key:
            page.cells[box.key] = place
        opened = self.style.open_break and bottom == last < self.grid.rows
        page.strokes += _frame(place, self.style, self.rng, opened, self._outer(box))
        align = self._align(box)
        x = {"left": place[0] + 2.5, "right": place[2] - 2.5}.get(align, (place[0] + place[2]) / 2)
        for middle, line in self._shown(box, place, top, bottom):
            size = min(self.style.small, (place[2] - place[0] - 3) / max(0.5, em(line)))
            page.texts.append(Text(x, middle, size, line, align))

    def _align(self, box: GridBox) -> Align:
        if box.kind == "value":
            return self.style.values
        return "left" if box.kind == "label" else "centre"

    def _outer(self, box: GridBox) -> tuple[bool, bool]:
        """Whether the box lies at the left and at the right edge of the table."""
        return box.left == 0, box.left + box.width == self.grid.columns

    def _shown(
        self, box: GridBox, place: Rectangle, top: int, bottom: int
    ) -> list[tuple[float, str]]:
        """The lines of a box in the part of it that lies on this page, with their middles."""
        lines = self.lines[box]
        needed = len(lines) * self.step
        height = place[3] - place[1]
        whole = bottom - top == box.height
        if box in self.shown:
            return []
        if not whole and (self.style.group_break == "cut" or needed > height):
            return self._cut(box, place, top)
        if not whole and self.style.group_break == "first":
            self.shown.add(box)
        start = place[1] + (height - needed) / 2
        return [(start + (n + 0.5) * self.step, line) for n, line in enumerate(lines)]

    def _cut(self, box: GridBox, place: Rectangle, top: int) -> list[tuple[float, str]]:
        """The lines that fall on this page when the box is set over the break as if it were one."""
        lines = self.lines[box]
        whole = sum(self.heights[box.top : box.top + box.height])
        above = sum(self.heights[box.top : top])
        start = (whole - len(lines) * self.step) / 2 - above
        middles = [start + (n + 0.5) * self.step for n in range(len(lines))]
        height = place[3] - place[1]
        return [
            (place[1] + min(max(middle, self.step / 2), height - self.step / 2), line)
            for middle, line in zip(middles, lines, strict=True)
            if 0 <= middle < height
        ]


def _edges(grid: Grid, style: Style, rng: Random) -> list[float]:
    """Left edges of the columns, and the right edge of the last."""
    width = style.width
    if grid.name == "t3":
        rest = width - sum(style.shares)
        weights = [1 + rng.uniform(-0.12, 0.12) for _ in range(grid.columns - 3)]
        widths = [*style.shares, *(rest * weight / sum(weights) for weight in weights)]
    elif grid.name == "t2":
        label = width * rng.uniform(0.22, 0.36)
        widths = [label, *[(width - label) / (grid.columns - 1)] * (grid.columns - 1)]
    else:
        widths = [width / grid.columns] * grid.columns
    edges = [style.left]
    for part in widths:
        edges.append(edges[-1] + part)
    return edges


def _frame(
    place: Rectangle, style: Style, rng: Random, opened: bool, outer: tuple[bool, bool]
) -> list[Stroke]:
    """The rules around a box as the style draws them."""
    left, top, right, bottom = place
    thin = {"thick": 1.2, "hairline": 0.25}.get(style.rules, 0.5)
    thick = 1.4 if style.rules == "framed" else thin
    if style.rules == "none":
        return []
    grey = style.grey
    sides = [Stroke(left, top, right, top, thin, grey)]
    if not opened:
        sides.append(Stroke(left, bottom, right, bottom, thin, grey))
    if style.rules != "no_verticals":
        sides.append(Stroke(left, top, left, bottom, thick if outer[0] else thin, grey))
        sides.append(Stroke(right, top, right, bottom, thick if outer[1] else thin, grey))
    if style.rules != "gaps":
        return sides
    return [piece for side in sides for piece in _broken(side, rng)]


def _broken(side: Stroke, rng: Random) -> list[Stroke]:
    """A rule with gaps, or none of it."""
    if rng.random() < 0.12:
        return []
    pieces = rng.randint(1, 3)
    points = sorted(rng.random() for _ in range(2 * pieces))
    return [
        Stroke(
            side.x0 + (side.x1 - side.x0) * a,
            side.y0 + (side.y1 - side.y0) * a,
            side.x0 + (side.x1 - side.x0) * b,
            side.y0 + (side.y1 - side.y0) * b,
            side.width,
            side.grey,
        )
        for a, b in zip([0.0, *points[1::2]], [*points[::2], 1.0], strict=False)
    ]
