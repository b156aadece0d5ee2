"""Why a file was rejected, in Chinese too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import gipr_ml
from gipr_ml.export.reasons import reason_in_chinese

SOURCES = Path(gipr_ml.__file__).parent / "sources"
ERRORS = {"InputError", "TooLarge", "UnknownFormat", "EmptyInput", "BadEncoding"}


def sentences() -> Iterator[str]:
    """Every sentence that a reader of files may refuse one with."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
                text = ast.unparse(node.args[0])
                if ": " in text:
                    yield text


def test_every_refusal_has_a_chinese_sentence_of_its_own():
    found = list(sentences())
    assert len(found) > 40
    general = reason_in_chinese("a.pdf: x")
    assert [text for text in found if reason_in_chinese(text) == general] == []


def test_the_name_of_the_file_says_nothing():
    assert "密码" in reason_in_chinese("damaged.pdf: the PDF is protected by a password")
