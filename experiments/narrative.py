"""Read sentences with agreed answers and print how many of their numbers are found.

    python experiments/narrative.py [--faults development] [--save]
    python experiments/narrative.py --reports DIR --gold DIR

A number counts as found where its kind (exact, approximate, a range, a share, a change), its value,
the cells that it restates, and whether it is of the whole body, are all as agreed. Precision: found
out of all that were read. Recall: found out of all that are agreed. The rules were made with the
sentences in tests/narrative/development.toml; those in held_out.toml were written before and kept
for measuring, those in later.toml after, without a look at the rules; of these two sets only the
figures were looked at when the rules were extended. `--reports` reads whole
reports instead: each entry under `narrative` of their gold files must be found, and nothing may be
said to contradict the tables that is not agreed to.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SENTENCES = HERE.parent / "tests" / "narrative"
sys.path.insert(0, str(SENTENCES))
from agreed import Case, judge, load_cases, written  # noqa: E402

from gipr_ml import process  # noqa: E402
from gipr_ml.types import Report  # noqa: E402

SETS = ("development", "held_out", "later")
LIMITS = {"precision": 0.98, "recall": 0.9}
Z = 1.96


@dataclass(frozen=True)
class Score:
    """Counts over a set of sentences."""

    cases: int
    silent: int
    found: int
    read: int
    agreed: int

    def rows(self, name: str) -> list[str]:
        """Lines of the table of results."""
        shares = {"precision": (self.found, self.read), "recall": (self.found, self.agreed)}
        return [
            f"| {name} | {self.cases} ({self.silent}) | {measure} | {hits / max(1, all_):.3f} "
            f"| {hits} of {all_} | {'{:.3f} to {:.3f}'.format(*wilson(hits, all_))} "
            f"| {LIMITS[measure]:.2f} |"
            for measure, (hits, all_) in shares.items()
        ]


def main() -> None:
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("--faults", choices=SETS, help="print every sentence read otherwise")
    ask.add_argument("--save", action="store_true", help="write narrative_results.md")
    ask.add_argument("--reports", type=Path, help="folder of whole reports")
    ask.add_argument("--gold", type=Path, help="folder of their right answers")
    args = ask.parse_args()
    if args.reports:
        sys.exit(check_reports(args.reports, args.gold or args.reports))
    text = table()
    print(text)
    if args.faults:
        show_faults(load_cases(SENTENCES / f"{args.faults}.toml"))
    if args.save:
        about = "# What is read of the prose\n\nMade by `python experiments/narrative.py --save`.\n"
        (HERE / "narrative_results.md").write_text(f"{about}\n{text}\n", "utf-8")


def table() -> str:
    """The figures of all sets as Markdown, with 95 % intervals after Wilson."""
    rows = [
        "| sentences | how many (silent) | | | | 95 % interval | at least |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    sets = {name: load_cases(SENTENCES / f"{name}.toml") for name in SETS}
    sets["all"] = tuple(case for cases in sets.values() for case in cases)
    for name, cases in sets.items():
        rows += score(cases).rows(name)
    return "\n".join(rows)


def score(cases: Sequence[Case]) -> Score:
    """Read all the sentences."""
    outcomes = [judge(case) for case in cases]
    found = sum(outcome.found for outcome in outcomes)
    return Score(
        len(cases),
        sum(not case.says for case in cases),
        found,
        found + sum(len(outcome.wrong) for outcome in outcomes),
        sum(len(case.says) for case in cases),
    )


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    if not trials:
        return 0.0, 1.0
    share, spread = hits / trials, Z * Z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = Z * (share * (1 - share) / trials + spread / (4 * trials)) ** 0.5 / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def show_faults(cases: Sequence[Case]) -> None:
    """Print the sentences that are not read as agreed."""
    for case in cases:
        outcome = judge(case)
        if outcome.missed or outcome.wrong:
            print(case.text)
        for missed in outcome.missed:
            print(f"    missed {missed[0].number} = {shown(missed[0].cells)}")
        for wrong in outcome.wrong:
            print(f"    wrong  {written(wrong)} = {shown(wrong.restates)} {wrong.scope}")


def shown(keys: Sequence[str] | frozenset[str]) -> str:
    """A sum of cells, shortened."""
    return " + ".join(sorted(keys)[:3]) + (" …" if len(keys) > 3 else "")


def check_reports(reports: Path, gold: Path) -> int:
    """Read reports and compare with gold; the number of faults."""
    faults = entries = statements = 0
    for answers in sorted(gold.glob("*.json")):
        path = next((p for p in sorted(reports.glob(f"{answers.stem}.*"))), None)
        if path is None:
            continue
        wanted = json.loads(answers.read_text(encoding="utf-8")).get("narrative", [])
        report = process(path)
        entries += len(wanted)
        statements += len(report.narrative)
        faults += sum(print(f"{path.name}: {fault}") is None for fault in wrongs(report, wanted))
    print(f"{entries} agreed entries, {statements} statements read, {faults} faults")
    return 1 if faults else 0


def wrongs(report: Report, wanted: Sequence[dict[str, object]]) -> list[str]:
    """Entries not found, and mismatches that were not agreed to."""
    read = [f for f in report.narrative if f.statement.kind == "exact"]
    sums = {(f.statement.value, frozenset(f.statement.restates)): f.agrees for f in read}
    faults = []
    for entry in wanted:
        key = entry["value"], frozenset(str(entry["restates"]).split(" + "))
        if sums.pop(key, "missing") != entry["agrees"]:  # type: ignore[arg-type]
            faults.append(f"not found as agreed: {entry['quote']}")
    return faults + [
        f"{f.statement.quote}: said to contradict {shown(f.statement.restates)}"
        for f in report.narrative
        if f.agrees is False
        and not any(f.statement.value == e["value"] and not e["agrees"] for e in wanted)
    ]


if __name__ == "__main__":
    main()
