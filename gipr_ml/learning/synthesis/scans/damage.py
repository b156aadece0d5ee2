"""What happens to a page between the printer and the file: scanners, faxes, cameras, seals.

Every step takes a picture, its dots an inch and a source of chance, and gives a picture. Lengths
scale with the resolution, so that a step means the same on paper at any of them.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Picture = Image.Image
Step = Callable[[Picture, int, Random], Picture]
Point = tuple[float, float]

WHITE: dict[str, int | tuple[int, int, int]] = {"L": 255, "RGB": (255, 255, 255), "1": 1}
SEALS = ((205, 30, 35), (225, 60, 60), (235, 120, 115), (190, 20, 60), (60, 70, 190))
DESK = (88, 74, 62)


def skew(most: float, least: float = 0.3) -> Step:
    """Turned by up to `most` degrees either way."""

    def step(picture: Picture, dpi: int, rng: Random) -> Picture:
        del dpi
        angle = rng.choice((-1, 1)) * rng.uniform(least, most)
        white = WHITE[picture.mode]
        return picture.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=white)

    return step


def blur(least: float, most: float) -> Step:
    """Out of focus, by a radius in hundredths of an inch."""

    def step(picture: Picture, dpi: int, rng: Random) -> Picture:
        return picture.filter(ImageFilter.GaussianBlur(rng.uniform(least, most) * dpi / 100))

    return step


def noise(sigma: float, specks: float = 0.0) -> Step:
    """Grain of standard deviation `sigma` grey levels, and a share of black and white specks."""

    def step(picture: Picture, dpi: int, rng: Random) -> Picture:
        del dpi
        chance = np.random.default_rng(rng.getrandbits(64))
        pixels = np.asarray(picture, np.float32)
        pixels = pixels + chance.normal(0, sigma, pixels.shape).astype(np.float32)
        if specks:
            drawn = chance.random(pixels.shape[:2], np.float32)
            pixels[drawn < specks / 2] = 0
            pixels[drawn > 1 - specks / 2] = 255
        return _picture(pixels)

    return step


def contrast(ink: tuple[int, int], paper: tuple[int, int]) -> Step:
    """Grey ink on grey paper; the levels are drawn from the two ranges."""

    def step(picture: Picture, dpi: int, rng: Random) -> Picture:
        del dpi
        dark, light = rng.randint(*ink), rng.randint(*paper)
        return picture.point(lambda level: dark + level * (light - dark) / 255)

    return step


def jpeg(least: int, most: int) -> Step:
    """Saved as JPEG of a quality between the two, and opened again."""

    def step(picture: Picture, dpi: int, rng: Random) -> Picture:
        del dpi
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=rng.randint(least, most))
        saved = Image.open(out)
        saved.load()
        return saved

    return step


def black_and_white(picture: Picture, dpi: int, rng: Random) -> Picture:
    """One bit a pixel, as a fax sends it, with stray dots."""
    softened = picture.convert("L").filter(ImageFilter.GaussianBlur(0.2 * dpi / 100))
    dotted = noise(6, 0.0008)(softened, dpi, rng)
    limit = rng.randint(120, 150)
    return dotted.point(lambda level: 255 if level > limit else 0).convert("1")


def turned(*angles: int) -> Step:
    """Turned by one of the right angles."""

    def step(picture: Picture, dpi: int, rng: Random) -> Picture:
        del dpi
        return picture.rotate(rng.choice(angles), expand=True)

    return step


def show_through(picture: Picture, dpi: int, rng: Random) -> Picture:
    """The print of the other side shines through, mirrored."""
    back = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    back = ImageChops.offset(back, rng.randint(-dpi // 3, dpi // 3), rng.randint(-dpi, dpi))
    back = back.filter(ImageFilter.GaussianBlur(0.9 * dpi / 100))
    strength = rng.uniform(0.12, 0.26)
    pale = back.point(lambda level: 255 - (255 - level) * strength)
    return ImageChops.multiply(picture, pale)


def seal(picture: Picture, dpi: int, rng: Random) -> Picture:
    """A round seal, red or now and then blue or pale; print stays visible below."""
    picture = picture.convert("RGB")
    size = round(rng.uniform(1.45, 1.75) * dpi)
    ink = rng.choice(SEALS)
    stamp = Image.new("RGB", (size, size), "white")
    draw = ImageDraw.Draw(stamp)
    ring = max(2, round(0.045 * dpi))
    draw.ellipse((ring, ring, size - ring, size - ring), outline=ink, width=ring)
    centre, radius = size / 2, size * 0.17
    draw.polygon([_around(centre, radius * (1, 0.4)[n % 2], n * 36 - 90) for n in range(10)], ink)
    for n in range(9):
        # Blocks of strokes stand for the characters of the name along the ring.
        x, y = _around(centre, size * 0.375, 160 + n * 27.5)
        arm = size * 0.04
        draw.rectangle((x - arm, y - arm, x + arm, y + arm), outline=ink, width=ring // 2)
        draw.line((x - arm, y, x + arm, y), ink, ring // 2)
        draw.line((x, y - arm, x, y + arm), ink, ring // 2)
    stamp = stamp.rotate(rng.uniform(-25, 25), Image.Resampling.BICUBIC, fillcolor="white")
    stamp = noise(10)(stamp, dpi, rng)
    place = (
        round(picture.width * rng.uniform(0.3, 0.8) - size / 2),
        round(picture.height * rng.uniform(0.25, 0.8) - size / 2),
    )
    layer = Image.new("RGB", picture.size, "white")
    layer.paste(stamp, place)
    return ImageChops.multiply(picture, layer)


def without_colours(picture: Picture, dpi: int, rng: Random) -> Picture:
    """Scanned in grey: a red seal becomes as dark as print."""
    del dpi, rng
    return picture.convert("L")


def dark_edges(picture: Picture, dpi: int, rng: Random) -> Picture:
    """The lid stood open: black around the sheet, which lies a little askew."""
    sheet = skew(2.0, 0.5)(picture.convert("L"), dpi, rng)
    border = [round(rng.uniform(0.0, 0.25) * dpi) for _ in range(4)]
    size = (sheet.width + border[0] + border[2], sheet.height + border[1] + border[3])
    whole = Image.new("L", size, rng.randint(5, 40))
    whole.paste(sheet, (border[0], border[1]))
    return whole


def slanted(most: float) -> Step:
    """Seen at a slant: each corner moves by up to this share of the sides."""

    def step(picture: Picture, dpi: int, rng: Random) -> Picture:
        del dpi
        corners = [
            (x + (1 - 2 * x) * rng.uniform(0, most), y + (1 - 2 * y) * rng.uniform(0, most))
            for x, y in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
        ]
        to_page = _perspective(corners)

        def source(x: float, y: float) -> Point:
            u, v = to_page(x, y)
            return u * picture.width, v * picture.height

        return _warped(picture, source)

    return step


def shaded(picture: Picture, dpi: int, rng: Random) -> Picture:
    """In deep shadow on one side."""
    del dpi
    light = _light(picture.height, picture.width, rng) ** 2.2
    return _picture(np.asarray(picture, np.float32) * light)


def _around(centre: float, radius: float, degrees: float) -> Point:
    angle = math.radians(degrees)
    return centre + radius * math.cos(angle), centre + radius * math.sin(angle)


def copied(generations: int) -> Step:
    """A copy of a copy: each a little askew, softer, harder in contrast, with dirt on it."""

    def step(picture: Picture, dpi: int, rng: Random) -> Picture:
        for _ in range(generations):
            picture = skew(0.7, 0.05)(picture, dpi, rng)
            picture = blur(0.35, 0.5)(picture, dpi, rng)
            slope, middle = rng.uniform(1.4, 1.8), rng.randint(135, 165)
            picture = picture.point(_curve(slope, middle))
            picture = noise(5, 0.0004)(picture, dpi, rng)
        return _dark_edge(picture, dpi, rng)

    return step


def _curve(slope: float, middle: int) -> list[int]:
    return [min(255, max(0, round(128 + slope * (level - middle)))) for level in range(256)]


def _dark_edge(picture: Picture, dpi: int, rng: Random) -> Picture:
    """The shadow of the lid along one side."""
    width = round(rng.uniform(0.05, 0.2) * dpi)
    box = (0, 0, width, picture.height)
    if rng.random() < 0.5:
        box = (picture.width - width, 0, picture.width, picture.height)
    ImageDraw.Draw(picture).rectangle(box, fill=rng.randint(20, 90))
    return picture


def curl(least: float, most: float) -> Step:
    """Lines bend as the paper does near a spine, by an amplitude in hundredths of an inch."""

    def step(picture: Picture, dpi: int, rng: Random) -> Picture:
        height = rng.choice((-1, 1)) * rng.uniform(least, most) * dpi / 100
        start = rng.uniform(-0.3, 0.3)

        def source(x: float, y: float) -> Point:
            bend = height * math.sin(math.pi * (x + start))
            return x * picture.width, y * picture.height + bend

        return _warped(picture, source)

    return step


def photographed(picture: Picture, dpi: int, rng: Random) -> Picture:
    """Taken with a telephone: at a slant, on a desk, bent, in uneven light."""
    page = picture.convert("RGB")
    corners = [
        (x + rng.uniform(-0.035, 0.035), y + rng.uniform(-0.03, 0.03))
        for x, y in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    ]
    to_page = _perspective(corners)
    bend = rng.uniform(-6, 6) * dpi / 100

    def source(x: float, y: float) -> Point:
        # The picture reaches a little beyond the sheet.
        u, v = to_page(-0.03 + 1.06 * x, -0.03 + 1.06 * y)
        return u * page.width, v * page.height + bend * math.sin(math.pi * u)

    taken = _warped(page, source, DESK)
    lit = np.asarray(taken, np.float32) * _light(taken.height, taken.width, rng)[:, :, None]
    return jpeg(70, 85)(noise(4)(blur(0.2, 0.4)(_picture(lit), dpi, rng), dpi, rng), dpi, rng)


def _light(height: int, width: int, rng: Random) -> NDArray[np.float32]:
    """Brightness over the page: a lamp on one side, a soft shadow across."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * math.pi)
    slope = (x - 0.5) * math.cos(angle) + (y - 0.5) * math.sin(angle)
    edge = rng.uniform(-0.3, 0.3)
    shadow = rng.uniform(0.1, 0.28) / (1 + np.exp(-(slope - edge) * 14))
    light: NDArray[np.float32] = (0.93 + rng.uniform(0.1, 0.3) * slope - shadow).astype(np.float32)
    return light


def _perspective(corners: list[Point]) -> Callable[[float, float], Point]:
    """The projection that takes these four corners of the picture to those of the unit square."""
    rows, wanted = [], []
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    for (x, y), (u, v) in zip(corners, square, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    a, b, c, d, e, f, g, h = np.linalg.solve(np.array(rows), np.array(wanted))

    def project(x: float, y: float) -> Point:
        depth = g * x + h * y + 1
        return float((a * x + b * y + c) / depth), float((d * x + e * y + f) / depth)

    return project


def _warped(
    picture: Picture,
    source: Callable[[float, float], Point],
    around: tuple[int, int, int] | int | None = None,
    cells: int = 24,
) -> Picture:
    """The picture drawn anew: `source` tells for a place of the new one, both coordinates from 0 to
    1, which pixel of the old one to take. `around` fills what lies beyond the old one."""
    width, height = picture.size
    frame = round(0.12 * width)
    fill = WHITE[picture.mode] if around is None else around
    wide = Image.new(picture.mode, (width + 2 * frame, height + 2 * frame), fill)
    wide.paste(picture, (frame, frame))
    mesh = []
    for row in range(cells):
        for column in range(cells):
            x0, x1 = column / cells, (column + 1) / cells
            y0, y1 = row / cells, (row + 1) / cells
            box = (round(x0 * width), round(y0 * height), round(x1 * width), round(y1 * height))
            ends = [source(x, y) for x, y in ((x0, y0), (x0, y1), (x1, y1), (x1, y0))]
            mesh.append((box, tuple(v + frame for end in ends for v in end)))
    method = Image.Transform.MESH
    return wide.transform((width, height), method, mesh, Image.Resampling.BICUBIC, fillcolor=fill)


def _picture(pixels: NDArray[np.float32]) -> Picture:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
