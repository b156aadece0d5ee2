"""Targets: labelling, assembling, checking, and the prose."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from choices import Choices
from invariants import consistent, holds
from words import PROSE, YEARS, labels, tables, told

from gipr_ml.checking import check
from gipr_ml.errors import InputError
from gipr_ml.export import FORMATS, to_bytes
from gipr_ml.forms import load_forms
from gipr_ml.forms.model import TableForm
from gipr_ml.forms.narrative import load_narrative
from gipr_ml.lines import LineModel, load_model
from gipr_ml.match import Matcher, load_matcher
from gipr_ml.narrative import read_narrative
from gipr_ml.narrative.numbers import numbers
from gipr_ml.pipeline import process_bytes, process_document
from gipr_ml.store import default_folder
from gipr_ml.types import (
    Borders,
    Cell,
    Document,
    LabelledLine,
    Line,
    Page,
    Proposal,
    ReportCell,
    State,
    Status,
)

MOST_LINES = 90


@cache
def _model() -> LineModel:
    return load_model(default_folder())


@cache
def _matcher() -> Matcher:
    return load_matcher(default_folder())


# ---------------------------------------------------------------- lines


def label(data: bytes) -> None:
    """Lines of any cells: one answer each, from the labels that the model knows."""
    choices = Choices(data)
    lines = tuple(_line(choices, n) for n in range(choices.number(0, 12)))
    model = _model()
    answers = model.label(lines)
    assert [answer.line for answer in answers] == list(lines)
    for answer in answers:
        assert answer.label in {*model.labels, "unresolved"}
        assert 0 <= answer.confidence <= 1
        assert len(answer.cell_labels) == len(answer.line.cells) == len(answer.cell_confidences)


def match(data: bytes) -> None:
    """A label of any characters: one category or none."""
    found = _matcher().match(Choices(data).text(labels(), 6))
    assert found.category is None or found.score >= 0


def assemble(data: bytes) -> None:
    """A stream of lines that is nearly a report: rows of the forms in order, with damage."""
    choices = Choices(data)
    document = Document("fuzzed", "0" * 64, "text/plain", (Page(None, _stream(choices)),))
    report = process_document(document)
    holds(report, [cell.text for line in document.lines for cell in line.cells])


def report(data: bytes) -> None:
    """From the bytes of a text to the files of its result, in every format."""
    choices = Choices(data)
    lines = _stream(choices)
    border = choices.pick(("\t", " ", "  ", "|", ""))
    text = "\n".join(border.join(cell.text for cell in line.cells) for line in lines)
    made = process_bytes(text.encode("utf-8", "replace"), "fuzzed.txt")
    holds(made, [text])
    to_bytes(made, choices.pick([kind for kind in FORMATS if kind != "json"]))


def _stream(choices: Choices) -> tuple[Line, ...]:
    rows: list[list[str]] = [["清溪市文化局2023年政府信息公开工作年度报告"]]
    form, gone = choices.number(0, 1), choices.byte() % 7  # never all three of them
    for number, table in enumerate(tables()[form::2]):
        if not gone >> number & 1:
            rows += _table(choices, table)
    lines = []
    for texts in rows[:MOST_LINES]:
        damage = choices.byte()
        texts = _damaged(choices, texts, damage)
        for _ in range(2 if damage == 255 else 1):
            table = 0 if len(texts) > 1 else None
            borders: Borders = "explicit" if len(texts) > 1 else "none"
            lines.append(Line(len(lines), tuple(map(Cell, texts)), borders, table=table))
    return tuple(lines)


def _table(choices: Choices, table: TableForm) -> list[list[str]]:
    """The rows of a table with figures: zeros where the bytes say nothing, so that sums hold."""
    rows = [[choices.pick(("", "一、", "二、", "三、")) + table.title]]
    block, split = -1, choices.yes(6)
    for row in table.rows:
        if row.block != block:
            block = row.block
            rows.append(["", *(column.label for column in row.columns)])
        figures = [choices.figure() if choices.yes(5) else "0" for _ in row.columns]
        if table.table == "t4":
            rows.append([row.label])
            rows += [figures] if not split else [[figure] for figure in figures]
        elif split:
            rows += [[row.full_label], *([figure] for figure in figures)]
        else:
            rows.append([*row.group[-1:], row.full_label, *figures])
    return rows


def _damaged(choices: Choices, texts: list[str], kind: int) -> list[str]:
    """A line with one kind of damage, most lines with none."""
    at = kind % max(1, len(texts))
    if kind < 190:
        return texts
    if kind < 200:
        return [*texts[:at], *texts[at + 1 :]] or [""]
    if kind < 210:
        return [*texts[:at], choices.figure(), *texts[at:]]
    if kind < 218:
        return ["".join(texts)]
    if kind < 226:
        return [" ".join(texts)]
    if kind < 234:
        return [*texts[at:], *texts[:at]]
    if kind < 246:
        return [*texts[:at], choices.text(labels(), 3), *texts[at + 1 :]]
    return [text[: choices.number(0, 6)] for text in texts]


def _line(choices: Choices, number: int) -> Line:
    count = choices.number(0, 9)
    texts = [choices.text(labels(), 3) for _ in range(count)]
    cells = tuple(Cell(text, columns=choices.number(1, 3)) for text in texts)
    borders: Borders = choices.pick(("none", "spaces", "explicit"))
    return Line(number, cells, borders, heading=choices.number(0, 3))


# ---------------------------------------------------------------- checking


def cells(data: bytes) -> None:
    """All cells with any figures and states: consistent only where every sum holds."""
    choices = Choices(data)
    form = choices.pick(YEARS)
    forms = {"t2": form, "t3": choices.pick(YEARS) if choices.yes(16) else form}
    made = tuple(
        _cell(choices, key)
        for name, year in (*forms.items(), ("t4", form))
        for key in load_forms().table(name, year).cell_keys
    )
    if choices.yes(8):
        gone = choices.number(0, len(made) - 1)
        made = made[:gone] + made[gone + 1 :]
    checked = check(made, forms, recognised=choices.yes())
    if checked.status is Status.CONSISTENT:
        consistent(made, forms)
    values = {cell.key: cell.value for cell in made}
    for proposal in checked.proposals:
        assert isinstance(proposal, Proposal)
        assert proposal.value != values.get(proposal.cell), "what is there is proposed"
    again = check(made[::-1], forms, recognised=False) if choices.yes(4) else None
    assert again is None or (again.status is Status.CONSISTENT) <= (not _open(made))


def _cell(choices: Choices, key: str) -> ReportCell:
    kind = choices.byte()
    if kind < 200:
        return ReportCell(key, Decimal(0), "0", State.READ, 1.0)
    if kind < 230:
        value = choices.pick(_AMOUNTS) if kind > 224 else Decimal(choices.number(0, 300))
        return ReportCell(key, value, str(value), State.READ, 0.5 if kind == 229 else 1.0)
    state = choices.pick([state for state in State if state is not State.READ])
    return ReportCell(key, None, None, state, 1.0)


def _open(made: tuple[ReportCell, ...]) -> bool:
    return any(cell.state in (State.LOST, State.ILLEGIBLE) for cell in made)


_AMOUNTS = tuple(map(Decimal, ("-1", "0.5", "999999999999", "1e30", "1e-30", "-0", "24252.311082")))

# ---------------------------------------------------------------- prose


def narrative(data: bytes) -> None:
    """Sentences of the words that reports restate figures with: each number stands in its quote."""
    choices = Choices(data)
    lines = [
        LabelledLine(
            Line(number, (Cell(choices.text(PROSE, 30)),), "none"), "prose", 1.0, {"prose": 1.0},
            ("",), (1.0,),
        )
        for number in range(choices.number(1, 3))
    ]  # fmt: skip
    for statement in read_narrative(lines, "清溪市文化局", 2023):
        assert statement.quote, "a number of no words"
        assert statement.value.is_finite()
        known = {key for table in tables() for key in table.cell_keys}
        assert set(statement.restates) <= known


def figures_of_prose(data: bytes) -> None:
    """The numbers of any text: in order, apart from one another, each with digits or numerals."""
    text = Choices(data).text(PROSE, 40)
    end = 0
    for number in numbers(text, load_narrative().file.count):
        assert end <= number.start < number.end <= len(text)
        assert number.value.is_finite()
        assert re.search(r"\d|[零〇一二两三四五六七八九十百千万]", text[number.start : number.end])
        end = number.end


def decoded(data: bytes) -> None:
    """Bytes of any encoding: a text, or one sentence why not."""
    from gipr_ml.sources.encoding import decode

    try:
        text = decode(data, "report.txt")
    except InputError as error:
        told(error)
        return
    assert len(text) <= len(data)
