"""List the licence of every pinned package.

    python docs/licences.py

Writes docs/licences.md from the metadata of what is installed, for the pins of constraints.txt.
Stops at a package whose licence is not stated, or not among those that may be used.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

HERE = Path(__file__).parent
PINS = HERE.parent / "constraints.txt"
LIST = HERE / "licences.md"

ALLOWED = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "LGPL-3.0",
    "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "ZPL-2.1", "Zlib",
}  # fmt: skip
"""Licences under which a package may be used beside a program under MIT. Those of MPL and LGPL bind
who changes the package itself; none asks that the program be opened, as AGPL and GPL do."""

SAID_ELSEWHERE = {
    "atheris": "Apache-2.0",
    "axe-playwright-python": "MIT",
    "huey": "MIT",
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",
    "skops": "MIT",
    "colorama": "BSD-3-Clause",
    "pywin32": "PSF-2.0",
    "tzdata": "Apache-2.0",
    "waitress": "ZPL-2.1",
}
"""Packages whose metadata do not name a licence, by the licence file that they carry; and packages
of other systems, which are not installed here."""

SPELLINGS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0",
    "LGPL-3.0-only": "LGPL-3.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}

HEAD = """# Licences

gipr-ml is under the MIT licence (`LICENSE`). It stands on these packages, pinned in
`constraints.txt` and, with the digests of their files, in `requirements.lock`. Made by `python
docs/licences.py` from the packages' own metadata; a test fails where a licence is missing,
unknown, or one that would bind this program (GPL, AGPL).

Some packages carry libraries of their own in their wheels, unchanged and linked dynamically:
FFmpeg (LGPL-2.1) in opencv-python-headless, GEOS (LGPL-2.1) in shapely, the run-time libraries of
GCC (GPL-3.0 with the runtime library exception) in numpy, scipy, scikit-learn and
opencv-python-headless, PDFium (BSD-3-Clause and Apache-2.0) in pypdfium2. The models that
recognise characters come with rapidocr (PP-OCR, Apache-2.0). One of them, rounded to eight bits, is
part of gipr-ml: `gipr_ml/sources/scan/quick_recogniser.onnx`, under Apache-2.0, which stands beside
it.

| package | version | licence |
| --- | --- | --- |
"""


def pins() -> dict[str, str]:
    """Pinned packages and their versions."""
    lines = PINS.read_text("utf-8").split()
    return dict(sorted((line.split("==") for line in lines), key=lambda pin: pin[0].lower()))


def licence(name: str) -> str | None:
    """The licence of a package; None where it is stated nowhere.

    A new style expression counts most, then what this file says, the classifiers, and the old
    free text where it is short.
    """
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return SAID_ELSEWHERE.get(name)
    if expression := said.get("License-Expression"):
        return SPELLINGS.get(expression, expression)
    if name in SAID_ELSEWHERE:
        return SAID_ELSEWHERE[name]
    named = [
        line.split(" :: ")[-1] for line in said.get_all("Classifier") or () if "License ::" in line
    ]
    known = [SPELLINGS[text] for text in named if text in SPELLINGS]
    if known:
        return " OR ".join(known)
    text = (said.get("License") or "").strip()
    return SPELLINGS.get(text, text) or None


def faults(found: dict[str, str | None]) -> list[str]:
    """Packages that may not be used, or of which nobody knows whether they may."""
    wrong = []
    for name, own in found.items():
        parts = set(re.split(r" AND | OR |[()]", own or "")) - {""}
        if not parts:
            wrong.append(
                f"{name}: no licence is stated; look into it, then name it in docs/licences.py"
            )
        wrong += [f"{name}: {part} is not among the licences allowed" for part in parts - ALLOWED]
    return wrong


def table(versions: dict[str, str], found: dict[str, str | None]) -> str:
    """The document."""
    return HEAD + "".join(f"| {name} | {versions[name]} | {own} |\n" for name, own in found.items())


if __name__ == "__main__":
    licences = {name: licence(name) for name in pins()}
    if wrong := faults(licences):
        sys.exit("\n".join(wrong))
    LIST.write_text(table(pins(), licences), encoding="utf-8")
