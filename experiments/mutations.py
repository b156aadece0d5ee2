"""Change one thing at random in a real report, and look for results that hide it.

    python experiments/mutations.py [--count 2000] [--seed 0] [--save]

The second family of damage, beside `damage.py`: it knows nothing of the forms, and works on the
bytes of the reports in training_data/. None of its changes alters a figure that is left in the
text, so a report that still calls itself consistent must have every cell right.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random

from gipr_ml.learning.scoring import score
from gipr_ml.pipeline import process_bytes
from gipr_ml.types import Status

HERE = Path(__file__).parent
DATA = HERE.parent / "training_data"
ROW = re.compile(r"(?:\s|>)\d+(?=\s|<|$)")
Lines = list[str]


def delete_cell(lines: Lines, row: int, rng: Random) -> None:
    """One number goes, with the tab or the tags around it."""
    numbers = list(re.finditer(r"<td[^>]*>\s*\d+\s*</td>|(?<=[\t |])\d+(?=[\t |]|$)", lines[row]))
    if numbers:
        start, end = rng.choice(numbers).span()
        lines[row] = lines[row][:start] + lines[row][end + (lines[row][end : end + 1] == "\t") :]


def insert_number(lines: Lines, row: int, rng: Random) -> None:
    """A number that is not in the report."""
    at = rng.choice([m.start() for m in re.finditer(r"(?<=\s)\d|<td", lines[row])] or [0])
    extra = str(rng.randint(1, 9))
    lines[row] = (
        lines[row][:at]
        + (f"<td>{extra}</td>" if "<td" in lines[row] else f"{extra}\t")
        + lines[row][at:]
    )


def repeat_line(lines: Lines, row: int, rng: Random) -> None:
    """The same row twice."""
    lines.insert(row + rng.randint(0, 1), lines[row])


def delete_line(lines: Lines, row: int, rng: Random) -> None:
    """A row goes."""
    del lines[row : row + rng.randint(1, 2)]


def exchange_lines(lines: Lines, row: int, _: Random) -> None:
    """Two neighbouring rows change places."""
    other = min(row + 1, len(lines) - 1)
    lines[row], lines[other] = lines[other], lines[row]


def move_lines(lines: Lines, row: int, rng: Random) -> None:
    """Some rows stand elsewhere."""
    count = rng.randint(1, 4)
    block = lines[row : row + count]
    del lines[row : row + count]
    at = rng.randrange(max(1, len(lines) // 3), len(lines) + 1)
    lines[at:at] = block


def join_lines(lines: Lines, row: int, _: Random) -> None:
    """Two lines become one."""
    if row + 1 < len(lines):
        lines[row] += " " + lines.pop(row + 1)


def glue_numbers(lines: Lines, row: int, _: Random) -> None:
    """The borders between the numbers of a row go."""
    lines[row] = re.sub(r"(?<=\d)[\t |]+(?=\d)", "", lines[row])


def lose_label(lines: Lines, row: int, _: Random) -> None:
    """The longest words of a row go."""
    words = re.findall(r"[\u4e00-\u9fff]{2,}", lines[row])
    if words:
        lines[row] = lines[row].replace(max(words, key=len), "", 1)


def shift_row(lines: Lines, row: int, _: Random) -> None:
    """An empty cell before everything."""
    lines[row] = ("<td></td>" if "<td" in lines[row] else "\t") + lines[row]


def cut_off(lines: Lines, row: int, rng: Random) -> None:
    """The text ends in the middle of a row."""
    lines[row] = lines[row][: rng.randrange(len(lines[row]) + 1)]
    del lines[row + 1 :]


CHANGES: tuple[Callable[[Lines, int, Random], None], ...] = (
    delete_cell,
    insert_number,
    repeat_line,
    delete_line,
    exchange_lines,
    move_lines,
    join_lines,
    glue_numbers,
    lose_label,
    shift_row,
    cut_off,
)


def attempt(seed: int) -> tuple[str, str, str] | None:
    """What was done, to which report, and what came of it; None where nothing changed."""
    rng = Random(seed)
    path = rng.choice(sorted((DATA / "reports").iterdir()))
    change = CHANGES[seed % len(CHANGES)]
    text = path.read_text("utf-8")
    border = "</tr>" if path.suffix == ".html" else "\n"
    lines = text.split(border)
    rows = [i for i, line in enumerate(lines) if len(ROW.findall(line)) >= 3]
    if not rows:
        return None
    change(lines, rng.choice(rows), rng)
    changed = border.join(lines)
    if changed == text:
        return None
    report = process_bytes(changed.encode(), path.name)
    gold = json.loads((DATA / "gold" / f"{path.stem}.json").read_text("utf-8"))
    exact = score(report, gold).exact
    if report.status is not Status.CONSISTENT:
        return change.__name__, f"{path.stem} seed {seed}", "exact" if exact else "flagged"
    return change.__name__, f"{path.stem} seed {seed}", "consistent" if exact else "SILENT"


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("--count", type=int, default=2000)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--workers", type=int, default=2)
    ask.add_argument("--save", action="store_true", help="write mutations_results.md")
    args = ask.parse_args()
    counts: dict[str, Counter[str]] = {change.__name__: Counter() for change in CHANGES}
    silent = []
    with ProcessPoolExecutor(args.workers) as pool:
        for found in pool.map(attempt, range(args.seed, args.seed + args.count), chunksize=20):
            if found is not None:
                counts[found[0]][found[2]] += 1
                silent += [f"- {found[0]}: {found[1]}"] if found[2] == "SILENT" else []
    outcomes = ("consistent", "exact", "flagged", "SILENT")
    rows = [
        f"| {name} | {sum(of.values())} | " + " | ".join(str(of[o]) for o in outcomes) + " |"
        for name, of in counts.items()
    ]
    table = "\n".join(
        [
            "| change | reports | consistent | review, exact | review, not exact | silent |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
        ]
    )
    print("\n".join([table, "", *silent]))
    if args.save:
        command = f"python experiments/mutations.py --count {args.count} --seed {args.seed} --save"
        about = f"# One random change to a real report\n\nMade by `{command}`.\n\n"
        (HERE / "mutations_results.md").write_text(about + table + "\n", "utf-8")


if __name__ == "__main__":
    main()
