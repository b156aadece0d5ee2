"""What hostile, broken and oversized files cost, and what is said of each.

    python experiments/limits.py [--save]

Each file is made anew and read by `gipr process` in a process of its own: seconds and peak memory
are those of that process. At the end all of them are read in one call together with a report, which
has to come out consistent.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
REPORT = HERE.parent / "gipr_ml" / "samples" / "lanting_transport_2024.html"
MOST_SECONDS, MOST_MB = 20.0, 1024.0
"""What a single refused file may cost."""
COMMAND = (sys.executable, "-c", "from gipr_ml.cli import main; main()", "process")


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    body = b"%PDF-1.4\n"
    for number, content in enumerate(objects, 1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return body + b"trailer<</Size %d/Root 1 0 R>>\n%%%%EOF" % (len(objects) + 1)


def one_page(*more: bytes, page: bytes = b"", box: bytes = b"0 0 595 842") -> bytes:
    """A PDF of one page; its further objects are numbered from 4."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]%s>>" % (box, page),
        *more,
    )


def stream(content: bytes, head: bytes = b"", packed: int = 1) -> bytes:
    filters = b"[" + b"/FlateDecode" * packed + b"]" if packed else b"[]"
    for _ in range(packed):
        content = zlib.compress(content, 9)
    parts = (head, filters, len(content), content)
    return b"<<%s/Filter%s/Length %d>>stream\n%s\nendstream" % parts


def drawn(encrypt: str | None = None, pages: int = 1) -> bytes:
    from reportlab.pdfgen import canvas

    file = io.BytesIO()
    page = canvas.Canvas(file, encrypt=encrypt)
    for _ in range(pages):
        page.drawString(50, 700, "page")
        page.showPage()
    page.save()
    return file.getvalue()


def picture(side: int, mode: str = "1", kind: str = "PNG") -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new(mode, (side, side), 1 if mode == "1" else 255).save(file, kind)
    return file.getvalue()


def many_pages(count: int) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    page = Image.new("1", (64, 64), 1)
    page.save(file, "TIFF", save_all=True, append_images=[page] * (count - 1))
    return file.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


DOCUMENT = (
    b'<?xml version="1.0"?>%s<w:document xmlns:w="http://schemas.openxmlformats.org/'
    b'wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>'
)


def docx(doctype: bytes, text: bytes) -> bytes:
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return packed({"[Content_Types].xml": types, "word/document.xml": DOCUMENT % (doctype, text)})


def laughs() -> bytes:
    entities = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    return docx(b"<!DOCTYPE w [" + entities + b"]>", b"&a9;")


def zeros() -> bytes:
    return bytes(200_000_000)


def commands() -> bytes:
    return b"0 0 m 1 1 l S\n" * 8_000_000


IMAGE = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray"
SHOWN = b"/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R"

FILES: dict[str, Callable[[], bytes]] = {
    "encrypted.pdf": lambda: drawn(encrypt="secret"),
    "truncated.pdf": lambda: drawn(pages=40)[:9000],
    "zero_pages.pdf": lambda: pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"
    ),
    "pages_2000.pdf": lambda: drawn(pages=2000),
    "pages_that_loop.pdf": lambda: pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>"
    ),
    "drawing_bomb.pdf": lambda: one_page(stream(commands()), page=b"/Contents 4 0 R"),
    "drawing_bomb_packed_twice.pdf": lambda: one_page(
        stream(commands(), packed=2), page=b"/Contents 4 0 R"
    ),
    "drawing_bomb_called_picture.pdf": lambda: one_page(
        stream(commands(), IMAGE % (9, 9)), page=b"/Contents 4 0 R"
    ),
    "drawing_bomb_called_font.pdf": lambda: one_page(
        stream(commands(), b"/Length1 9"), page=b"/Contents 4 0 R"
    ),
    "drawing_bomb_of_escaped_names.pdf": lambda: one_page(
        stream(commands(), packed=2).replace(b"FlateDecode", b"#46late#44ecode"),
        page=b"/Contents 4 0 R",
    ),
    "drawing_bomb_in_ascii.pdf": lambda: one_page(
        b"<</Filter[/ASCIIHexDecode/FlateDecode]/Length 1>>stream\n%s>\nendstream"
        % zlib.compress(commands(), 9).hex().encode(),
        page=b"/Contents 4 0 R",
    ),
    "picture_30000.pdf": lambda: one_page(
        stream(b"q 595 0 0 842 0 0 cm /I Do Q"),
        stream(zeros(), IMAGE % (30_000, 30_000)),
        page=SHOWN,
    ),
    "huge_page.pdf": lambda: one_page(box=b"0 0 90000000 90000000"),
    "huge_page_with_text.pdf": lambda: drawn().replace(
        b"[ 0 0 595.2756 841.8898 ]", b"[ 0 0 9e7 9e7 ]            "
    ),
    "deep_arrays.pdf": lambda: one_page(page=b"/X" + b"[" * 200_000 + b"]" * 200_000),
    "deep_forms.pdf": lambda: one_page(
        *(
            stream(
                b"/F Do",
                b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>"
                % (5 + n),
            )
            for n in range(2_000)
        ),
        page=b"/Resources<</XObject<</F 4 0 R>>>>/Contents 4 0 R",
    ),
    "picture_30000.png": lambda: picture(30_000),
    "picture_9000.png": lambda: picture(9_000, "L"),
    "cut_off.png": lambda: picture(2_000, "L")[:2_000],
    "pages_1000.tif": lambda: many_pages(1000),
    "bomb.zip": lambda: packed({"report.txt": zeros()}),
    "bomb_in_zips.zip": lambda: packed({"inner.zip": packed({"report.txt": zeros()})}),
    "many_files.zip": lambda: packed({f"{n}.txt": b"x" for n in range(2_500)}),
    "cut_off.zip": lambda: packed({"report.txt": REPORT.read_bytes()})[:900],
    "entity_from_disk.docx": lambda: docx(
        b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>', b"&x;"
    ),
    "entities_that_grow.docx": laughs,
    "bomb.docx": lambda: docx(b"", b" " * 250_000_000),
    "text_50_mb.txt": lambda: "政府信息公开\n".encode() * 2_700_000,
    "deep_page.html": lambda: b"<div>" * 200_000 + b"x",
    "deep.json": lambda: b"[" * 500_000 + b"]" * 500_000,
    "noise.doc": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 400,
}


def measured(path: Path, out: Path) -> dict[str, object]:
    """Read one file in a process of its own."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*COMMAND, str(path), "--out", str(out), "--json"],
            stdout=said,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        answer = json.loads(said.read() or b"{}")
    entries = answer.get("documents", [])
    return {
        "file": path.name,
        "bytes": path.stat().st_size,
        "seconds": round(time.monotonic() - start, 1),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mb": round(usage.ru_maxrss / 1024),
        "exit": process.returncode,
        "said": entries[0]["reason"] if entries else None,
    }


def together(folder: Path, out: Path) -> tuple[int, str]:
    """Exit code of one call over all files, and what became of the report among them."""
    shutil.copy(REPORT, folder / "a_good_one.html")
    command = [*COMMAND, str(folder), "--out", str(out), "--json"]
    done = subprocess.run(command, capture_output=True, check=False)
    found = json.loads(done.stdout)["documents"]
    report = next(entry for entry in found if entry["document"] == "a_good_one")
    return done.returncode, str(report["status"])


def table(rows: list[dict[str, object]], batch: tuple[int, str]) -> str:
    head = ["file", "bytes", "seconds", "cpu_s", "peak_mb", "exit", "said"]
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    for row in rows:
        lines.append("| " + " | ".join(str(row[name]) for name in head) + " |")
    worst = [max(float(str(row[name])) for row in rows) for name in ("cpu_s", "peak_mb")]
    refused = sum(row["exit"] == 3 and bool(row["said"]) for row in rows)
    return "\n".join(
        [
            "# Hostile, broken and oversized files",
            "",
            "Made by `python experiments/limits.py --save`. Each in a process of its own, which "
            "alone takes two seconds of CPU and some 100 MB to load the program; `seconds` pass "
            "on the clock, beside whatever else the machine does. Exit code 3 is a file that "
            "could not be read.",
            "",
            *lines,
            "",
            f"{refused} of {len(rows)} refused in a sentence with exit code 3; at most "
            f"{worst[0]} s of CPU and {worst[1]:.0f} MB, where {MOST_SECONDS:.0f} s and "
            f"{MOST_MB:.0f} MB are allowed.",
            "",
            f"All in one call with a report: exit code {batch[0]}, the report {batch[1]}.",
            "",
        ]
    )


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("--save", action="store_true", help="write the results beside this file")
    ask.add_argument("--only", nargs="*", help="names of files")
    ask.add_argument("--make", type=Path, help="write the files into this folder, no more")
    args = ask.parse_args()
    names = args.only or list(FILES)
    if args.make:
        for file in names:
            (args.make / file).write_bytes(FILES[file]())
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "in"
        folder.mkdir()
        rows = []
        # In another process: a child's peak memory begins with that of its parent.
        make = [sys.executable, __file__, "--make", str(folder), "--only", *names]
        subprocess.run(make, check=True)
        for file in names:
            rows.append(measured(folder / file, Path(name) / "out"))
            print(*rows[-1].values(), flush=True)
        text = table(rows, together(folder, Path(name) / "all"))
    print(text)
    if args.save:
        (HERE / "limits_results.md").write_text(text, encoding="utf-8")
        data = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
        (HERE / "limits_results.json").write_text(data, encoding="utf-8")


if __name__ == "__main__":
    main()
