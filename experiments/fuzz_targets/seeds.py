"""What the fuzzer begins with: a small right input of each kind whose bytes are its own."""

from __future__ import annotations

import json
from collections.abc import Iterator

from words import labels

from gipr_ml.learning.labelling.sheet import label_sheet
from gipr_ml.learning.synthesis import DEVELOPMENT, LAYOUTS, make_report
from gipr_ml.lines import load_model
from gipr_ml.service.settings import EXAMPLE
from gipr_ml.sources import read_bytes
from gipr_ml.store import default_folder

_TAGS = (
    "<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "<p>", "<br>", "colspan=", "<pre>",
    "<h1>",
    "<w:p>", "<w:t>", "<row>", "<c>", "<v>", "<!--", "-->", "<!DOCTYPE", "<!ENTITY", "&amp;",
    "&#", "|---|",
    "Content-Type:", "--b", "base64", "obj", "endobj", "stream", "/Kids", "/Contents", "/Filter",
    "Tj",
    "BT", "ET", "Tm", " re ", "[[", "]]", "= ", "id = ", "\\ud8", "\x00", "\xef\xbb\xbf",
)  # fmt: skip
_PAGE = "<html><body><table><tr><td>{}</td><td>3</td></tr></table>政府信息公开</body></html>"


def seeds(name: str) -> Iterator[bytes]:
    """Inputs for the target called `name`; none where choices alone make its inputs."""
    if name in ("text", "markdown", "html"):
        for layout in LAYOUTS:
            made = make_report(DEVELOPMENT.start, layout, "none")
            if made.file_name.endswith(".html") == (name == "html"):
                yield made.data[:1500]
    elif name == "mhtml":
        page = _PAGE.format("合计").encode()
        yield b"\n--b\nContent-Type: text/html\n\n" + page + b"\n--b--"
    elif name == "package_part":
        paragraph = b"<w:p><w:r><w:t>1</w:t></w:r></w:p>"
        yield b"\0<w:document xmlns:w='w'><w:body>" + paragraph + b"</w:body></w:document>"
        yield b"\2<OFD><DocBody><DocRoot>d.xml</DocRoot></DocBody></OFD>"
    elif name == "pdf":
        yield b"\0BT /F 12 Tf 50 700 Td (1 2 3) Tj ET 50 50 200 20 re S 0 0 m 9 9 l S"
        yield b"\xff1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[]/Count 0>>endobj"
    elif name == "encoding":
        for encoding in ("utf-8", "gb18030", "utf-16", "utf-16-le", "utf-8-sig"):
            yield "政府信息公开工作年度报告 12".encode(encoding)
    elif name in ("settings", "rules"):
        settings = EXAMPLE.read_bytes()[:400]
        yield b"\0" + settings
        yield b"\1[lines]\nbits = 14\ntrees = 3\n"
        yield b'\1off = ["t3.row_total"]\n[[limit]]\nid = "a.b"\ntable = "t3"\n'
        yield '\2[renamed]\n"甲局" = "乙局"\n'.encode()
        yield b'\3[[report]]\nname = "a"\nstatus = "reviewed"\n'
        yield b'\4[[decision]]\nfinding = "a:b:c"\nverdict = "noted"\n'
    elif name == "label_lines":
        yield b'\1{"document": "a", "line": 0, "cells": ["x"], "label": "prose"}\n'
    elif name == "label_sheets":
        document = read_bytes("合计\t3\n一、总体情况\n".encode(), "a.txt")
        sheet = label_sheet(document, load_model(default_folder()))
        yield b"\0\0" + sheet
    elif name == "sandbox_message":
        yield b'\1{"values": {"pages": []}, "sizes": [3]}abc'
    elif name == "result":
        cells = [{"key": "t4/reconsideration/total", "value": 1}]
        yield b"\3" + json.dumps({"document": {"name": "a"}, "forms": {}, "cells": cells}).encode()


def dictionary() -> str:
    """Words of the forms and marks of the formats, as libFuzzer reads them."""
    words = (*_TAGS, *sorted(labels(), key=len)[:80])
    return "".join(f'"{_escaped(word)}"\n' for word in words)


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())
