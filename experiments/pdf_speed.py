"""CPU time to read a PDF with text against pdfplumber's own extraction of the same pages.

    python experiments/pdf_speed.py [report.pdf ...] [--save]

pdfplumber is no dependency of gipr-ml: `pip install pdfplumber` first. Each file is read five times
by both; the medians are shown. Without files, a report is drawn in several ways and read.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gipr_ml.sources import read_bytes

HERE = Path(__file__).parent
LIMIT = 1.3
DRAWN: dict[str, dict[str, object]] = {
    "rules": {},
    "rules as rectangles, small pages": {"rectangles": True, "height": 420},
    "no rules": {"ruled": False},
}


def drawn(folder: Path) -> Iterator[Path]:
    """A report as a PDF in each of the ways of `DRAWN`, by the drawing tests use."""
    sys.path.insert(0, str(HERE.parent / "tests" / "sources"))
    from drawn_files import pdf

    for name, how in DRAWN.items():
        path = folder / f"{name}.pdf"
        path.write_bytes(pdf(**how))
        yield path


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
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("files", nargs="*", type=Path)
    ask.add_argument("--save", action="store_true", help="write pdf_speed_results.md")
    args = ask.parse_args()
    rows = ["| PDF | gipr-ml, ms | pdfplumber, ms | ratio |", "| --- | --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as folder:
        files = args.files or list(drawn(Path(folder)))
        ours(files[0])  # what is loaded once is not counted
        for path in files:
            mine, other = median(ours, path), median(theirs, path)
            ratio = f"{mine / other:.2f}"
            rows.append(f"| {path.stem} | {1000 * mine:.0f} | {1000 * other:.0f} | {ratio} |")
    print("\n".join(rows))
    if args.save:
        head = [
            "# Reading PDFs with text",
            "",
            "Made by `python experiments/pdf_speed.py --save`: CPU time of the same report as a "
            f"PDF, drawn in several ways. The ratio is to be at most {LIMIT}.",
            "",
        ]
        text = "\n".join([*head, *rows, ""])
        (HERE / "pdf_speed_results.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
