"""Generated scans with known answers: the same pages and gold for a seed on every machine."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Literal

from PIL import Image

from gipr_ml.learning.synthesis.build import build_paper
from gipr_ml.learning.synthesis.corpus import FORMS
from gipr_ml.learning.synthesis.figures import BLANK_STYLES, blank_keys, draw_figures
from gipr_ml.learning.synthesis.gold import plain
from gipr_ml.learning.synthesis.paper import Paper
from gipr_ml.learning.synthesis.prose import write_text
from gipr_ml.learning.synthesis.scans.fonts import Face, find_faces
from gipr_ml.learning.synthesis.scans.kinds import KINDS, Kind
from gipr_ml.learning.synthesis.scans.pages import SetPage, set_pages
from gipr_ml.learning.synthesis.scans.style import draw_style
from gipr_ml.learning.synthesis.scans.typeset import typeset

Suffix = Literal["pdf", "tiff"]
QUALITY = 92
"""Of the JPEG pages in a PDF; what a kind of damage does to them was done before."""
_MADE = time.gmtime(0)


@dataclass(frozen=True)
class SyntheticScan:
    """One generated scan: its pages as they are set, and what happens to them."""

    name: str
    kind: Kind
    suffix: Suffix
    gold: dict[str, object]
    pages: tuple[SetPage, ...]
    seed: float
    """Of everything that fonts and damage leave to chance."""

    @property
    def file_name(self) -> str:
        """The name to write the scan under."""
        return f"{self.name}.{self.suffix}"

    @cached_property
    def images(self) -> tuple[Image.Image, ...]:
        """The damaged pages. Raises `MissingPart` where no Chinese font is installed."""
        rng = Random(self.seed)
        face = self._face(rng)
        digits = rng.choice(find_faces(kind="digits") or (face,)) if rng.random() < 0.4 else face
        images = []
        for page in self.pages:
            faint = self.kind.rules == "hairline"
            image = typeset(page, face, self.kind.dpi, faint=faint, digits=digits)
            for step in self.kind.steps:
                image = step(image, self.kind.dpi, rng)
            images.append(image)
        return tuple(images)

    def _face(self, rng: Random) -> Face:
        """One of the fonts that have every character of the pages."""
        faces = list(find_faces())
        rng.shuffle(faces)
        needed = {c for page in self.pages for text in page.texts for c in text.text}
        return next((face for face in faces if face.has(needed)), faces[0])

    @cached_property
    def data(self) -> bytes:
        """The file: a PDF whose pages are pictures, or a TIFF."""
        first, *rest = self.images
        out = io.BytesIO()
        dpi = self.kind.dpi
        if self.suffix == "tiff":
            how = "group4" if first.mode == "1" else "tiff_lzw"
            first.save(
                out, "TIFF", save_all=True, append_images=rest, compression=how, dpi=(dpi, dpi)
            )
        else:
            quality = {} if first.mode == "1" else {"quality": QUALITY}
            first.save(
                out,
                "PDF",
                save_all=True,
                append_images=rest,
                resolution=dpi,
                creationDate=_MADE,
                modDate=_MADE,
                **quality,
            )
        return out.getvalue()


def generate_scans(
    seed: int, count: int, kinds: Sequence[str] | None = None
) -> Iterator[SyntheticScan]:
    """`count` scans from `seed` on, one seed each; kinds of damage take turns.

    `kinds` restricts them by name.
    """
    names = kinds or list(KINDS)
    for number in range(seed, seed + count):
        yield make_scan(number, names[number % len(names)])


def make_scan(seed: int, kind: str) -> SyntheticScan:
    """One scan with this kind of damage; drawn when its images or data are first asked for."""
    chosen = KINDS[kind]
    rng = Random(f"gipr-ml scan {seed} {kind}")
    forms = rng.choices([form for form, _ in FORMS], [weight for _, weight in FORMS])[0]
    figures = draw_figures(rng, forms)
    style = rng.choice(BLANK_STYLES)
    blank = blank_keys(rng, figures, style) if chosen.blanks else frozenset()
    paper = build_paper(rng, figures, blank, write_text(rng, figures))
    pages = set_pages(paper, draw_style(rng, chosen.rules), rng)
    suffix: Suffix = "tiff" if rng.random() < 0.2 else "pdf"
    name = f"{kind}-{seed}"
    return SyntheticScan(name, chosen, suffix, _gold(name, paper), tuple(pages), rng.random())


def _gold(name: str, paper: Paper) -> dict[str, object]:
    """What the pages print; nothing is lost on them."""
    values = {value.key: value for value in paper.values() if value.key}
    return {
        "document": name,
        "agency": paper.agency,
        "year": paper.year,
        "forms": dict(paper.forms),
        "states": {key: v.state for key, v in values.items() if v.state != "read"},
        "forced": {},
        "published_errors": [],
        "narrative": [{**entry, "agrees": True} for entry in paper.statements],
        "cells": {key: plain(value.number) for key, value in values.items()},
    }
