"""The faults that document parsers leave in a table, made on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape

from report_blocks import Spanned, Table, blocks

VALUES = 7
"""Figures of a row of table 3."""

Content = list[str | Table]


def table_row(table: Table, label: str) -> int:
    """The row whose label holds these words."""
    return next(cell.row for cell in table.cells if label in cell.text)


def figures(table: Table, row: int) -> list[Spanned]:
    return [cell for cell in table.cells if cell.row == row][-VALUES:]


def label_of(table: Table, row: int) -> Spanned:
    return [cell for cell in table.cells if cell.row == row][-VALUES - 1]


def cut(table: Table, row: int) -> tuple[Table, Table]:
    """The table as two, the second from `row` on; what spans the cut goes on in an empty cell."""
    above = [replace(c, rows=min(c.rows, row - c.row)) for c in table.cells if c.row < row]
    below = [replace(c, row=c.row - row) for c in table.cells if c.row >= row]
    below += [
        Spanned("", 0, c.column, c.row + c.rows - row, c.columns)
        for c in table.cells
        if c.row < row < c.row + c.rows
    ]
    return Table(tuple(above)), Table(tuple(sorted(below, key=lambda c: (c.row, c.column))))


def retyped(table: Table, texts: dict[Spanned, str]) -> Table:
    return Table(tuple(replace(c, text=texts.get(c, c.text)) for c in table.cells))


def header_repeated(table: Table) -> list[Table]:
    above, below = cut(table, table_row(table, "5.属于三类"))
    first = table_row(table, "一、本年新收")
    head = [replace(c, rows=min(c.rows, first - c.row)) for c in table.cells if c.row < first]
    moved = (replace(c, row=c.row + first) for c in below.cells)
    return [above, Table((*head, *moved))]


def label_cut(table: Table) -> list[Table]:
    """属于三类内部 at the foot of a page with its figures, 事务信息 at the head of the next."""
    row = table_row(table, "5.属于三类")
    above, below = cut(table, row + 1)
    label = label_of(above, row)
    above = retyped(above, {label: label.text[:7]})
    rest = [Spanned(label.text[7:], 0, label.column, 1, label.columns)]
    rest += [replace(c, row=0, text="") for c in figures(table, row)]
    return [above, Table((*rest, *(replace(c, row=c.row + 1) for c in below.cells)))]


def figures_overleaf(table: Table) -> list[Table]:
    """The first half of a label without figures, the second half with them."""
    above, below = label_cut(table)
    row = above.rows - 1
    own = figures(above, row)
    below_own = figures(below, 0)
    texts = {cell: own[i].text for i, cell in enumerate(below_own)}
    return [retyped(above, dict.fromkeys(own, "")), retyped(below, texts)]


def group_cut(table: Table) -> list[Table]:
    """三、本年度办理结 on one page and 果 on the next."""
    group = next(c for c in table.cells if c.text == "三、本年度办理结果")
    above, below = cut(table, table_row(table, "5.属于三类"))
    own = next(c for c in above.cells if c.text == group.text)
    rest = next(c for c in below.cells if c.row == 0 and c.column == group.column)
    return [retyped(above, {own: group.text[:-1]}), retyped(below, {rest: "果"})]


def left_lost(columns: int) -> Callable[[Table], list[Table]]:
    """The first row of a page without its labels and `columns` of its figures."""

    def damage(table: Table) -> list[Table]:
        above, below = cut(table, table_row(table, "1.本机关不掌握"))
        kept = figures(below, 0)[columns:]
        return [above, Table(tuple(c for c in below.cells if c.row > 0 or c in kept))]

    return damage


def merged(between: str) -> Callable[[Table], list[Table]]:
    """Two rows in one, their texts run together."""

    def damage(table: Table) -> list[Table]:
        row = table_row(table, "1.本机关不掌握")
        upper = [label_of(table, row), *figures(table, row)]
        lower = [label_of(table, row + 1), *figures(table, row + 1)]
        texts = {a: a.text + between + b.text for a, b in zip(upper, lower, strict=True)}
        cells = []
        for cell in retyped(table, texts).cells:
            if cell.row == row + 1:
                continue
            spans = cell.row <= row < cell.row + cell.rows - 1
            cells.append(replace(cell, row=cell.row - (cell.row > row), rows=cell.rows - spans))
        return [Table(tuple(cells))]

    return damage


def shifted(table: Table) -> list[Table]:
    """A row one column to the right: an empty cell first, the total off the edge."""
    own = figures(table, table_row(table, "（七）总计"))
    texts = ["", *(cell.text for cell in own[:-1])]
    return [retyped(table, dict(zip(own, texts, strict=True)))]


def shifted_inside(table: Table) -> list[Table]:
    """The same from the second column on."""
    own = figures(table, table_row(table, "（七）总计"))
    texts = [own[0].text, "", *(cell.text for cell in own[1:-1])]
    return [retyped(table, dict(zip(own, texts, strict=True)))]


def cells_merged(table: Table) -> list[Table]:
    """The first two figures of a row in one cell over both columns."""
    first, second = figures(table, table_row(table, "（七）总计"))[:2]
    one = replace(first, text=first.text + second.text, columns=2)
    kept = (one if c is first else c for c in table.cells if c is not second)
    return [Table(tuple(kept))]


def damaged(damage: Callable[[Table], list[Table]]) -> Content:
    """The sample report with a damaged table 3."""
    content: Content = []
    for block in blocks():
        is_third = isinstance(block, Table) and any("办理结果" in c.text for c in block.cells)
        content += damage(block) if is_third else [block]
    return content


def markdown(content: Content) -> bytes:
    """Markdown with HTML tables, as MinerU and others write it."""
    return "\n\n".join(_markdown(block) for block in content).encode()


def _markdown(block: str | Table) -> str:
    if not isinstance(block, Table):
        return block
    rows = (
        "".join(
            f'<td rowspan="{cell.rows}" colspan="{cell.columns}">{escape(cell.text)}</td>'
            for cell in row
        )
        for row in block.by_row()
    )
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
