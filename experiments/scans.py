"""Reading generated scans: cells and reports right, per kind of damage.

    python experiments/scans.py                         # three reports of each hard kind
    python experiments/scans.py --only photo fax --count 6 --faults 3
    python experiments/scans.py --save                  # scans_results.json and .md
    python experiments/scans.py --rasterise REPORT.pdf GOLD.json

"right" counts the cells that print a number. "with proposals" puts the unique proposals in the
place of what was read. A report is "silent" where it calls itself consistent but a cell is wrong,
missed or invented. Reports are read in a process of their own, so that its memory is that of
reading alone. CPU seconds are those of all its threads, for all pages of a report divided by their
number.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from gipr_ml.learning.scoring import number, score
from gipr_ml.learning.synthesis import DEVELOPMENT, HELD_OUT
from gipr_ml.learning.synthesis.scans import KINDS, make_scan
from gipr_ml.types import Report, State

SPLITS = {"development": DEVELOPMENT, "held-out": HELD_OUT}
HERE = Path(__file__).parent
GROUPS = ("alone", "together", "hard", "others")
TARGETS = {"alone": "100", "together": "99.8, with proposals 99.95", "hard": "99.5", "others": "–"}
"""Per cent of the numbers right, where one is set."""


OFTEN = 3
TARGETED = {name for name, kind in KINDS.items() if kind.group in ("together", "hard")} | {"blanks"}
"""Kinds that take `OFTEN` turns where others take one."""
MOST_MEMORY = 1024
"""MB that a process that reads scans may take."""


@dataclass(frozen=True)
class Outcome:
    """What became of one report."""

    name: str
    kind: str
    pages: int
    numbers: int
    right: int
    proposed_right: int
    wrong: int
    missed: int
    invented: int
    blanks: int
    blanks_right: int
    exact: bool
    consistent: bool
    rejected: bool
    seconds: float
    memory: float
    """MB that the reading process had taken at most, up to this report."""
    faults: tuple[str, ...]

    @property
    def silent(self) -> bool:
        """Called consistent, but not exact."""
        return self.consistent and not self.exact


def main() -> None:
    args = arguments()
    if args.rasterise:
        pdf, gold = args.rasterise
        outcomes = [run(pdf.stem, "rasterised", rasterised(pdf), "pdf", read_gold(gold))]
    else:
        outcomes = list(generated(args))
    print(as_text(outcomes, args))
    if args.save:
        save(outcomes, args)


def arguments() -> argparse.Namespace:
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("--count", type=int, help="reports to make; one turn of all kinds by default")
    ask.add_argument("--seed", type=int, default=0, help="first seed within the split")
    ask.add_argument("--split", choices=SPLITS, default="held-out")
    ask.add_argument("--only", nargs="+", choices=KINDS, metavar="KIND", help="kinds of damage")
    ask.add_argument("--faults", type=int, default=0, help="list so many reports not exact")
    ask.add_argument("--keep", type=Path, help="folder to write files, gold and results to")
    ask.add_argument("--save", action="store_true", help="write scans_results.json and .md")
    ask.add_argument(
        "--rasterise",
        nargs=2,
        type=Path,
        metavar=("PDF", "GOLD"),
        help="read the pages of a PDF as pictures of 150 dots an inch instead",
    )
    args = ask.parse_args()
    args.kinds = args.only or [
        name for turn in range(OFTEN) for name in KINDS if turn == 0 or name in TARGETED
    ]
    args.count = args.count or len(args.kinds)
    return args


def generated(args: argparse.Namespace) -> Iterable[Outcome]:
    """Make and read the reports one after the other, in this process."""
    first = SPLITS[args.split].start + args.seed
    for number_ in range(args.count):
        made = make_scan(first + number_, args.kinds[number_ % len(args.kinds)])
        if args.keep:
            args.keep.mkdir(parents=True, exist_ok=True)
            (args.keep / made.file_name).write_bytes(made.data)
            gold = json.dumps(made.gold, ensure_ascii=False, indent=1)
            (args.keep / f"{made.name}.json").write_text(gold, encoding="utf-8")
        outcome = run(made.name, made.kind.name, made.data, made.suffix, made.gold)
        print(describe(outcome), file=sys.stderr)
        yield outcome


@cache
def reader() -> ProcessPoolExecutor:
    """One process that reads reports, and nothing else, with its models loaded."""
    pool = ProcessPoolExecutor(1, get_context("spawn"))
    made = make_scan(DEVELOPMENT.start, "dpi_110")
    pool.submit(read, made.data, made.file_name).result()
    return pool


def read(data: bytes, name: str) -> tuple[Report, float, float]:
    """A report, the CPU seconds that reading it took, and the most MB that were ever in use."""
    from gipr_ml.pipeline import process_bytes

    start = time.process_time()
    report = process_bytes(data, name)
    seconds = time.process_time() - start
    return report, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(name: str, kind: str, data: bytes, suffix: str, gold: Mapping[str, Any]) -> Outcome:
    """Read and score one report."""
    report, seconds, memory = reader().submit(read, data, f"{name}.{suffix}").result()
    return compare(name, kind, report, gold, seconds, memory)


def compare(
    name: str,
    kind: str,
    report: Report,
    gold: Mapping[str, Any],
    seconds: float,
    memory: float = 0.0,
) -> Outcome:
    """The counts of one report."""
    scored = score(report, gold)
    unscored = {"ambiguous", "uncertain"}
    states: Mapping[str, str] = gold.get("states", {})
    wanted = {k: number(v) for k, v in gold["cells"].items() if states.get(k) not in unscored}
    numbers = {key: value for key, value in wanted.items() if value is not None}
    empty = [key for key in wanted if states.get(key) == "blank"]
    read = {cell.key: cell for cell in report.cells}
    values = {key: cell.value for key, cell in read.items()}
    better = values | {p.cell: p.value for p in report.proposals if p.verdict == "unique"}
    return Outcome(
        name=name,
        kind=kind,
        pages=report.pages or 1,
        numbers=len(numbers),
        right=sum(values.get(key) == value for key, value in numbers.items()),
        proposed_right=sum(better.get(key) == value for key, value in numbers.items()),
        wrong=scored.wrong,
        missed=scored.missed,
        invented=scored.invented,
        blanks=len(empty),
        blanks_right=sum(key in read and read[key].state is State.BLANK for key in empty),
        exact=scored.exact,
        consistent=scored.consistent,
        rejected=report.reason is not None,
        seconds=seconds,
        memory=round(memory, 1),
        faults=((report.reason,) if report.reason else scored.faults),
    )


def rasterised(path: Path) -> bytes:
    """The pages of a PDF as a PDF of pictures, 150 dots an inch."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    first, *rest = [page.render(scale=150 / 72).to_pil().convert("L") for page in document]
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=rest, resolution=150)
    return out.getvalue()


def read_gold(path: Path) -> dict[str, Any]:
    gold: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return gold


# ---------------------------------------------------------------- figures


def row_of(name: str, outcomes: Sequence[Outcome]) -> dict[str, object]:
    """The figures of a group of reports."""
    numbers = sum(o.numbers for o in outcomes)
    pages = sum(o.pages for o in outcomes)

    def share(right: int) -> float:
        return round(100 * right / max(1, numbers), 3)

    return {
        "name": name,
        "reports": len(outcomes),
        "pages": pages,
        "numbers": numbers,
        "right": sum(o.right for o in outcomes),
        "right_%": share(sum(o.right for o in outcomes)),
        "with_proposals_%": share(sum(o.proposed_right for o in outcomes)),
        "wrong": sum(o.wrong for o in outcomes),
        "missed": sum(o.missed for o in outcomes),
        "invented": sum(o.invented for o in outcomes),
        "blanks": f"{sum(o.blanks_right for o in outcomes)}/{sum(o.blanks for o in outcomes)}",
        "exact": sum(o.exact for o in outcomes),
        "consistent": sum(o.consistent for o in outcomes),
        "silent": sum(o.silent for o in outcomes),
        "cpu_s_page": round(sum(o.seconds for o in outcomes) / max(1, pages), 2),
    }


def tables(outcomes: Sequence[Outcome]) -> dict[str, list[dict[str, object]]]:
    """One row a kind of damage, one a group of kinds, and all together."""
    kinds = dict.fromkeys(o.kind for o in outcomes)
    groups = {
        group: [o for o in outcomes if o.kind in KINDS and KINDS[o.kind].group == group]
        for group in GROUPS
    }
    together = [
        row_of(f"{group} (aim {TARGETS[group]})", own) for group, own in groups.items() if own
    ]
    return {
        "kind": [row_of(kind, [o for o in outcomes if o.kind == kind]) for kind in kinds],
        "group": [*together, row_of("all", outcomes)],
    }


def as_text(outcomes: Sequence[Outcome], args: argparse.Namespace) -> str:
    """The tables as Markdown, every silent case, and the faults asked for."""
    peak = max(outcome.memory for outcome in outcomes)
    what = f"{args.split} seeds from {args.seed}" if not args.rasterise else "rasterised"
    limit = f"the reading process took {peak:.0f} MB at most (aim {MOST_MEMORY})"
    parts = [f"{len(outcomes)} reports, {what}; {limit}"]
    for title, rows in tables(outcomes).items():
        columns = list(rows[0])
        parts.append(f"\n| {' | '.join([title, *columns[1:]])} |\n|{' --- |' * len(columns)}")
        parts += [f"| {' | '.join(str(row[column]) for column in columns)} |" for row in rows]
    silent = [o for o in outcomes if o.silent]
    parts.append(f"\nSilent: {len(silent)}")
    inexact = [o for o in outcomes if not o.exact and not o.silent][: args.faults]
    parts += [describe(outcome) for outcome in [*silent, *inexact]]
    return "\n".join(parts)


def describe(outcome: Outcome) -> str:
    """Name, counts and first faults of a report."""
    faults = "".join(f"\n    {fault}" for fault in outcome.faults[:8])
    status = "consistent" if outcome.consistent else "rejected" if outcome.rejected else "review"
    return (
        f"- {outcome.name}: {status}, right {outcome.right}/{outcome.numbers}, wrong "
        f"{outcome.wrong}, missed {outcome.missed}, invented {outcome.invented}, "
        f"{outcome.seconds / outcome.pages:.2f} s a page{faults}"
    )


def save(outcomes: Sequence[Outcome], args: argparse.Namespace) -> None:
    """scans_results.json and scans_results.md beside this file."""
    result = {"split": args.split, "seed": args.seed, "count": len(outcomes)}
    reports = [
        asdict(o) | {"faults": o.faults[:8], "seconds": round(o.seconds, 2)} for o in outcomes
    ]
    body = json.dumps(
        result | tables(outcomes) | {"reports": reports}, ensure_ascii=False, indent=1
    )
    (HERE / "scans_results.json").write_text(body + "\n", encoding="utf-8")
    chosen = f"--split {args.split} --seed {args.seed} --count {args.count}"
    command = f"python experiments/scans.py {chosen} --save"
    head = f"# Reading generated scans\n\nMade by `{command}`.\n\n"
    (HERE / "scans_results.md").write_text(head + as_text(outcomes, args) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
