"""Read generated damaged reports and print, per kind of damage and per layout, how that went.

    python experiments/damage.py --count 2000
    python experiments/damage.py --split held-out --count 2600 --save
    python experiments/damage.py --only cell_lost row_lost --layout tabs --count 50
    python experiments/damage.py --dump cell_lost-tabs-17

silent: called consistent, but a cell is wrong, missed or invented. guessed: called consistent, with
another than the true value in a cell that the text does not settle.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gipr_ml.learning.scoring import Score, score
from gipr_ml.learning.synthesis import (
    DAMAGES,
    DEVELOPMENT,
    HELD_OUT,
    LAYOUTS,
    SyntheticReport,
    combinations,
    make_report,
)

SPLITS = {"development": DEVELOPMENT, "held-out": HELD_OUT}
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Outcome:
    """What became of one report."""

    name: str
    damage: str
    layout: str
    score: Score
    doubts: tuple[str, ...]
    milliseconds: float


def main() -> None:
    args = arguments()
    if args.dump:
        dump(args.dump)
        return
    pairs = combinations(args.layout, args.only)
    first = SPLITS[args.split].start + args.seed
    jobs = [(first + n, *pairs[n % len(pairs)], args.keep) for n in range(args.count)]
    if args.workers > 1:
        with ProcessPoolExecutor(args.workers) as pool:
            outcomes = list(pool.map(run, jobs, chunksize=8))
    else:
        outcomes = [run(job) for job in jobs]
    print(as_text(outcomes, args))
    if args.save:
        save(outcomes, args)


def arguments() -> argparse.Namespace:
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("--count", type=int, default=len(combinations()), help="reports to make")
    ask.add_argument("--seed", type=int, default=0, help="first seed within the split")
    ask.add_argument("--split", choices=SPLITS, default="development")
    ask.add_argument("--only", nargs="+", choices=DAMAGES, metavar="KIND", help="kinds of damage")
    ask.add_argument("--layout", nargs="+", choices=LAYOUTS, metavar="LAYOUT", help="layouts")
    ask.add_argument("--workers", type=int, default=2)
    ask.add_argument(
        "--faults", type=int, default=0, help="list so many reports that are not exact"
    )
    ask.add_argument("--keep", type=Path, help="folder to write documents and gold to")
    ask.add_argument("--dump", metavar="NAME", help="print one report, its gold and its result")
    ask.add_argument("--save", action="store_true", help="write damage_results.json and .md")
    return ask.parse_args()


def run(job: tuple[int, str, str, Path | None]) -> Outcome:
    """Make, read and score one report."""
    from gipr_ml.pipeline import process_bytes

    seed, layout, damage, keep = job
    made = make_report(seed, layout, damage)
    if keep:
        write(made, keep)
    warm_up()
    start = time.process_time()
    report = process_bytes(made.data, made.file_name)
    spent = 1000 * (time.process_time() - start)
    doubts = tuple(sorted({doubt.code for doubt in report.doubts}))
    return Outcome(made.name, damage, layout, score(report, made.gold), doubts, spent)


@cache
def warm_up() -> None:
    """Load the models once a process, so that the times are those of reading."""
    from gipr_ml.pipeline import process_bytes

    made = make_report(DEVELOPMENT.start, "tabs", "none")
    process_bytes(made.data, made.file_name)


def write(made: SyntheticReport, folder: Path) -> None:
    """The document and its gold as files."""
    (folder / "reports").mkdir(parents=True, exist_ok=True)
    (folder / "gold").mkdir(exist_ok=True)
    (folder / "reports" / made.file_name).write_bytes(made.data)
    gold = json.dumps(made.gold, ensure_ascii=False, indent=1)
    (folder / "gold" / f"{made.name}.json").write_text(gold, encoding="utf-8")


def dump(name: str) -> None:
    """One report by its name, with what was wrong about its reading."""
    damage, layout, seed = name.rsplit("-", 2)
    made = make_report(int(seed), layout, damage)
    print(made.text)
    print(json.dumps({k: v for k, v in made.gold.items() if k != "cells"}, ensure_ascii=False))
    outcome = run((int(seed), layout, damage, None))
    print(f"consistent: {outcome.score.consistent}  doubts: {', '.join(outcome.doubts) or 'none'}")
    print("\n".join(outcome.score.faults))


def row_of(name: str, outcomes: Sequence[Outcome]) -> dict[str, object]:
    """The figures of a group of reports."""
    scores = [outcome.score for outcome in outcomes]
    cells = sum(s.cells for s in scores)
    return {
        "name": name,
        "reports": len(scores),
        "exact": sum(s.exact for s in scores),
        "cells_right": round(100 * sum(s.right for s in scores) / max(1, cells), 2),
        "consistent": sum(s.consistent for s in scores),
        "flagged": sum(not s.consistent for s in scores),
        "silent": sum(s.silent for s in scores),
        "guessed": sum(s.consistent and s.guessed > 0 for s in scores),
        "forced": sum(s.forced for s in scores),
        "forced_right": sum(s.forced_right for s in scores),
        "p50_ms": percentile([o.milliseconds for o in outcomes], 50),
        "p99_ms": percentile([o.milliseconds for o in outcomes], 99),
    }


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that `share` per cent of them do not exceed."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))], 1)


def tables(outcomes: Sequence[Outcome]) -> dict[str, list[dict[str, object]]]:
    """One row a kind of damage, one a layout, and all together."""

    def rows(names: Iterable[str], key: Callable[[Outcome], str]) -> list[dict[str, object]]:
        groups = {name: [o for o in outcomes if key(o) == name] for name in names}
        return [row_of(name, group) for name, group in groups.items() if group]

    light = [o for o in outcomes if DAMAGES[o.damage].light]
    whole = [row_of("all", outcomes)]
    return {
        "damage": rows(DAMAGES, lambda o: o.damage),
        "layout": rows(LAYOUTS, lambda o: o.layout),
        "together": ([row_of("undamaged and light", light)] if light else []) + whole,
    }


def as_text(outcomes: Sequence[Outcome], args: argparse.Namespace) -> str:
    """The tables and every silent case as Markdown."""
    parts = [f"{args.count} reports, {args.split} seeds from {args.seed}"]
    for title, rows in tables(outcomes).items():
        columns = list(rows[0])
        parts.append(f"\n| {' | '.join([title, *columns[1:]])} |\n|{' --- |' * len(columns)}")
        parts += [f"| {' | '.join(str(row[column]) for column in columns)} |" for row in rows]
    bad = [o for o in outcomes if o.score.silent or (o.score.consistent and o.score.guessed)]
    parts.append(f"\nSilent or guessed: {len(bad)}")
    parts += [describe(outcome) for outcome in bad]
    flagged = [o for o in outcomes if not o.score.exact and not o.score.silent][: args.faults]
    parts += [describe(outcome) for outcome in flagged]
    return "\n".join(parts)


def describe(outcome: Outcome) -> str:
    """Name, counts and first faults of a report."""
    s = outcome.score
    faults = "".join(f"\n    {fault}" for fault in s.faults[:8])
    return (
        f"- {outcome.name}: right {s.right}/{s.cells}, wrong {s.wrong}, missed {s.missed}, "
        f"invented {s.invented}, guessed {s.guessed}; {' '.join(outcome.doubts)}{faults}"
    )


def save(outcomes: Sequence[Outcome], args: argparse.Namespace) -> None:
    """damage_results.json and damage_results.md beside this file."""
    silent = [o.name for o in outcomes if o.score.silent]
    guessed = [o.name for o in outcomes if o.score.consistent and o.score.guessed]
    result = {"split": args.split, "seed": args.seed, "count": args.count}
    body = json.dumps(
        result | tables(outcomes) | {"silent": silent, "guessed": guessed},
        ensure_ascii=False,
        indent=1,
    )
    (HERE / "damage_results.json").write_text(body + "\n", encoding="utf-8")
    drawn = f"--split {args.split} --seed {args.seed} --count {args.count}"
    command = f"python experiments/damage.py {drawn} --save"
    head = f"# Reading damaged reports\n\nMade by `{command}`.\n\n"
    (HERE / "damage_results.md").write_text(head + as_text(outcomes, args) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
