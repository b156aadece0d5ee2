"""Requests made from the API's own description, many for each operation.

    python experiments/service_fuzz.py --examples 200 --save

Stops at the first error of ours, and at the first answer that is not as described.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from service_trials import Service, fuzzing

HERE = Path(__file__).resolve()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder), workers=1, queue_length=100)
        service.start()
        try:
            found = []
            for label, sent in fuzzing.fuzz(service.url, options.examples, derandomize=False):
                print(f"{sent:6} {label}", flush=True)
                found.append((label, sent))
        finally:
            service.stop()
    if options.save:
        save(found, options.examples)


def save(found: list[tuple[str, int]], examples: int) -> None:
    lines = [
        "# Requests made from the description of the API",
        "",
        f"`python experiments/service_fuzz.py --examples {examples} --save`, with schemathesis: no",
        "answer of 5xx, and none with a status, a media type, a header or a body that is not as",
        f"described, in {sum(sent for _, sent in found):,} requests.",
        "",
        "| operation | requests |",
        "| --- | ---: |",
        *(f"| {label} | {sent} |" for label, sent in found),
    ]
    HERE.with_name("service_fuzz_results.md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
