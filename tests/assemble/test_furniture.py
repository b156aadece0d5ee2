"""Page numbers, heads and feet are no part of a table."""

from __future__ import annotations

from gipr_ml.assemble.furniture import furniture
from gipr_ml.types import Cell, Line


def pages(*texts: tuple[str, ...]) -> list[Line]:
    """Lines of so many pages."""
    found: list[Line] = []
    for page, own in enumerate(texts, 1):
        for text in own:
            found.append(Line(len(found), (Cell(text),), "none", page=page))
    return found


def test_a_page_number_is_found_above_what_a_browser_prints_at_the_foot():
    lines = pages(
        ("概述", "1", "https://example.gov.cn/t1.html 1/3"),
        ("行政强制", "90", "2", "https://example.gov.cn/t1.html 2/3"),
        ("无。", "3", "https://example.gov.cn/t1.html 3/3"),
    )
    assert furniture(lines) == {1, 2, 5, 6, 8, 9}


def test_a_number_at_the_end_of_a_page_that_is_another_one_stays():
    lines = pages(
        ("行政许可", "7", "https://example.gov.cn/t1.html 1/2"),
        ("行政处罚", "9", "https://example.gov.cn/t1.html 2/2"),
    )
    assert furniture(lines) == {2, 5}
