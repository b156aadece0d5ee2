"""Damage consistent tables at random and see whether the checker finds where the fault lies.

    python experiments/faults.py
    python experiments/faults.py --count 400 --save
    python experiments/faults.py --table t4 --errors 2 --show 5

Damages: a digit confused, a digit lost, a cell lost in its place, a row closed up over a lost cell,
a row shifted by one. unique: every damaged cell has its true value as a unique proposal and no
other cell has any. listed: not so, but the truth is one of the explanations given. wrong: some
unique proposal is not the truth. Milliseconds are CPU time of locating alone.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from gipr_ml.checking import Checked, check
from gipr_ml.checking.faults import locate
from gipr_ml.checking.identities import evaluate, figures_of
from gipr_ml.forms import load_forms
from gipr_ml.forms.misreadings import load_misreadings
from gipr_ml.types import Place, ReportCell, State, Statement

HERE = Path(__file__).parent
FORM = {"t2": "2021", "t3": "2021", "t4": "2021"}
ERRORS = (1, 2, 3, 5)
PARTS = (
    "natural_person",
    "commercial_enterprise",
    "research_institution",
    "social_organization",
    "legal_service",
    "other_organization",
)
RESULTS = ("upheld", "corrected", "other", "pending")
LARGEST = 100_000
CONFIDENCES = (0.9, 0.999)
"""Of cells that were recognised, right or wrong; they say nothing of the damage."""

Read = dict[str, int | None]
"""Numbers by cell; None where none is there."""


@dataclass
class Table:
    """A table, damaged step by step."""

    true: Mapping[str, int]
    read: Read
    states: dict[str, State] = field(default_factory=dict)
    """States of cells without a number."""
    hit: set[str] = field(default_factory=set)
    """Cells that were damaged, with their whole row where it moved."""


def main() -> None:
    args = arguments()
    rows = [benchmark(table, errors, args) for table in args.table for errors in args.errors]
    text = as_text(rows, args)
    print(text)
    if args.save:
        result = {"count": args.count, "seed": args.seed, "rows": rows}
        path = HERE / "faults_results.json"
        path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        head = "# Finding where the fault lies\n\nMade by `python experiments/faults.py"
        head += f" --count {args.count} --seed {args.seed} --save`.\n\n"
        notes = __doc__.split("\n\n")[2].strip() if __doc__ else ""
        (HERE / "faults_results.md").write_text(f"{head}{notes}\n\n{text}\n", encoding="utf-8")


def arguments() -> argparse.Namespace:
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("--count", type=int, default=400, help="tables for each number of errors")
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--table", nargs="+", choices=("t3", "t4"), default=["t3", "t4"])
    ask.add_argument("--errors", nargs="+", type=int, default=list(ERRORS))
    ask.add_argument("--show", type=int, default=0, help="print so many cases that were not unique")
    ask.add_argument("--save", action="store_true", help="write faults_results.json and .md")
    return ask.parse_args()


def benchmark(name: str, errors: int, args: argparse.Namespace) -> dict[str, object]:
    """One row of the results."""
    counts = dict.fromkeys(("unique", "listed", "wrong", "open", "unnoticed"), 0)
    spent: list[float] = []
    shown = 0
    for n in range(args.count):
        rng = random.Random(f"{name} {errors} {args.seed} {n}")
        table, statements = (t3, t4)[name == "t4"](rng)
        damage(table, errors, rng)
        cells = as_cells(table, rng)
        milliseconds = locating(cells, statements)
        if milliseconds is not None:
            spent.append(milliseconds)
        checked = check(cells, FORM, statements=statements, recognised=True)
        what = outcome(table, checked)
        counts[what] += 1
        if what != "unique" and shown < args.show:
            shown += 1
            print(describe(n, what, table, checked))
    spent.sort()
    return {
        "table": name,
        "errors": errors,
        "tables": args.count,
        **counts,
        "found_percent": round(100 * (counts["unique"] + counts["listed"]) / args.count, 2),
        "median_ms": round(spent[len(spent) // 2], 2) if spent else 0.0,
        "p99_ms": round(spent[min(len(spent) - 1, len(spent) * 99 // 100)], 1) if spent else 0.0,
    }


def t3(rng: random.Random) -> tuple[Table, tuple[Statement, ...]]:
    """A consistent table 3, without prose."""
    form = load_forms().table("t3", FORM["t3"])
    outcomes = [row.key for row in form.rows if row.group and row.key != "total_processed"]
    values: dict[str, int] = {}
    for part in PARTS:
        column = {row: number(rng) for row in outcomes}
        column["total_processed"] = sum(column.values())
        column["carried_out"] = number(rng)
        everything = column["total_processed"] + column["carried_out"]
        column["carried_in"] = rng.randint(0, everything // 4)
        column["new_requests"] = everything - column["carried_in"]
        values |= {f"t3/{row}/{part}": n for row, n in column.items()}
    for row in form.rows:
        values[f"t3/{row.key}/total"] = sum(values[f"t3/{row.key}/{part}"] for part in PARTS)
    ordered = {key: values[key] for key in form.cell_keys}
    return Table(ordered, dict(ordered)), ()


def t4(rng: random.Random) -> tuple[Table, tuple[Statement, ...]]:
    """A consistent table 4 with prose that restates the totals and some results."""
    form = load_forms().table("t4", FORM["t4"])
    values: dict[str, int] = {}
    for row in form.rows:
        values |= {f"t4/{row.key}/{result}": number(rng) for result in RESULTS}
        values[f"t4/{row.key}/total"] = sum(values[f"t4/{row.key}/{r}"] for r in RESULTS)
    totals = [(f"t4/{row.key}/total",) for row in form.rows]
    told = [totals[0], (*totals[1], *totals[2])]
    told += rng.sample([(key,) for key in values if not key.endswith("/total")], rng.randint(0, 4))
    statements = tuple(
        Statement("、".join(keys), Decimal(sum(values[key] for key in keys)), keys, Place())
        for keys in told
    )
    ordered = {key: values[key] for key in form.cell_keys}
    return Table(ordered, dict(ordered)), statements


def number(rng: random.Random) -> int:
    """Half of the cells of a real report print 0."""
    return rng.choice(
        (0, 0, 0, 0, rng.randint(1, 9), rng.randint(10, 999), rng.randint(1000, LARGEST))
    )


def damage(table: Table, errors: int, rng: random.Random) -> None:
    """So many errors, each in cells that no other error has touched."""
    kinds = (confused, confused, lost_digit, lost_digit, lost_cell, closed_up, shifted)
    done = tried = 0
    while done < errors:
        done += rng.choice(kinds)(table, rng)
        tried += 1
        if tried > 1000:
            table.read, table.states, table.hit = dict(table.true), {}, set()
            done = tried = 0


def confused(table: Table, rng: random.Random) -> bool:
    """One digit read as one that looks alike."""
    key = rng.choice(list(table.true))
    digits = str(table.true[key])
    at = rng.randrange(len(digits))
    alike = sorted(b for a, b in load_misreadings().confused if a == digits[at])
    if key in table.hit or not alike:
        return False
    return put(table, key, digits[:at] + rng.choice(alike) + digits[at + 1 :])


def lost_digit(table: Table, rng: random.Random) -> bool:
    """One digit of several not read."""
    key = rng.choice([key for key, value in table.true.items() if value > 9] or list(table.true))
    digits = str(table.true[key])
    at = rng.randrange(len(digits))
    if key in table.hit or len(digits) < 2:
        return False
    return put(table, key, digits[:at] + digits[at + 1 :])


def put(table: Table, key: str, digits: str) -> bool:
    """Read `digits` in a cell; False where that is no error."""
    if int(digits) == table.true[key]:
        return False
    table.read[key] = int(digits)
    table.hit.add(key)
    return True


def lost_cell(table: Table, rng: random.Random) -> bool:
    """A cell that was not found; its place is known."""
    key = rng.choice(list(table.true))
    if key in table.hit:
        return False
    table.read[key] = None
    table.states[key] = State.LOST
    table.hit.add(key)
    return True


def closed_up(table: Table, rng: random.Random) -> bool:
    """A cell that was not found, and the cells behind it in its place."""
    keys = row_of(table, rng)
    at = rng.randrange(len(keys) - 1)
    values = [table.true[key] for key in keys]
    return move(table, keys, [*values[:at], *values[at + 1 :], None], State.LOST)


def shifted(table: Table, rng: random.Random) -> bool:
    """A row that stands one cell too far left or right; the cell at its edge fell off."""
    keys = row_of(table, rng)
    values = [table.true[key] for key in keys]
    moved = [None, *values[:-1]] if rng.random() < 0.5 else [*values[1:], None]
    return move(table, keys, moved, State.BLANK)


def row_of(table: Table, rng: random.Random) -> list[str]:
    """The cells of a row."""
    row = rng.choice(list(table.true)).rsplit("/", 1)[0]
    return [key for key in table.true if key.rsplit("/", 1)[0] == row]


def move(table: Table, keys: Sequence[str], values: Sequence[int | None], state: State) -> bool:
    """Read `values` in a row; False where that changes no number that counts."""
    if table.hit & {*keys} or [v or 0 for v in values] == [table.true[key] for key in keys]:
        return False
    table.read.update(zip(keys, values, strict=True))
    table.states.update((k, state) for k, v in zip(keys, values, strict=True) if v is None)
    table.hit.update(keys)
    return True


def as_cells(table: Table, rng: random.Random) -> tuple[ReportCell, ...]:
    """The table as it was read."""
    return tuple(
        ReportCell(key, None, None, table.states[key], 0.0)
        if value is None
        else ReportCell(key, Decimal(value), str(value), State.READ, rng.uniform(*CONFIDENCES))
        for key, value in table.read.items()
    )


def locating(cells: Sequence[ReportCell], statements: Sequence[Statement]) -> float | None:
    """Milliseconds of CPU that locating takes; None where nothing contradicts anything."""
    by_key = {cell.key: cell for cell in cells}
    forms = load_forms()
    name = cells[0].key.split("/")[0]
    identities = forms.identities_of(name, forms.tables_of(by_key, FORM)[name].form)
    figures = figures_of(by_key, identities)
    evaluations = [evaluate(identity, figures) for identity in identities]
    start = time.process_time()
    faults = locate(evaluations, figures, by_key, statements, recognised=True)
    spent = 1000 * (time.process_time() - start)
    return spent if faults else None


def outcome(table: Table, checked: Checked) -> str:
    """What became of one table."""
    damaged = {k: v for k, v in table.true.items() if (table.read[k] or 0) != v}
    damaged |= {k: table.true[k] for k, state in table.states.items() if state is State.LOST}
    own = [p for p in checked.proposals if p.cell in table.true]
    unique = {p.cell: p.value for p in own if p.verdict == "unique"}
    if any(value != table.true[key] for key, value in unique.items()):
        return "wrong"
    if damaged.keys() <= unique.keys():
        return "unique"
    if restored(table, checked, damaged):
        return "listed"
    failing = any(f.severity == "error" for f in checked.findings)
    return "open" if failing or table.states else "unnoticed"


def restored(table: Table, checked: Checked, damaged: Mapping[str, int]) -> bool:
    """Whether one explanation of each fault, with the other proposals, gives the true table."""
    proposed = {p.cell: {p.value, *p.alternatives} for p in checked.proposals}
    explained: set[str] = set()
    for fault in checked.faults:
        fitting = [
            {*e.values, *e.unknown}
            for e in fault.explanations
            if all(value == table.true[key] for key, value in {**e.values, **e.unknown}.items())
        ]
        if not fitting:
            return False
        explained |= fitting[0]
    return all(key in explained or value in proposed.get(key, ()) for key, value in damaged.items())


def describe(n: int, what: str, table: Table, checked: Checked) -> str:
    """One case: what was damaged, and what the checker said."""
    lines = [f"-- {n}: {what}"]
    lines += [f"   {k}: {table.true[k]} read as {table.read[k]}" for k in sorted(table.hit)]
    lines += [f"   {f.verdict}: {len(f.explanations)} of {f.complete}" for f in checked.faults]
    for fault in checked.faults:
        for e in fault.explanations[:3]:
            lines.append(f"      {dict(e.values)} {dict(e.unknown)} {e.rows} {e.confirmed}")
    lines += [f"   {p.cell} = {p.value} {p.verdict}" for p in checked.proposals[:12]]
    return "\n".join(lines)


def as_text(rows: Sequence[Mapping[str, object]], args: argparse.Namespace) -> str:
    """The results as a Markdown table."""
    names = list(rows[0])
    head = f"{args.count} tables each, seed {args.seed}\n\n| {' | '.join(names)} |"
    body = [f"| {' | '.join(str(row[name]) for name in names)} |" for row in rows]
    return "\n".join([head, "|" + " --- |" * len(names), *body])


Kind = Callable[[Table, random.Random], bool]

if __name__ == "__main__":
    sys.exit(main())
