"""`gipr doctor`: what is there, and what to do about what is missing."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

import typer

from gipr_ml.errors import GiprError

_NAME = re.compile(r"[A-Za-z0-9_.-]+")

Check = tuple[str, bool | None, str]
"""A part, whether it is in order (None: not there and not needed by all), and its version or what
to do about it."""
_MARKS = {True: ("ok     ", "green"), False: ("missing", "red"), None: ("absent ", "yellow")}


def doctor() -> None:
    """Tell what is installed, which kinds of input can be read here and which model is in use."""
    typer.echo(f"gipr-ml {version('gipr-ml')} on Python {platform.python_version()}")
    sound = True
    for title, checks in (
        ("Packages", _packages()),
        ("Forms, rules and model", _parts()),
        ("Kinds of input", _kinds()),
    ):
        typer.echo(f"\n{title}")
        for name, good, words in checks:
            word, colour = _MARKS[good]
            mark = typer.style(word, fg=colour)
            typer.echo(f"  {mark}  {name:20} {words}")
            sound = sound and good is not False
    typer.echo(
        "\nEverything that is needed is there."
        if sound
        else "\nSomething is missing: follow the advice beside it, then run gipr doctor again."
    )
    raise typer.Exit(0 if sound else 1)


def _packages() -> Iterator[Check]:
    for requirement in requires("gipr-ml") or ():
        named = _NAME.match(requirement)
        if named is None or "extra ==" in requirement:
            continue
        try:
            yield named[0], True, version(named[0])
        except PackageNotFoundError:
            yield named[0], False, f"install it: make install, or pip install {named[0]}"


def _parts() -> Iterator[Check]:
    from gipr_ml.forms import load_forms
    from gipr_ml.lines import load_model

    try:
        forms = load_forms()
        words = f"{len(forms.tables)} tables in two forms, {len(forms.identities)} identities"
        yield "forms and rules", True, words
    except GiprError as error:
        yield "forms and rules", False, str(error)
    try:
        yield "model", True, load_model().digest[:12]
    except GiprError as error:
        yield "model", False, str(error)


def _kinds() -> Iterator[Check]:
    from gipr_ml.sources.office import missing_part
    from gipr_ml.sources.read import ARCHIVES, OFFICE, READERS, RTF

    for reader in dict.fromkeys(READERS.values()):
        if reader not in (OFFICE, RTF):
            yield reader.title, True, " ".join(end for end, r in READERS.items() if r is reader)
    yield "archive of these", True, " ".join(ARCHIVES)
    for title, missing, endings in (
        ("old Word and WPS", missing_part("docx"), ".doc .wps .rtf"),
        ("old workbook", missing_part("xlsx"), ".xls .et"),
    ):
        if missing is None:
            yield title, True, endings
        else:
            yield title, None, f"{endings}: install {missing}, or save such files in a newer format"
