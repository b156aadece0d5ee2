"""The drawing of the architecture shows the imports that are there, and no others."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from test_layers import FILES, LAYERS, inner, part

DRAWING = Path(__file__).parents[1] / "docs" / "architecture.svg"
NAMESPACE = "{http://www.w3.org/2000/svg}"
ADVICE = "draw it again: python docs/architecture.py"


def groups(kind: str) -> list[ElementTree.Element]:
    root = ElementTree.parse(DRAWING).getroot()
    return [group for group in root.iter(f"{NAMESPACE}g") if group.get("class") == kind]


def outline(group: ElementTree.Element) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a box."""
    (box,) = group.findall(f"{NAMESPACE}rect")
    left, top, width, height = (float(box.attrib[n]) for n in ("x", "y", "width", "height"))
    return left, top, left + width, top + height


def test_every_part_of_the_program_is_a_box():
    drawn = [group.get("data-part") for group in groups("part")]
    assert sorted(drawn) == sorted({part(path) for path in FILES} - {"__init__"}), ADVICE


def test_every_import_between_parts_is_an_arrow():
    imported = {(part(path), name) for path in FILES for name in inner(path)}
    lowest = LAYERS[0]
    expected = {(a, b) for a, b in imported if a != "__init__" and b not in lowest}
    drawn = [(group.get("data-from"), group.get("data-to")) for group in groups("import")]
    assert sorted(drawn) == sorted(expected), ADVICE


def test_arrows_begin_and_end_at_the_boxes_they_name():
    boxes = {group.get("data-part"): outline(group) for group in groups("part")}
    for group in groups("import"):
        path = group.find(f"{NAMESPACE}path")
        assert path is not None
        corners = re.findall(r"[ML]([\d.]+) ([\d.]+)", path.attrib["d"])
        for name, (x, y) in (
            (group.get("data-from"), corners[0]),
            (group.get("data-to"), corners[-1]),
        ):
            left, top, right, bottom = boxes[name]
            assert left <= float(x) <= right
            assert top <= float(y) <= bottom
