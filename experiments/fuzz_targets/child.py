"""One target under libFuzzer: `python child.py [options and folders of libFuzzer]`.

FUZZ_TARGET in the environment names the target, FUZZ_FAILURES a folder, and FUZZ_COMMAND a program
that runs this file with the options that it is given, as libFuzzer starts itself anew to merge.

Every input that breaks a promise is kept in the folder of failures, one for each place in the
program, and the fuzzer goes on; hangs and crashes of libraries end it. `summary.json` there lists
them, and says how long the slowest input took.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import time
import traceback
from pathlib import Path

import atheris
from registry import TARGETS


def place_of(error: BaseException) -> str:
    """Kind of an error and the last line of the program that it passed."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "gipr_ml/" in frame.filename] or frames
    where = own[-1]
    return f"{type(error).__name__}-{Path(where.filename).stem}-{where.lineno}"


def main() -> None:
    target, failures = TARGETS[os.environ["FUZZ_TARGET"]], Path(os.environ["FUZZ_FAILURES"])
    failures.mkdir(parents=True, exist_ok=True)
    found: dict[str, str] = {}
    slowest = [0.0]
    logging.disable()

    def tried(data: bytes) -> None:
        start = time.process_time()
        try:
            target.run(data)
        except Exception as error:
            place = place_of(error)
            if place not in found:
                found[place] = f"{type(error).__name__}: {error}"[:300]
                (failures / place).write_bytes(data)
                note()
                print(f"FAILURE {place}: {found[place]}", file=sys.stderr, flush=True)
        spent = time.process_time() - start
        if spent > slowest[0]:
            slowest[0] = spent
            (failures / "slowest").write_bytes(data)
            note()

    def note() -> None:  # at once: libFuzzer ends without coming back
        summary = {"failures": found, "slowest_s": round(slowest[0], 3)}
        (failures / "summary.json").write_text(json.dumps(summary), "utf-8")

    with atheris.instrument_imports(include=["gipr_ml", "tomllib"]):
        for byte in (0, 1, 100, 255):  # loads models, so that no input seems slow for that
            with contextlib.suppress(Exception):
                target.run(bytes([byte]) * target.longest)
    note()
    atheris.Setup([os.environ["FUZZ_COMMAND"], *sys.argv[1:]], tried)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
