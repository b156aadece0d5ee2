"""Take the picture of a marked report that the READMEs show.

    python docs/pictures.py

Reads the damaged sample, writes its page, and opens it in Chromium without a window. Writes
docs/images/marked.png.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from PIL import Image

import gipr_ml
from gipr_ml.export import write

PICTURE = Path(__file__).parent / "images" / "marked.png"
SAMPLE = Path(gipr_ml.__file__).parent / "samples" / "wangchuan_forestry_2022_damaged.txt"


def main() -> None:
    PICTURE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        report = gipr_ml.process(SAMPLE)
        write(report, folder=folder, formats=["html"])
        page = Path(folder) / f"{report.name}.html"
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--hide-scrollbars",
                "--window-size=1400,900",
                f"--screenshot={PICTURE}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    Image.open(PICTURE).convert("RGB").quantize(96).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
