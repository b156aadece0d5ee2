"""A report as one web page that opens without a network: tables beside the pages they stand on."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from gipr_ml.export.html.view import build_view
from gipr_ml.export.text import printable
from gipr_ml.types import PageImage, Report

__all__ = ["html_bytes"]

_HERE = Path(__file__).parent


def html_bytes(report: Report, images: Sequence[PageImage] = ()) -> bytes:
    """The page. `images` are the pages of the source; without them the lines are shown as read.

    Everything that comes from the report is escaped, and the page forbids itself every request and
    every script but its own.
    """
    page = _template().render(view=build_view(report, images), **_assets())
    return printable(page).encode()


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_text("page.html.j2"))


@cache
def _assets() -> dict[str, str]:
    """Style and script with the policy that allows these two by their hash and nothing else."""
    style, script = _text("style.css"), _text("script.js")
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    )
    return {"style": Markup(style), "script": Markup(script), "policy": policy}


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
