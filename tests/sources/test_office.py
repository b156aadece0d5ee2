"""Older office documents, through LibreOffice where it is installed."""

from __future__ import annotations

import io
import os
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from absent import absent
from office_files import docx, xlsx
from PIL import Image

import gipr_ml
from gipr_ml.errors import InputError, UnknownFormat
from gipr_ml.pipeline import process_bytes
from gipr_ml.sources import office, read_bytes
from gipr_ml.types import Status

SAMPLE = gipr_ml.__path__[0] + "/samples/lanting_transport_2024.html"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def converted(data: bytes, suffix: str, target: str, folder) -> bytes:
    """The file as LibreOffice saves it in an older format."""
    missing = office.missing_part("xlsx" if suffix == "xlsx" else "docx")
    if missing:
        absent(f"{missing} is not installed")
    source = folder / f"report.{suffix}"
    source.write_bytes(data)
    command = [office.find_office(), f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--headless", "--convert-to", target, "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (folder / f"report.{target}").read_bytes()


def check(report):
    wanted = {cell.key: cell.value for cell in gipr_ml.process(SAMPLE).cells}
    assert {cell.key: cell.value for cell in report.cells} == wanted
    assert report.status is Status.CONSISTENT


def test_an_old_workbook_is_read_like_the_web_page_it_was(tmp_path):
    old = converted(xlsx(), "xlsx", "xls", tmp_path)
    assert old.startswith(OLE)
    check(process_bytes(old, "report.xls"))


@pytest.mark.parametrize("target", ["doc", "rtf"])
def test_an_old_word_document_is_read_like_the_web_page_it_was(tmp_path, target):
    check(process_bytes(converted(docx(), "docx", target, tmp_path), f"report.{target}"))


@pytest.fixture
def asked():
    """A web server of this machine: its port, and what it was asked for."""
    seen = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever).start()
        yield server.server_port, seen
        server.shutdown()


def linked(address: str) -> bytes:
    """A document whose picture lies elsewhere."""
    from docx import Document
    from docx.opc.constants import RELATIONSHIP_TYPE

    document = Document()
    picture = io.BytesIO()
    Image.new("RGB", (9, 9)).save(picture, "PNG")
    picture.seek(0)
    document.add_paragraph("正文").add_run().add_picture(picture)
    link = document.part.relate_to(address, RELATIONSHIP_TYPE.IMAGE, is_external=True)
    (blip,) = document.element.body.xpath(".//a:blip")
    kind = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
    del blip.attrib[f"{kind}embed"]
    blip.set(f"{kind}link", link)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_what_a_document_links_to_is_not_fetched(tmp_path, asked):
    port, seen = asked
    old = converted(linked(f"http://127.0.0.1:{port}/seal.png"), "docx", "doc", tmp_path)
    assert "/seal.png" in seen, "LibreOffice fetches it where nobody keeps it from that"
    seen.clear()
    assert [line.text for line in read_bytes(old, "report.doc").lines] == ["正文"]
    assert seen == []


def test_files_of_this_machine_are_not_taken_into_a_document(tmp_path):
    if office.missing_part("docx"):
        absent("LibreOffice Writer is not installed")
    (tmp_path / "secret.txt").write_text("secret")
    field = r"{\field{\*\fldinst %s %s}{\fldrslt old}}"
    where = str(tmp_path / "secret.txt"), (tmp_path / "secret.txt").as_uri()
    fields = "".join(field % (kind, f'"{w}"') for kind in ("INCLUDETEXT", "LINK") for w in where)
    lines = read_bytes((r"{\rtf1 text " + fields + "}").encode(), "a.rtf").lines
    assert "secret" not in "".join(line.text for line in lines)


def test_without_libreoffice_the_message_says_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert office.missing_part("docx") == "LibreOffice"
    for name, newer in (("a.doc", "DOCX"), ("a.wps", "DOCX")):
        with pytest.raises(UnknownFormat, match=f"{name}: .*install it, or save .* as {newer}"):
            read_bytes(OLE + bytes(600), name)
    with pytest.raises(UnknownFormat, match="as XLSX"):
        read_bytes(OLE + "Workbook\0".encode("utf-16-le") + bytes(600), "a.et")


def test_a_protected_document_is_told():
    with pytest.raises(InputError, match="password"):
        read_bytes(OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx")


def test_what_takes_too_long_is_stopped(tmp_path, monkeypatch):
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nsleep 600\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(office, "OFFICE_SECONDS", 0.2)
    with pytest.raises(InputError, match="took longer than"):
        read_bytes(OLE + bytes(600), "a.doc")


def test_what_libreoffice_cannot_read_is_told(tmp_path, monkeypatch):
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(InputError, match="LibreOffice cannot read the document"):
        read_bytes(OLE + bytes(600), "a.doc")
