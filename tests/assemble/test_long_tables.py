"""Tables with far more values than the form has."""

from __future__ import annotations

from pathlib import Path

import gipr_ml
from gipr_ml.pipeline import process_bytes
from gipr_ml.types import Status

SAMPLE = Path(gipr_ml.__file__).parent / "samples" / "chengxi_culture_2023.txt"


def test_another_long_table_behind_table_4_is_told_and_gives_no_value() -> None:
    whole = SAMPLE.read_text("utf-8")
    place = whole.index("五、")
    other = "\n".join(f"{n % 9}\t{n % 7}\t{n % 5}" for n in range(200))
    plain = process_bytes(whole.encode(), "a.txt")
    report = process_bytes(f"{whole[:place]}{other}\n{whole[place:]}".encode(), "a.txt")
    assert plain.status is Status.CONSISTENT
    assert report.status is Status.NEEDS_REVIEW
    assert "t4.unused" in {doubt.code for doubt in report.doubts}
    wanted = {cell.key: cell.value for cell in plain.cells}
    read = {cell.key: cell.value for cell in report.cells if cell.value is not None}
    assert len(read) > 190
    assert read.items() <= wanted.items()


def test_a_table_4_ten_times_too_long_is_none_and_costs_the_others_nothing() -> None:
    whole = SAMPLE.read_text("utf-8")
    place = whole.index("五、")
    other = "\n".join(str(n % 97) for n in range(2_500))
    plain = process_bytes(whole.encode(), "a.txt")
    report = process_bytes(f"{whole[:place]}{other}\n{whole[place:]}".encode(), "a.txt")
    assert report.status is Status.NEEDS_REVIEW
    assert "文中未找到表四。" in {finding.message for finding in report.findings}
    wanted = {cell.key: cell.value for cell in plain.cells if not cell.key.startswith("t4/")}
    assert {cell.key: cell.value for cell in report.cells} == wanted
