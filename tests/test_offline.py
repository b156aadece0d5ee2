"""Nothing is downloaded: models and data lie in the installed packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

PROGRAM = """
import sys

def refuse(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        raise SystemExit(f"reached for the network: {event} {args}")

sys.addaudithook(refuse)
from pathlib import Path
import gipr_ml
from gipr_ml.export import write
from gipr_ml.pipeline import page_images

path = Path(sys.argv[1])
report = gipr_ml.process(path)
write(report, path.parent, ["json", "html", "xlsx"], images=page_images(path))
print(report.status, sum(cell.value is not None for cell in report.cells))
"""


def without_network() -> list[str]:
    """What starts a program in a network of its own, without any way out, where that is allowed."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    for flags in ("--net", "--map-root-user --net"):
        command = [unshare, *flags.split()]
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    return []


def test_a_scan_is_read_and_shown_without_a_network(tmp_path: Path) -> None:
    import gipr_ml

    sample = Path(gipr_ml.__file__).parent / "samples" / "jintang_housing_2022_scan.pdf"
    pages = pdfium.PdfDocument(sample)
    scan = [page.render(scale=150 / 72).to_pil().convert("L") for page in pages]
    file = tmp_path / "scan.tif"
    first, *others = scan[:3:2]
    assert isinstance(first, Image.Image)
    first.save(file, save_all=True, append_images=others)
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [*without_network(), sys.executable, "-c", PROGRAM, str(file)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home)},
    )
    assert done.returncode == 0, done.stderr
    status, read = done.stdout.split()
    assert status != "rejected"
    assert int(read) > 50
    html = (tmp_path / "scan.html").read_text("utf-8")
    assert "data:image/" in html
    assert 'src="http' not in html
    assert "@import" not in html
