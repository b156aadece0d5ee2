"""Try bytes on everything that reads or works out something, guided by what they make it do.

    python experiments/fuzz.py [TARGET ...] [--seconds 600] [--cache DIR] [--keep] [--save]

Each target (`fuzz_targets/registry.py`) runs under libFuzzer with atheris, one after the other, in
a process of its own; the seconds are shared out among them. An input that breaks a promise is kept
and told. What was found interesting stays in the cache folder for the next time; `--keep` makes of
it the small corpus in `fuzz_targets/corpus/`, which the tests replay without atheris.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
FOLDER = HERE / "fuzz_targets"
KEPT = FOLDER / "corpus"
sys.path.insert(0, str(FOLDER))

from registry import TARGETS, Target  # noqa: E402
from scratch import new_folder  # noqa: E402
from seeds import dictionary, seeds  # noqa: E402

HANG_SECONDS, MOST_MB = 20, 2048
"""From when on an input counts as a hang, and what a target may hold in memory."""
SLOW_SECONDS = 2.0
"""CPU time that one input of a few kilobytes may take."""
FEW = 0.1
"""Of the median of all targets, from which on the executions of one are said to be few."""
MOST_KEPT, LONGEST_KEPT = 24, 1024
"""Files of a target that are committed, and their bytes."""
_STOPPED = re.compile("(crash|timeout|oom|leak)-")
"""Names of the inputs that libFuzzer ended at."""
HEAD = ("target", "executions", "seconds", "coverage", "features", "failures", "hangs", "slowest_s",
        "peak_mb")  # fmt: skip


def fuzz(name: str, target: Target, seconds: int, cache: Path, failures: Path) -> dict[str, Any]:
    """Run one target, and what came of it."""
    corpus = cache / name
    corpus.mkdir(parents=True, exist_ok=True)
    for data in seeds(name):
        (corpus / hashlib.sha1(data).hexdigest()).write_bytes(data[: target.longest])
    own = failures / name
    words = cache / "words.dict"
    words.write_text(dictionary(), "ascii")
    said = _child(
        name, own, corpus, *([KEPT / name] if (KEPT / name).is_dir() else []),
        f"-dict={words}", f"-max_total_time={seconds}", f"-max_len={target.longest}",
        f"-artifact_prefix={own}/", "-print_final_stats=1", f"-timeout={HANG_SECONDS}",
        f"-rss_limit_mb={MOST_MB}", "-verbosity=1",
    )  # fmt: skip
    summary = json.loads((own / "summary.json").read_text("utf-8"))
    for place, words_of in summary["failures"].items():
        print(f"  {place}: {words_of}\n    {own / place}", flush=True)
    stopped = [path.name for path in own.iterdir() if _STOPPED.match(path.name)]
    for one in stopped:
        print(f"  {one}: {own / one}\n{said[-2000:]}", flush=True)
    hangs = sum(one.startswith("timeout") for one in stopped)
    counts = re.findall(r"^#(\d+)\s.*?cov: (\d+) ft: (\d+)", said, re.MULTILINE)
    executions = [int(n) for n, _, _ in counts]
    stated = re.search(r"number_of_executed_units: (\d+)", said)
    return {
        "target": name,
        "executions": int(stated[1]) if stated else max(executions, default=0),
        "seconds": seconds,
        "coverage": max((int(cov) for _, cov, _ in counts), default=0),
        "features": max((int(features) for _, _, features in counts), default=0),
        "failures": len(summary["failures"]) + len(stopped) - hangs,
        "hangs": hangs + (summary["slowest_s"] > SLOW_SECONDS),
        "slowest_s": summary["slowest_s"],
        "peak_mb": max([0, *map(int, re.findall(r"(?:rss: |peak_rss_mb:\s+)(\d+)", said))]),
    }  # fmt: skip


def _child(name: str, failures: Path, *options: object) -> str:
    """What libFuzzer says of a target."""
    failures.mkdir(parents=True, exist_ok=True)
    command = failures / "command"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FOLDER / "child.py"}" "$@"\n')
    command.chmod(0o755)
    scratch = new_folder()
    paths = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "OMP_NUM_THREADS": "1",
        "PYTHONWARNINGS": "ignore", "FUZZ_TARGET": name, "FUZZ_FAILURES": str(failures),
        "FUZZ_COMMAND": str(command), "FUZZ_SCRATCH": str(scratch),
    }  # fmt: skip
    try:
        done = subprocess.run(
            [str(command), *map(str, options)],
            cwd=FOLDER, env=environment, capture_output=True, check=False, encoding="utf-8",
            errors="replace",
        )  # fmt: skip
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if not (failures / "summary.json").exists():
        raise SystemExit(f"{name} did not start:\n{done.stderr[-2000:]}")
    return done.stderr


def keep(name: str, target: Target, cache: Path) -> None:
    """Make the committed corpus of a target: as few and small files as reach most."""
    with tempfile.TemporaryDirectory() as folder:
        merged = Path(folder) / "merged"
        merged.mkdir()
        longest = min(target.longest, LONGEST_KEPT)
        _child(
            name, Path(folder) / "failures", "-merge=1", f"-max_len={longest}", merged,
            cache / name, *([KEPT / name] if (KEPT / name).is_dir() else []),
        )  # fmt: skip
        found = sorted(merged.iterdir(), key=lambda path: (path.stat().st_size, path.name))
        chosen = found[:: max(1, -(-len(found) // MOST_KEPT))]
        for old in (KEPT / name).glob("[0-9a-f]*"):
            if not old.name.startswith("found-"):
                old.unlink()
        for path in chosen:
            (KEPT / name).mkdir(parents=True, exist_ok=True)
            (KEPT / name / path.name[:12]).write_bytes(path.read_bytes())
        print(f"{name}: {len(chosen)} of {len(found)} inputs kept", flush=True)


def text_of(rows: list[dict[str, Any]], options: str) -> str:
    total = sum(row["executions"] for row in rows)
    lines = [f"| {' | '.join(HEAD)} |", f"|{' --- |' * len(HEAD)}"]
    lines += [f"| {' | '.join(_shown(row[key]) for key in HEAD)} |" for row in rows]
    worst = max(row["slowest_s"] for row in rows)
    return "\n".join(
        [
            "# Coverage-guided fuzzing",
            "",
            f"Made by `python experiments/fuzz.py {options}--save`.",
            "",
            *lines,
            "",
            f"{total:,} executions in {sum(row['seconds'] for row in rows):,} seconds of fuzzing: "
            f"{sum(row['failures'] for row in rows)} inputs that break a promise, "
            f"{sum(row['hangs'] for row in rows)} hangs; the slowest input took {worst} s of CPU, "
            f"the largest process {max(row['peak_mb'] for row in rows):,} MB.",
            "",
            _fewest(rows),
            "",
            "`coverage` counts branches of the program and `features` how often they were taken, "
            "as libFuzzer does. A failure is any error but a refusal in words, a library that "
            "crashes, a process that grows, and a promise that does not hold: a report called "
            "consistent with a sum that does not add up or a cell that is not there, a value "
            "whose digits the document does not have, a result that is another when it is read "
            "and written again, an archive's path that leads out of it. A hang is an input that "
            "takes more than "
            f"{SLOW_SECONDS:g} s of CPU.",
            "",
        ]
    )


def _fewest(rows: list[dict[str, Any]]) -> str:
    """Which targets were tried far less often than most, since each of their inputs takes long."""
    usual = median(row["executions"] for row in rows)
    few = [row for row in rows if row["executions"] < FEW * usual]
    told = ", ".join(
        f"`{row['target']}` {row['executions']:,} in {row['seconds']} s"
        for row in sorted(few, key=lambda row: row["executions"])
    )
    return (
        f"The median target had {usual:,.0f} executions; below {FEW:.0%} of that: {told or 'none'}."
    )


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    ask.add_argument("--seconds", type=int, default=600, help="of fuzzing, all targets together")
    ask.add_argument("--cache", type=Path, default=HERE.parent / "build" / "fuzz")
    ask.add_argument("--keep", action="store_true", help="renew the committed corpus")
    ask.add_argument("--save", action="store_true", help="write the results beside this file")
    args = ask.parse_args()
    names = args.targets or list(TARGETS)
    if unknown := [name for name in names if name not in TARGETS]:
        ask.error(f"there is no target {unknown[0]}; choose from {', '.join(TARGETS)}")
    shares = sum(TARGETS[name].share for name in names)
    cache, rows = args.cache.resolve(), []
    failures = Path(tempfile.mkdtemp(prefix="gipr-fuzz-"))
    for name in names:
        seconds = max(1, round(args.seconds * TARGETS[name].share / shares)) if args.seconds else 0
        if seconds:
            rows.append(fuzz(name, TARGETS[name], seconds, cache, failures))
            print(*rows[-1].values(), flush=True)
        if args.keep:
            keep(name, TARGETS[name], cache)
    if not rows:
        return
    options = "".join(f"{name} " for name in args.targets) + f"--seconds {args.seconds} "
    text = text_of(rows, options)
    print(text)
    if args.save:
        (HERE / "fuzz_results.md").write_text(text, "utf-8")
        (HERE / "fuzz_results.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    if any(row["failures"] or row["hangs"] for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
