"""Reports typed in a word processor: read as Word files, as PDFs printed from them, and as scans.

    python experiments/printed.py --count 10             # needs LibreOffice; some minutes
    python experiments/printed.py --count 30 --save      # printed_results.json and .md

Figures and prose are generated; everything else is the word processor's: how labels and numbers
wrap in cells of changing widths and sizes of type, where pages break, which rules are drawn. It
shares no code with the generator of scans, so it shows what that one does not think of. A scan is
a picture of each page of the PDF in grey, `DOTS` an inch.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt
from lxml import html

from gipr_ml.learning.scoring import Score, score
from gipr_ml.learning.synthesis import DEVELOPMENT, HELD_OUT, make_report
from gipr_ml.pipeline import process_bytes
from gipr_ml.sources.office import find_office

HERE = Path(__file__).parent
SPLITS = {"development": DEVELOPMENT, "held-out": HELD_OUT}
FORMS = ("docx", "pdf", "scan")
DOTS = 200
PAPER = (21.0, 29.7)
"""Width and height of the page in cm."""
MARGIN = 2.4
SIZES = (9, 10, 10.5, 12)
"""Points of the type."""
LABELS = (1.1, 1.7, 4.2)
"""Widths in cm of the three columns of labels of table 3, where they are set by hand."""
BY_HAND = 0.8
"""Share of the documents whose columns are set by hand; the others have columns of one width."""


@dataclass(frozen=True)
class Outcome:
    """What became of one report in one form."""

    name: str
    form: str
    cells: int
    score: Score


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("--count", type=int, default=30, help="reports to type")
    ask.add_argument("--seed", type=int, default=0, help="first seed within the split")
    ask.add_argument("--split", choices=SPLITS, default="held-out")
    ask.add_argument("--only", nargs="+", choices=FORMS, default=FORMS, metavar="FORM")
    ask.add_argument("--keep", type=Path, help="folder to write the files and their gold to")
    ask.add_argument("--save", action="store_true", help="write printed_results.json and .md")
    args = ask.parse_args()
    if find_office() is None:
        sys.exit("printed.py: LibreOffice is not installed here, which prints the documents")
    first = SPLITS[args.split].start + args.seed
    outcomes = []
    for made in typed(range(first, first + args.count)):
        for form in args.only:
            if args.keep:
                keep(args.keep, made, form)
            outcome = read(made, form)
            outcomes.append(outcome)
            exact = "exact" if outcome.score.exact else "; ".join(outcome.score.faults[:3])
            print(f"{outcome.name} {form}: {exact}", file=sys.stderr)
    told = as_text(outcomes, args)
    print(told)
    if args.save:
        (HERE / "printed_results.md").write_text(told + "\n", "utf-8")
        figures = {row[0]: dict(zip(HEAD[1:], row[1:], strict=True)) for row in rows(outcomes)}
        text = json.dumps(figures, ensure_ascii=False, indent=1)
        (HERE / "printed_results.json").write_text(text + "\n", "utf-8")


@dataclass(frozen=True)
class Typed:
    """A report as a Word file, and printed."""

    name: str
    gold: Mapping[str, Any]
    docx: bytes
    pdf: bytes


def typed(seeds: Sequence[int]) -> Iterator[Typed]:
    """Reports as somebody types them; LibreOffice prints them one after the other."""
    for seed in seeds:
        made = make_report(seed, "html_spans", "none")
        data = as_docx(made.data, random.Random(seed))
        yield Typed(made.name, made.gold, data, printed(data))


def as_docx(page: bytes, chance: random.Random) -> bytes:
    """A page of paragraphs and tables as a Word file, its looks drawn by lot."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = map(Cm, PAPER)
    section.left_margin = section.right_margin = Cm(MARGIN)
    document.styles["Normal"].font.size = Pt(chance.choice(SIZES))
    middle = chance.random() < 0.5
    narrow = chance.uniform(1.05, 1.35)
    by_hand = chance.random() < BY_HAND
    for element in html.fromstring(page).body:
        if element.tag != "table":
            document.add_paragraph(element.text_content())
            continue
        spans = list(cells_of(element))
        width = max(left + columns for _, left, _, _, columns in spans)
        table = document.add_table(max(top for top, *_ in spans) + 1, width)
        table.style = "Table Grid"
        if by_hand:
            set_widths(table, width, narrow)
        for top, left, text, down, across in spans:
            cell = table.cell(top, left)
            if down > 1 or across > 1:
                bottom = min(top + down, len(table.rows)) - 1
                cell = cell.merge(table.cell(bottom, left + across - 1))
            cell.paragraphs[0].text = text
            if middle and len(text) < 8:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def cells_of(table: Any) -> Iterator[tuple[int, int, str, int, int]]:
    """Row, column, text, rows and columns of each cell."""
    taken: set[tuple[int, int]] = set()
    for top, row in enumerate(table.iter("tr")):
        left = 0
        for cell in row.iter("td", "th"):
            while (top, left) in taken:
                left += 1
            down, across = int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))
            taken |= {(top + r, left + c) for r in range(down) for c in range(across)}
            yield top, left, cell.text_content(), down, across
            left += across


def set_widths(table: Any, width: int, narrow: float) -> None:
    """Widths as people set them: columns of figures narrow, those of labels wide."""
    widths = {10: (*LABELS, *[narrow] * 7), 15: (1.05,) * 15, 4: (5, 3.5, 3.5, 3.5)}.get(width)
    if widths is None:
        return
    table.autofit = False
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = Cm(wide)
        for cell in column.cells:
            cell.width = Cm(wide)


def printed(data: bytes) -> bytes:
    """The document as LibreOffice prints it into a PDF."""
    program = find_office()
    assert program is not None
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "report.docx"
        source.write_bytes(data)
        profile = (Path(folder) / "profile").as_uri()
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to"]
        subprocess.run([*command, "pdf", "--outdir", folder, str(source)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        return source.with_suffix(".pdf").read_bytes()


def scanned(pdf: bytes) -> bytes:
    """A PDF of pictures of the pages."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.render(scale=DOTS / 72, grayscale=True).to_pil() for page in document]
    data = io.BytesIO()
    pages[0].save(data, "PDF", save_all=True, append_images=pages[1:], resolution=DOTS, quality=60)
    return data.getvalue()


def file_of(made: Typed, form: str) -> bytes:
    """The report in one of its forms."""
    return {"docx": made.docx, "pdf": made.pdf}.get(form) or scanned(made.pdf)


def read(made: Typed, form: str) -> Outcome:
    """Read and score a report in one of its forms."""
    suffix = "docx" if form == "docx" else "pdf"
    report = process_bytes(file_of(made, form), f"{made.name}.{suffix}")
    return Outcome(made.name, form, len(made.gold["cells"]), score(report, made.gold))


def keep(folder: Path, made: Typed, form: str) -> None:
    """Write a report, and what is printed in it."""
    folder.mkdir(parents=True, exist_ok=True)
    suffix = {"docx": ".docx", "pdf": ".pdf", "scan": ".scan.pdf"}[form]
    (folder / f"{made.name}{suffix}").write_bytes(file_of(made, form))
    gold = json.dumps(made.gold, ensure_ascii=False, indent=1)
    (folder / f"{made.name}.gold.json").write_text(gold, "utf-8")


HEAD = ("form", "reports", "exact", "consistent", "silent", "cells right, %", "wrong", "missed")


def rows(outcomes: Sequence[Outcome]) -> Iterator[tuple[object, ...]]:
    """A row of figures for each form."""
    for form in FORMS:
        own = [one for one in outcomes if one.form == form]
        if not own:
            continue
        scores = [one.score for one in own]
        faults = [s.wrong + s.missed + s.invented for s in scores]
        cells = sum(one.cells for one in own)
        yield (
            form,
            len(own),
            sum(s.exact for s in scores),
            sum(s.consistent for s in scores),
            sum(s.consistent and not s.exact for s in scores),
            round(100 * (1 - sum(faults) / cells), 2),
            sum(s.wrong + s.invented for s in scores),
            sum(s.missed for s in scores),
        )


def as_text(outcomes: Sequence[Outcome], args: argparse.Namespace) -> str:
    """The figures as Markdown."""
    command = f"--split {args.split} --seed {args.seed} --count {args.count}"
    lines = [
        "# Reports typed in a word processor",
        "",
        f"Made by `python experiments/printed.py {command} --save`. A Word file, the PDF that "
        f"LibreOffice prints from it, and that PDF as pictures of {DOTS} dots an inch.",
        "",
        f"| {' | '.join(HEAD)} |",
        f"| {' | '.join('---' for _ in HEAD)} |",
    ]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows(outcomes))])


if __name__ == "__main__":
    main()
