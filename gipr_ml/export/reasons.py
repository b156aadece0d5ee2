"""Why a file was rejected, for officials: a short sentence in Chinese beside the English one."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


def reason_in_chinese(reason: str) -> str:
    """The Chinese sentence for an English one; a general one where none fits.

    >>> reason_in_chinese("a.pdf: the PDF is protected by a password; save it without one")
    '文件有密码保护，请去掉密码后重新保存。'
    """
    said = reason.partition(": ")[2] or reason  # without the name of the file
    for words, sentence in _sentences():
        if any(word in said for word in words):
            return sentence
    return str(_table()["other"])


def _sentences() -> list[tuple[list[str], str]]:
    return [(entry["words"], entry["zh"]) for entry in _table()["reason"]]


@cache
def _table() -> dict[str, Any]:
    text = resources.files("gipr_ml.export").joinpath("reasons.toml").read_text("utf-8")
    return tomllib.loads(text)
