"""OFD documents (GB/T 33190-2016): the Chinese national format for fixed pages."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from gipr_ml.errors import EmptyInput, InputError, TooLarge
from gipr_ml.sources.drawing import Matrix, Point, around, moved, rule_of
from gipr_ml.sources.limits import MAX_GLYPHS, MAX_PAGES
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.ofd_pictures import Picture, add_scan, picture_paths, scan_of
from gipr_ml.sources.package import Package, joined, local
from gipr_ml.sources.pages import Glyph, Rule, Sheet, mend, rule_boxes
from gipr_ml.sources.pages_lines import add_sheet
from gipr_ml.types import Box, Page

_POINTS = 72 / 25.4
"""Points in a millimetre, the unit of the format."""
_LARGEST = 1e6
"""Millimetres, and what they are multiplied with: no page has more."""
_A4 = (0.0, 0.0, 210.0, 297.0)
_ASCENT, _DESCENT = 0.88, 0.12
"""Share of the size of type above and below the line that characters stand on."""
_NARROW = 0.55
"""Width of a digit or Latin letter in sizes of type, where the file does not say it."""
_THICKEST = 1.0
"""Millimetres: a filled shape that is thinner is a rule."""
_LEVEL = 0.2
_LONGEST_PATH = 1_000_000
"""Characters of a path; one that is longer is a drawing and no rule of a table."""
_DEEPEST = 8
_PATH = re.compile(r"[MLQBACS]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_NUMBERS = {"M": 2, "L": 2, "S": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


def read_ofd(data: bytes, name: str) -> tuple[Page, ...]:
    """The pages of an OFD document, from 1; boxes are points from the top left of the page.

    A page that is a picture and holds no text is recognised. Raises `InputError` where the
    document is damaged or has no pages, `EmptyInput` where its pages hold no text, `TooLarge`
    beyond the limits.
    """
    package = Package(data, name, "OFD document")
    root = package.xml("OFD.xml")
    paths = [found.text or "" for found in root.iter("{*}DocRoot")] if root is not None else []
    sheets = [found for path in paths for found in _document(package, joined("OFD.xml", path))]
    if not sheets:
        raise InputError(f"{name}: the OFD document has no pages; export it anew")
    if len(sheets) > MAX_PAGES:
        raise TooLarge(f"{name}: more than {MAX_PAGES} pages; give one report a file")
    lines = LineList(name)
    pages = []
    for number, (page, templates, area, paths_of) in enumerate(sheets, 1):
        first = len(lines.lines)
        reader = _Reader(name, number, area, paths_of)
        sheet = reader.read([*templates, page])
        add_sheet(lines, sheet)
        scan = scan_of(reader.pictures, sheet.width, sheet.height)
        if scan is not None and not sheet.glyphs:
            add_scan(lines, package, scan, number)
        size = round(sheet.width, 1), round(sheet.height, 1)
        rules = rule_boxes(sheet.rules)
        pages.append(Page(number, tuple(lines.lines[first:]), size, rules))
    if not lines.lines:
        raise EmptyInput(f"{name}: the OFD document holds no text that can be read")
    return tuple(pages)


def _document(package: Package, path: str) -> Iterator[tuple[Any, list[Any], Box, dict[str, str]]]:
    """The pages of one document of the file, each with its templates, its area in mm and the paths
    of the document's pictures."""
    root = package.xml(path)
    if root is None:
        return
    pictures = picture_paths(package, root, path)
    common = root.find("{*}CommonData")
    area = _area(common, _A4)
    located = {
        found.get("ID"): joined(path, found.get("BaseLoc", ""))
        for found in (common.iter("{*}TemplatePage") if common is not None else ())
    }
    templates: dict[str | None, Any] = {}
    for page in root.iterfind("{*}Pages/{*}Page"):
        content = package.xml(joined(path, page.get("BaseLoc", "")))
        if content is None:
            continue
        own = []
        for used in content.iterfind("{*}Template"):
            key = used.get("TemplateID")
            if key not in templates:
                templates[key] = package.xml(located.get(key, ""))
            if templates[key] is not None:
                own.append(templates[key])
        yield content, own, _area(content, area), pictures


def _area(parent: Any, otherwise: Box) -> Box:
    """The area of a page as its left, top, width and height in mm."""
    if parent is None:
        return otherwise
    for path in ("{*}Area/{*}PhysicalBox", "{*}PageArea/{*}PhysicalBox"):
        found = parent.find(path)
        numbers = _numbers(found.text) if found is not None else []
        if len(numbers) == 4 and numbers[2] > 0 and numbers[3] > 0:
            return numbers[0], numbers[1], numbers[2], numbers[3]
    return otherwise


def _numbers(text: str | None) -> list[float]:
    try:
        return [_number(part) for part in (text or "").split()]
    except ValueError:
        return []


def _number(text: str) -> float:
    """A length or a factor. Raises `ValueError` for what is none, or is on no page."""
    number = float(text)
    if not abs(number) <= _LARGEST:
        raise ValueError(text)
    return number


class _Reader:
    """Collects what stands on a page."""

    def __init__(self, name: str, number: int, area: Box, paths: dict[str, str]) -> None:
        self._name = name
        self._number = number
        self._area = area
        self._paths = paths
        self.pictures: list[Picture] = []
        self._glyphs: list[Glyph] = []
        self._rules: list[Rule] = []

    def read(self, roots: list[Any]) -> Sheet:
        for root in roots:
            for layer in root.iterfind("{*}Content/{*}Layer"):
                self._block(layer, 0)
        width, height = self._area[2] * _POINTS, self._area[3] * _POINTS
        return Sheet(self._number, width, height, self._glyphs, self._rules)

    def _block(self, parent: Any, depth: int) -> None:
        for item in parent:
            kind = local(item)
            if kind == "TextObject" and item.get("Visible", "true") != "false":
                self._text(item)
            elif kind == "PathObject" and item.get("Visible", "true") != "false":
                self._path(item)
            elif kind == "ImageObject" and item.get("Visible", "true") != "false":
                self._picture(item)
            elif kind == "PageBlock" and depth < _DEEPEST:
                self._block(item, depth + 1)
            self._expect(0)

    def _expect(self, more: int) -> None:
        """Raise `TooLarge` where the page holds too much with so many more characters."""
        if len(self._glyphs) + len(self._rules) + more > MAX_GLYPHS:
            raise TooLarge(
                f"{self._name}: page {self._number} holds more than {MAX_GLYPHS:,} characters "
                "or drawn objects; it is no page of a report"
            )

    def _place(self, item: Any) -> Matrix:
        """From coordinates of an object to millimetres of the page."""
        box = _numbers(item.get("Boundary"))
        x, y = (box[0], box[1]) if len(box) == 4 else (0.0, 0.0)
        matrix = _numbers(item.get("CTM"))
        a, b, c, d, e, f = matrix if len(matrix) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        return a, b, c, d, e + x - self._area[0], f + y - self._area[1]

    # ------------------------------------------------------------ characters

    def _text(self, item: Any) -> None:
        matrix = self._place(item)
        size = (_numbers(item.get("Size")) or [0.0])[0]
        if size <= 0:
            return
        stretch = (_numbers(item.get("HScale")) or [1.0])[0]
        turn = (round(math.atan2(matrix[1], matrix[0]) / (math.pi / 2))) % 4
        direction = (_numbers(item.get("CharDirection")) or [0.0])[0]
        turn = (turn + round(direction / 90)) % 4
        x = y = 0.0
        for code in item.iter("{*}TextCode"):
            x = (_numbers(code.get("X")) or [x])[0]
            y = (_numbers(code.get("Y")) or [y])[0]
            text = code.text or ""
            self._expect(len(text))
            across, down = _deltas(code.get("DeltaX"), text), _deltas(code.get("DeltaY"), text)
            self._code(text, matrix, (x, y), across, down, size, stretch, turn)

    def _code(
        self,
        text: str,
        matrix: Matrix,
        start: Point,
        across: list[float],
        down: list[float],
        size: float,
        stretch: float,
        turn: int,
    ) -> None:
        x, y = start
        spaced = False
        for index, char in enumerate(text):
            natural = size * stretch * (1.0 if char >= "\u2e80" else _NARROW)
            step = across[index] if index < len(across) else (0.0 if down else natural)
            if char.isspace():
                spaced = True
            else:
                width = min(natural, step) if step > 0 else natural
                box = _hull(matrix, x, y - _ASCENT * size, x + width, y + _DESCENT * size)
                self._glyphs.append(Glyph(mend(char), *box, turn=turn, spaced=spaced))
                spaced = False
            x += step
            y += down[index] if index < len(down) else 0.0

    # ------------------------------------------------------------ what is drawn

    def _path(self, item: Any) -> None:
        stroked = item.get("Stroke", "true") != "false"
        filled = item.get("Fill", "false") == "true"
        data = item.find("{*}AbbreviatedData")
        if data is None or not (stroked or filled) or len(data.text or "") > _LONGEST_PATH:
            return
        for corners in _outlines(data.text or "", self._place(item)):
            if filled and self._rule(around(corners), _THICKEST):
                continue
            if stroked:
                for ends in pairwise(corners):
                    self._rule(around(ends), _LEVEL)

    def _picture(self, item: Any) -> None:
        path = self._paths.get(item.get("ResourceID", ""))
        if path is not None:
            # A picture is the unit square of its own coordinates; some writers leave its size out.
            sized = item.get("CTM") is not None
            box = _numbers(item.get("Boundary")) if not sized else []
            width, height = (box[2], box[3]) if len(box) == 4 else (1.0, 1.0)
            self.pictures.append(Picture(path, _hull(self._place(item), 0.0, 0.0, width, height)))

    def _rule(self, box: Box, thickest: float) -> bool:
        """Take a shape that is a rule as one; whether it is. In millimetres."""
        rule = rule_of(_in_points(box), thickest * _POINTS)
        if rule is not None:
            self._rules.append(rule)
        return rule is not None


def _deltas(text: str | None, characters: str) -> list[float]:
    """Steps between characters: `3 3 4` or, for twice 3, `g 2 3 4`."""
    steps: list[float] = []
    parts = iter((text or "").split())
    try:
        for part in parts:
            if len(steps) >= len(characters):
                break
            if part == "g":
                count, step = int(next(parts)), _number(next(parts))
                steps += [step] * max(0, min(count, len(characters)))
            else:
                steps.append(_number(part))
    except (ValueError, StopIteration):
        return steps
    return steps


def _hull(matrix: Matrix, left: float, top: float, right: float, bottom: float) -> Box:
    return _in_points(around([moved(matrix, x, y) for x in (left, right) for y in (top, bottom)]))


def _in_points(box: Box) -> Box:
    left, top, right, bottom = box
    return left * _POINTS, top * _POINTS, right * _POINTS, bottom * _POINTS


def _outlines(data: str, matrix: Matrix) -> Iterator[list[Point]]:
    """The corners of each straight part of a path; curves end a part."""
    points: list[Point] = []
    parts = _PATH.findall(data)
    at = 0
    while at < len(parts):
        command, at = parts[at], at + 1
        count = _NUMBERS.get(command)
        if count is None:
            continue
        numbers = parts[at : at + count]
        if len(numbers) < count or any(number in _NUMBERS for number in numbers):
            break
        at += count
        if command == "C":
            points += points[:1]
            continue
        if command != "L":
            if len(points) > 1:
                yield points
            points = []
        try:
            points.append(moved(matrix, _number(numbers[-2]), _number(numbers[-1])))
        except ValueError:
            break
    if len(points) > 1:
        yield points
