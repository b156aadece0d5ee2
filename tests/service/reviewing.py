"""Reports for people to look at, and what a person does with the keyboard."""

from __future__ import annotations

import io
import json
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from gipr_ml.learning.synthesis.scans.scan import SyntheticScan, make_scan

DPI = 200
SEED = 1
FURNITURE = "2"
"""Key of the label for running heads: what a line of these scans is, if it cannot be told."""
BLOTTED = ("t3/granted/natural_person", "t2/normative_documents/issued")
"""The first is forced by sums, the second by nothing."""


def blotted_scan() -> tuple[bytes, dict[str, Any]]:
    """A scan with two figures that ink has run over, and what was printed there."""
    scan = make_scan(SEED, f"dpi_{DPI}")
    images = [_blot(scan, number) for number in range(len(scan.pages))]
    out = io.BytesIO()
    images[0].save(out, "PDF", save_all=True, append_images=images[1:], resolution=DPI, quality=85)
    cells = scan.gold["cells"]
    assert isinstance(cells, dict)
    return out.getvalue(), cells


def _blot(scan: SyntheticScan, number: int) -> Image.Image:
    image = scan.images[number].convert("L")
    draw = ImageDraw.Draw(image)
    for key in BLOTTED:
        if key not in scan.pages[number].cells:
            continue
        left, top, right, bottom = (side * DPI / 72 for side in scan.pages[number].cells[key])
        rng = Random(key)
        for _ in range(60):
            x = (left + right) / 2 + rng.uniform(-24, 24)
            y = (top + bottom) / 2 + rng.uniform(-13, 13)
            rise, fall = rng.uniform(-12, 12), rng.uniform(-12, 12)
            draw.line((x - 5, y - rise, x + 5, y + fall), fill=40, width=4)
    return image


def long_report(sample: bytes, pages: int) -> bytes:
    """A PDF of so many pages: those of the sample at the end, empty ones before."""
    with pypdfium2.PdfDocument(sample) as source, pypdfium2.PdfDocument.new() as made:
        for _ in range(pages - len(source)):
            made.new_page(595, 842)
        made.import_pages(source)
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def open_page(page: Page, url: str, path: str = "#/queue", language: str = "zh") -> None:
    """Open a part of the page in a language."""
    chosen = "localStorage.getItem('gipr.language')"
    page.add_init_script(f"{chosen} || localStorage.setItem('gipr.language', '{language}')")
    page.goto(f"{url}/{path}")


def work_off(page: Page, printed: dict[str, Any], most: int = 60) -> list[str]:
    """Solve every problem of the open report with the keyboard alone, as somebody who sees what is
    printed; gives the keys that were used."""
    used: list[str] = []
    typed = set()
    for _ in range(most):
        if page.locator(".nothing").count():
            return used
        before = page.locator("main.report").get_attribute("data-entry")
        if page.locator(".lines tr.current").count():
            _press(page, used, "l")
            page.locator(".labels button").first.wait_for()
            _press(page, used, FURNITURE)
            expect(page.locator("main.report")).not_to_have_attribute("data-entry", before or "")
            continue
        cell = page.locator(".cell.current").get_attribute("id") or ""
        value = printed[cell.removeprefix("cell-")]
        option = page.locator(".option b").first
        offered = option.inner_text().replace(",", "") if option.count() else None
        if cell in typed:  # the number is right, and a rule still minds the ink beside it
            _press(page, used, "d")
        elif offered is not None and value is not None and float(offered) == float(value):
            _press(page, used, "a")
        elif value is None:
            _press(page, used, "b")
        else:
            _press(page, used, "Enter")
            page.keyboard.type(str(value))
            _press(page, used, "Enter")
            typed.add(cell)
        expect(page.locator("main.report")).not_to_have_attribute("data-entry", before or "")
    raise AssertionError(f"problems are left after {most} steps")


def _press(page: Page, used: list[str], key: str) -> None:
    page.keyboard.press(key)
    used.append(key)


def spoken(language: str) -> dict[str, str]:
    """The words of a language."""
    words: dict[str, str] = json.loads(words_of(language).read_text("utf-8"))
    return words


def words_of(name: str) -> Path:
    """The file with the words of a language."""
    import gipr_ml

    return Path(gipr_ml.__file__).parent / "service" / "pages" / "words" / f"{name}.json"
