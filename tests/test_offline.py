"""Nothing is downloaded: models and data lie in the installed packages."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from drawn_files import ofd, pdf
from office_files import docx, xlsx
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


READ_ALL = (
    PROGRAM.partition("path = ")[0]
    + """
for path in sorted(Path(sys.argv[1]).iterdir()):
    report = gipr_ml.process(path)
    write(report, path.parent.parent / "out", ["json", "html", "xlsx", "csv"])
    print(path.suffix, report.status)
"""
)
HREF = "http://127.0.0.1:{port}/{name}"


def linked(port: int) -> dict[str, bytes]:
    """A document of each kind that names addresses wherever its kind can."""
    url = HREF.format(port=port, name="x")
    entity = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{url}"><!ENTITY % y SYSTEM "{url}"> %y;]>'
    space = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
    html = (
        f'<html><head><base href="{url}"><link rel="stylesheet" href="{url}">'
        f'<meta http-equiv="refresh" content="0; url={url}"><script src="{url}"></script></head>'
        f'<body><p>一、总体情况</p><img src="{url}.png"><img src="//127.0.0.1:{port}/y.png">'
        f'<iframe src="{url}"></iframe><object data="{url}"></object><svg><image href="{url}"/>'
        f'</svg><p {space}><xi:include href="{url}"/></p><table background="{url}"><tr>'
        "<td>规章</td><td>0</td></tr></table></body></html>"
    )
    saved = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b; type=text/html\r\n\r\n"
        "--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Location: "
        f"{url}\r\n\r\n{html}\r\n--b\r\nContent-Type: message/external-body; access-type=URL;"
        f' URL="{url}"\r\n\r\n\r\n--b--\r\n'
    )
    parsed = [
        {"type": "image", "img_path": url, "page_idx": 0},
        {"type": "table", "table_body": f"<table><tr><td><img src='{url}'>规章</td></tr></table>",
         "img_path": url, "page_idx": 0},
    ]  # fmt: skip
    return {
        "page.html": html.encode(),
        "saved.mhtml": saved.encode(),
        "parsed.json": json.dumps(parsed).encode(),
        "plain.txt": f"一、总体情况\n{url}\n规章\t0\n".encode(),
        "word.docx": _changed(docx(), url, entity, "word/document.xml"),
        "book.xlsx": _changed(xlsx(), url, entity, "xl/worksheets/sheet1.xml"),
        "form.ofd": _changed(ofd(), url, entity, "OFD.xml"),
        "scan.pdf": pdf().replace(b"/Catalog", f"/Catalog /AA << /O << /S /URI /URI ({url}) >> >>"
                                  f" /OpenAction << /S /URI /URI ({url}) >>".encode(), 1),
    }  # fmt: skip


def _changed(package: bytes, url: str, entity: str, part: str) -> bytes:
    """A package whose relations lead elsewhere, and one of whose parts declares an entity there."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith(".rels") and "/" in name.strip("_"):
                kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
                more = "".join(
                    f'<Relationship Id="far{n}" Type="{kind}/{what}" Target="{url}"'
                    ' TargetMode="External"/>'
                    for n, what in enumerate(("image", "attachedTemplate", "externalLink"))
                )
                data = data.replace(b"</Relationships>", more.encode() + b"</Relationships>")
            if name == part:
                head, mark, rest = data.rpartition(b"?>")
                data = head + mark + entity.encode() + rest
            new.writestr(name, data)
    return made.getvalue()


def test_addresses_in_documents_are_not_asked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        folder = tmp_path / "in"
        folder.mkdir()
        for name, data in linked(listening.getsockname()[1]).items():
            (folder / name).write_bytes(data)
        done = subprocess.run(
            [sys.executable, "-c", READ_ALL, str(folder)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert done.returncode == 0, done.stderr
    kinds = [line.split()[0] for line in done.stdout.splitlines()]
    assert sorted(kinds) == [".docx", ".html", ".json", ".mhtml", ".ofd", ".pdf", ".txt", ".xlsx"]
    for made in (tmp_path / "out").glob("*.html"):
        assert not re.search(r"""(?:src|href)=["']?(?:http|//)""", made.read_text("utf-8"))


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
    own = {name: str(home) for name in ("HOME", "XDG_CACHE_HOME", "TMPDIR")}
    # Libraries that report what they are used for often spare machines that only test.
    asked = {name: value for name, value in os.environ.items() if name not in ("CI", *own)}
    done = subprocess.run(
        [*without_network(), sys.executable, "-c", PROGRAM, str(file)],
        capture_output=True,
        text=True,
        check=False,
        env=asked | own,
    )
    assert done.returncode == 0, done.stderr
    assert list(home.iterdir()) == [], "something keeps a record of having been used"
    status, read = done.stdout.split()
    assert status != "rejected"
    assert int(read) > 50
    html = (tmp_path / "scan.html").read_text("utf-8")
    assert "data:image/" in html
    assert 'src="http' not in html
    assert "@import" not in html
