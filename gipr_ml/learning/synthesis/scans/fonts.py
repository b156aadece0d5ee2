"""Chinese fonts of this machine, by the files that fonts.toml names."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gipr_ml.errors import MissingPart

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont


@dataclass(frozen=True)
class Face:
    """One font of a file."""

    path: Path
    index: int

    @property
    def name(self) -> str:
        """The file without its ending."""
        return self.path.stem

    def has(self, characters: Collection[str]) -> bool:
        """Whether the font can draw all of them; a missing one looks like any other missing one."""
        font = self.at(24)
        missing = bytes(font.getmask("\uffff"))
        return all(
            character.isspace() or bytes(font.getmask(character)) != missing
            for character in characters
        )

    def at(self, size: float) -> FreeTypeFont:
        """The font with an em of `size` pixels."""
        return _opened(str(self.path), self.index, round(size * 4) / 4)


@cache
def _opened(path: str, index: int, size: float) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(path, size, index, layout_engine=ImageFont.Layout.BASIC)


def font_folders() -> tuple[Path, ...]:
    """Where systems and users keep fonts."""
    home = Path.home()
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    folders = [Path(part) / "fonts" for part in shared.split(os.pathsep) if part]
    folders += [home / ".fonts", home / ".local/share/fonts", home / "Library/Fonts"]
    if sys.platform == "darwin":
        folders.append(Path("/Library/Fonts"))
    if root := os.environ.get("WINDIR"):
        folders.append(Path(root) / "Fonts")
    return tuple(folders)


def find_faces(
    folders: Sequence[Path] | None = None, kind: Literal["font", "digits"] = "font"
) -> tuple[Face, ...]:
    """The known fonts in these folders, or where fonts are usually kept, in the order of the file.

    Those of the kind "digits" have no Chinese characters; there may be none. Raises `MissingPart`
    naming the packages where there is no Chinese font.
    """
    here = {path.name.lower(): path for path in _files(folders or font_folders())}
    known = _known(kind)
    found = [
        Face(here[str(font["file"]).lower()], int(font.get("index", 0)))
        for font in known
        if str(font["file"]).lower() in here
    ]
    if not found and kind == "font":
        packages = ", ".join(dict.fromkeys(str(f["package"]) for f in known if "package" in f))
        raise MissingPart(
            "no Chinese font was found, so no scan can be typeset; on Debian or Ubuntu install one "
            f"or more of: {packages}"
        )
    return tuple(found)


def _known(kind: str) -> list[dict[str, str | int]]:
    text = Path(__file__).with_name("fonts.toml").read_text(encoding="utf-8")
    fonts: list[dict[str, str | int]] = tomllib.loads(text)[kind]
    return fonts


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        for top, _, names in os.walk(folder):
            yield from (Path(top) / name for name in sorted(names))
