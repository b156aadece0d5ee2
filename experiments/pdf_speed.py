"""CPU time to read a PDF with text against pdfplumber's own extraction of the same pages.

    python experiments/pdf_speed.py report.pdf [...]

pdfplumber is no dependency of gipr-ml: `pip install pdfplumber` first. Each file is read five times
by both; the medians are shown.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from gipr_ml.sources import read_bytes


def median(read: Callable[[Path], object], path: Path) -> float:
    times = []
    for _ in range(5):
        start = time.process_time()
        read(path)
        times.append(time.process_time() - start)
    return statistics.median(times)


def ours(path: Path) -> object:
    return read_bytes(path.read_bytes(), path.name)


def theirs(path: Path) -> object:
    import pdfplumber

    with pdfplumber.open(path) as document:
        return [(page.extract_text(), page.extract_tables()) for page in document.pages]


def main() -> None:
    ours(Path(sys.argv[1]))  # what is loaded once is not counted
    for name in sys.argv[1:]:
        path = Path(name)
        mine, other = median(ours, path), median(theirs, path)
        print(
            f"{path.name}: gipr-ml {1000 * mine:.0f} ms, pdfplumber {1000 * other:.0f} ms, "
            f"ratio {mine / other:.2f}"
        )


if __name__ == "__main__":
    main()
