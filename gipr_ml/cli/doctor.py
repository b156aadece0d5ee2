"""`gipr doctor`: what is there, and what to do about what is missing."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

import typer

from gipr_ml.errors import GiprError

_NAME = re.compile(r"[A-Za-z0-9_.-]+")

Check = tuple[str, bool, str]
"""A part, whether it is in order, and its version or what to do about it."""


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
            mark = typer.style("ok     " if good else "missing", fg="green" if good else "red")
            typer.echo(f"  {mark}  {name:20} {words}")
            sound = sound and good
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
    from gipr_ml.sources.read import READERS

    for media_type in dict.fromkeys(reader.media_type for reader in READERS.values()):
        endings = [end for end, reader in READERS.items() if reader.media_type == media_type]
        yield media_type, True, " ".join(endings)
