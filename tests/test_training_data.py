"""What training and evaluation rely on in training_data/."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gipr_ml.forms import load_forms
from gipr_ml.sources import read_document

FOLDER = Path(__file__).parent.parent / "training_data"
LABELLED: list[dict[str, Any]] = tomllib.loads(
    (FOLDER / "manifest.toml").read_text(encoding="utf-8")
)["report"]
ENTRIES = [entry for entry in LABELLED if "file" in entry]
"""Reports that lie here with their gold; labels that somebody imported come without them."""
NAMES = [entry["name"] for entry in ENTRIES]
LINE_LABELS = ("title", "section", "narrative", "note", "header", "category", "value", "furniture")
CELL_LABELS = ("header", "category", "value", "blank")
TABLE_LINES = {"header", "category", "value"}
WITHOUT_VALUE = {"blank", "lost", "not_applicable"}

each_report = pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)


def gold_of(entry: dict[str, Any]) -> dict[str, Any]:
    text = (FOLDER / "gold" / f"{entry['name']}.json").read_text(encoding="utf-8")
    gold: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return gold


def lines_of(entry: dict[str, Any]) -> list[dict[str, Any]]:
    text = (FOLDER / "lines" / f"{entry['name']}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def tables_of(gold: dict[str, Any]) -> list[tuple[str, str]]:
    """Tables and their forms; table 4 is the same in both."""
    return [*gold["forms"].items(), ("t4", "2021")]


def test_every_file_belongs_to_one_entry_of_the_manifest() -> None:
    assert len(set(NAMES)) == len(NAMES)
    labelled = [entry["name"] for entry in LABELLED]
    for folder, suffix, names in (
        ("reports", "", NAMES),
        ("gold", ".json", NAMES),
        ("lines", ".jsonl", labelled),
    ):
        found = sorted(path.stem for path in (FOLDER / folder).glob(f"*{suffix}"))
        assert found == sorted(names), folder


def test_frozen_reports_are_whole_agencies_and_leave_others_to_learn_from() -> None:
    frozen = {entry["agency"] for entry in ENTRIES if entry.get("frozen")}
    kept = [entry for entry in ENTRIES if entry.get("agency") in frozen]
    assert all(entry["frozen"] and not entry["written"] for entry in kept)
    assert {entry["kind"] for entry in kept} == {"pdf_text", "ocr_text", "web_page"}
    assert {form for entry in kept for form in gold_of(entry)["forms"].values()} == {"2019", "2021"}
    others = {entry["agency"] for entry in ENTRIES if not entry["written"] and "agency" in entry}
    assert len(others - frozen) >= 2


def guide() -> str:
    return (FOLDER / "GUIDE.md").read_text(encoding="utf-8")


def test_the_guide_has_an_example_of_every_label() -> None:
    for labels, title in ((LINE_LABELS, "## 行标签"), (CELL_LABELS, "## 格标签")):
        table = guide().split(title)[1].split("\n## ")[0]
        rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*)\|$", table, re.MULTILINE))
        assert set(rows) == set(labels)
        assert all("`" in example for label, example in rows.items() if label != "blank")


def test_every_hard_case_of_the_guide_has_an_example_and_a_label() -> None:
    section = guide().split("## 容易弄错的情形")[1].split("\n## ")[0]
    cases = re.findall(r"^\d+\. (.*?)(?=\n\d+\. |\n*\Z)", section, re.MULTILINE | re.DOTALL)
    assert len(cases) >= 28
    names = {*LINE_LABELS, *CELL_LABELS}
    for case in cases:
        quoted = set(re.findall(r"`([^`]+)`", case))
        assert quoted & names, case
        assert any(not set(words.split()) <= names for words in quoted), case


def test_examples_of_the_guide_that_were_labelled_are_labelled_as_it_says() -> None:
    """A short example of the table that stands in a report alone on its line has that label."""
    table = guide().split("## 行标签")[1].split("\n## ")[0]
    found = 0
    for label, examples in re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*)\|$", table, re.MULTILINE):
        for text in re.findall(r"`([^`]+)`", examples):
            own = {
                line["label"]
                for entry in ENTRIES
                for line in lines_of(entry)
                if " ".join(line["cells"]) == text
            }
            found += bool(own)
            assert not own or label in own, (text, own)
    assert found >= 5


@each_report
def test_nothing_is_used_that_nobody_reviewed(entry: dict[str, Any]) -> None:
    assert entry["status"] == "reviewed"
    assert entry["annotator"]
    guide = (FOLDER / "GUIDE.md").read_text(encoding="utf-8")
    assert f"（第 {entry['guide_version']} 版）" in guide.splitlines()[0]


@each_report
def test_labelled_lines_are_those_that_the_report_is_read_as(entry: dict[str, Any]) -> None:
    path = FOLDER / entry["file"]
    read = [
        ([cell.text for cell in line.cells], line.borders) for line in read_document(path).lines
    ]
    labelled = [(line["cells"], line["borders"]) for line in lines_of(entry)]
    assert labelled == read, (
        f"lines/{entry['name']}.jsonl is out of date: run experiments/carry_labels.py"
    )


@each_report
def test_lines_are_numbered_and_labels_are_those_of_the_guide(entry: dict[str, Any]) -> None:
    lines = lines_of(entry)
    assert [line["line"] for line in lines] == list(range(len(lines)))
    assert {line["document"] for line in lines} == {entry["name"]}
    assert {line["label"] for line in lines} <= set(LINE_LABELS)


@each_report
def test_cells_of_table_lines_alone_have_labels(entry: dict[str, Any]) -> None:
    for line in lines_of(entry):
        labels = line["cell_labels"]
        assert len(labels) == len(line["cells"]), line
        if line["label"] not in TABLE_LINES:
            assert set(labels) == {""}, line
            continue
        assert set(labels) <= set(CELL_LABELS), line
        blank = [not cell.strip() for cell in line["cells"]]
        assert [label == "blank" for label in labels] == blank, line
        assert line["label"] in labels or set(labels) == {"blank"}, line


@each_report
def test_gold_has_every_cell_of_its_forms(entry: dict[str, Any]) -> None:
    gold, forms = gold_of(entry), load_forms()
    keys = [key for table, form in tables_of(gold) for key in forms.table(table, form).cell_keys]
    assert list(gold["cells"]) == keys
    empty = {key for key, value in gold["cells"].items() if value is None}
    assert empty == {key for key, state in gold["states"].items() if state in WITHOUT_VALUE}


@each_report
def test_identities_hold_but_for_the_errors_that_are_listed(entry: dict[str, Any]) -> None:
    gold, forms = gold_of(entry), load_forms()
    listed = {key for error in gold["published_errors"] for key in error["cells"]}
    values = gold["cells"] | gold["forced"]
    broken = set()
    for table, form in tables_of(gold):
        for identity in forms.identities_of(table, form):
            terms = {key: values[key] for key in identity.coefficients}
            if None in terms.values():
                continue
            difference = sum(n * terms[key] for key, n in identity.coefficients.items())
            if difference and not listed & set(terms):
                broken.add((identity.rule, identity.total, difference))
    assert not broken
    assert all(gold["states"][key] == "lost" for key in gold["forced"])


@each_report
def test_prose_restates_the_cells_that_gold_says(entry: dict[str, Any]) -> None:
    gold = gold_of(entry)
    text = (FOLDER / entry["file"]).read_text(encoding="utf-8")
    for statement in gold["narrative"]:
        assert statement["quote"] in text
        assert str(statement["value"]) in re.findall(r"\d+", statement["quote"])
        cells = [gold["cells"][key] for key in statement["restates"].split(" + ")]
        agrees = sum(cell or 0 for cell in cells) == statement["value"]
        assert agrees == statement["agrees"], statement["quote"]


def counts_table() -> str:
    """The table of counts in CARD.md."""
    counts = {
        written: Counter(
            line["label"]
            for entry in ENTRIES
            if entry["written"] is written
            for line in lines_of(entry)
        )
        for written in (False, True)
    }
    rows = ["| label | public reports | written reports |", "| --- | --- | --- |"]
    rows += [f"| {name} | {counts[False][name]} | {counts[True][name]} |" for name in LINE_LABELS]
    rows.append(f"| all | {counts[False].total()} | {counts[True].total()} |")
    return "\n".join(rows)


def reports_table() -> str:
    """The table of reports in CARD.md."""
    rows = [
        "| report | agency | form | text of | lines | |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for entry in ENTRIES:
        forms = "/".join(dict.fromkeys(gold_of(entry)["forms"].values()))
        use = "written" if entry["written"] else "frozen" if entry.get("frozen") else ""
        cells = (entry["name"], entry.get("agency", ""), forms, entry["kind"])
        rows.append(f"| {' | '.join(cells)} | {len(lines_of(entry))} | {use} |")
    return "\n".join(rows)


@pytest.mark.parametrize("make", [counts_table, reports_table])
def test_the_data_card_says_what_the_files_say(make: Callable[[], str]) -> None:
    table = make()
    assert table in (FOLDER / "CARD.md").read_text(encoding="utf-8"), f"should be:\n{table}"
