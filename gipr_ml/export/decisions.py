"""Decisions in a file beside the result: NAME.decisions.toml, for people to read and to edit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from gipr_ml.errors import UsageError
from gipr_ml.export.schema import DecisionPart
from gipr_ml.export.text import printable
from gipr_ml.files import parse_toml, write_file
from gipr_ml.types import Decision

ENDING = ".decisions.toml"
_HEAD = """# 对核对结果的人工决定，可以手工修改
#   finding  核对结果的指纹（规则、单元格、数字）；数字变了，决定即失效，请重新判断
#   verdict  confirmed 属实，需要处理；dismissed 不是错误，或原文如此；noted 备注
#   who、when、why  何人、何时、为何；about 是当时的说明，仅供阅读
"""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: tuple[DecisionPart, ...] = ()


def decisions_path(folder: Path, stem: str) -> Path:
    """Where the decisions on the result `stem`.json in `folder` are kept."""
    return folder / f"{stem}{ENDING}"


def read_decisions(path: Path) -> tuple[Decision, ...]:
    """The decisions in a file; none where there is no such file.

    Raises `UsageError` where it is there and is not in the documented form.
    """
    try:
        return parse_decisions(path.read_bytes(), path.name)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise UsageError(f"{path.name}: cannot be read ({error.strerror})") from None


def parse_decisions(data: bytes, name: str) -> tuple[Decision, ...]:
    """The decisions in the bytes of a file called `name`.

    Raises `UsageError` where they are not in the documented form.
    """
    try:
        parts = _File.model_validate(parse_toml(data)).decision
    except ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(map(str, detail["loc"]))
        raise UsageError(f"{name}: is no file of decisions ({where}: {detail['msg']})") from None
    except ValueError as error:
        raise UsageError(f"{name}: is no file of decisions ({error})") from None
    return tuple(Decision(**dict(part)) for part in parts)


def write_decisions(path: Path, decisions: Sequence[Decision]) -> None:
    """Write all decisions on one result; the file appears whole or not at all."""
    blocks = [_HEAD]
    for decision in decisions:
        lines = [f"{name} = {_quoted(value)}" for name, value in asdict(decision).items() if value]
        blocks.append("\n".join(["[[decision]]", *lines]) + "\n")
    write_file(path, "\n".join(blocks).encode())


def decided(decisions: Sequence[Decision], new: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions with the new ones, each in place of an earlier one on the same figures."""
    return tuple({d.finding: d for d in (*decisions, *new)}.values())


def _quoted(text: str) -> str:
    """A TOML string; JSON escapes what TOML wants escaped, but for one character."""
    return json.dumps(printable(text), ensure_ascii=False).replace("\x7f", "\\u007f")
