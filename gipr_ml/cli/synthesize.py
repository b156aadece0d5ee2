"""`gipr synthesize`: generated reports with their gold, for training and testing."""

from __future__ import annotations

import json
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gipr_ml.errors import UsageError


class Kind(StrEnum):
    """What kind of file to make."""

    TEXT = "text"
    SCAN = "scan"


def synthesize(
    out: Annotated[Path, typer.Option("--out", help="Folder to write into.", metavar="DIR")],
    count: Annotated[int, typer.Option("--count", min=1, help="How many reports.")] = 10,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="First seed; a report takes one each.")
    ] = 0,
    kind: Annotated[
        Kind, typer.Option("--kind", help="Text and web pages, or scans (PDF and TIFF).")
    ] = Kind.TEXT,
    damage: Annotated[
        list[str] | None,
        typer.Option(
            "--damage",
            help="Kinds of damage, all of them in turn by default. Give it several times or "
            "separate by commas; an unknown one lists those known.",
            metavar="NAME",
        ),
    ] = None,
) -> None:
    """Make reports with random but consistent figures, damaged, with the right answers beside each.

    NAME.json beside NAME.pdf (or .tiff, .txt, .md, .html) is its gold.
    """
    names = [name.strip() for text in damage or () for name in text.split(",") if name.strip()]
    made = (_scans if kind is Kind.SCAN else _texts)(out, seed, count, names)
    typer.echo(f"{made} reports with their gold in {out}")


def _texts(out: Path, seed: int, count: int, names: list[str]) -> int:
    from gipr_ml.learning.synthesis import DAMAGES, generate

    _check(names, DAMAGES)
    for made in generate(seed, count, damages=names or None):
        _write(out, made.file_name, made.data, made.name, made.gold)
    return count


def _scans(out: Path, seed: int, count: int, names: list[str]) -> int:
    from gipr_ml.learning.synthesis.scans import KINDS, generate_scans

    _check(names, KINDS)
    for made in generate_scans(seed, count, names or None):
        _write(out, made.file_name, made.data, made.name, made.gold)
    return count


def _check(names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise UsageError(f"--damage: {name!r} is not known; choose from {', '.join(known)}")


def _write(out: Path, file_name: str, data: bytes, name: str, gold: dict[str, object]) -> None:
    from gipr_ml.files import write_file, writing_into

    text = json.dumps(gold, ensure_ascii=False, indent=1) + "\n"
    with writing_into(out):
        out.mkdir(parents=True, exist_ok=True)
        write_file(out / file_name, data)
        write_file(out / f"{name}.json", text.encode())
