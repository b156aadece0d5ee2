"""From figures and words to a paper: the tables in the official layout, nothing damaged yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from random import Random

from gipr_ml.forms import FormRow, TableForm
from gipr_ml.learning.synthesis.figures import Figures
from gipr_ml.learning.synthesis.paper import Head, Paper, Prose, Row, Table, Value
from gipr_ml.learning.synthesis.prose import Text

MARK_STYLES = ("official", "half_width", "spaced", "enumeration")


def build_paper(rng: Random, figures: Figures, blank: Collection[str], text: Text) -> Paper:
    """The paper with these figures; cells whose key is in `blank` are printed empty."""
    tables = {
        "t2": _table2(rng, figures, blank),
        "t3": _table3(rng, figures, blank),
        "t4": _table4(figures, blank),
    }
    blocks: list[Prose | Table] = [*text.before]
    for name, table in tables.items():
        blocks += [text.headings[name], table]
    blocks += text.after
    return Paper(text.agency, text.year, figures.forms, blocks, list(text.statements))


def _value(key: str, number: Decimal, blank: Collection[str]) -> Value:
    if key in blank:
        return Value("", key, None, "blank")
    return Value(f"{number:f}", key, number)


def _table2(rng: Random, figures: Figures, blank: Collection[str]) -> Table:
    form = figures.table("t2")
    width = max(len(row.columns) for row in form.rows)
    rows: list[Row] = []
    block = -1
    for form_row in form.rows:
        if form_row.block != block:
            block = form_row.block
            rows.append(Row("header", heads=[Head(form_row.article or "", width + 1)]))
            rows.append(Row("header", heads=_block_heads(rng, form, form_row, width)))
        values = [_value(key, figures.values[key], blank) for key in form_row.cell_keys]
        for value, column in zip(values, form_row.columns, strict=True):
            _print_value(rng, value, column.type)
        label = spelling(rng, form_row.label, form_row.aliases)
        rows.append(Row("category", label, values=values, key=form_row.key))
    return Table("t2", form.form, rows)


def spelling(rng: Random, label: str, aliases: Sequence[str]) -> str:
    """The official label, now and then another that offices use."""
    return rng.choice(aliases) if aliases and rng.random() < 0.08 else label


def _block_heads(rng: Random, form: TableForm, row: FormRow, width: int) -> list[Head]:
    labels = [spelling(rng, column.label, column.aliases) for column in row.columns]
    heads = [Head(form.header_words[0]), *(Head(label) for label in labels)]
    heads[-1].columns = width - len(labels) + 1
    return heads


def _print_value(rng: Random, value: Value, kind: str) -> None:
    """Signs and units as they are met in table 2. An amount in 元 is taken as it stands."""
    if value.number is None:
        return
    if kind == "signed" and value.number > 0 and rng.random() < 0.4:
        value.text = f"+{value.number}"
    elif kind == "signed" and value.number < 0 and rng.random() < 0.25:
        value.text = f"减{-value.number}"
    elif kind == "decimal" and value.number > 0 and rng.random() < 0.15:
        value.text += rng.choice(("元", "万元"))


def _table3(rng: Random, figures: Figures, blank: Collection[str]) -> Table:
    form = figures.table("t3")
    columns = form.rows[0].columns
    organisations = [column for column in columns if column.group]
    rows = [
        Row("header", heads=[Head(form.note or "", 0, 3), Head("申请人情况", len(columns))]),
        Row(
            "header",
            heads=[
                Head(columns[0].label, 1, 2),
                Head(organisations[0].group[0], len(organisations)),
                Head(columns[-1].label, 1, 2),
            ],
        ),
        Row(
            "header",
            heads=[Head(spelling(rng, column.label, column.aliases)) for column in organisations],
        ),
    ]
    style = rng.choices(MARK_STYLES, (70, 12, 10, 8))[0]
    for form_row in form.rows:
        mark = restyle(form_row.mark, style)
        label = spelling(rng, form_row.label, form_row.aliases)
        values = [_value(key, figures.values[key], blank) for key in form_row.cell_keys]
        rows.append(
            Row(
                "category",
                mark + label,
                mark,
                groups=tuple(restyle(group, style) for group in form_row.group),
                values=values,
                key=form_row.key,
            )
        )
    return Table("t3", form.form, rows)


def restyle(text: str, style: str) -> str:
    """Item numbers as offices vary them: half-width brackets, a space or 、 after a numeral."""
    if style == "half_width":
        return text.replace("（", "(").replace("）", ")")
    if style == "spaced" and text.endswith("."):
        return text + " "
    if style == "enumeration" and text.endswith("."):
        return text[:-1] + "、"
    return text


def _table4(figures: Figures, blank: Collection[str]) -> Table:
    form = figures.table("t4")
    labels = [column.label for column in form.rows[0].columns]
    rows = [
        Row("header", heads=[Head(form.rows[0].label, 5), Head(form.rows[1].group[0], 10)]),
        Row(
            "header",
            heads=[
                *(Head(label, 1, 2) for label in labels),
                *(Head(row.label, 5) for row in form.rows[1:]),
            ],
        ),
        Row("header", heads=[Head(label) for label in labels * 2]),
        Row("category", values=[_value(k, figures.values[k], blank) for k in form.cell_keys]),
    ]
    return Table("t4", form.form, rows)
