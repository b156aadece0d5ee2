"""ZIP packages (DOCX, XLSX, OFD) and the XML in them, opened as if an enemy had made them."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from typing import Any

from lxml import etree

from gipr_ml.errors import InputError, TooLarge
from gipr_ml.sources.limits import MAX_MEMBERS, MAX_PART_BYTES, MAX_RATIO, RATIO_FROM

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What `zipfile` raises where a package is damaged, encrypted or packed in a way it does not know.
"""


def open_zip(data: bytes, name: str, what: str) -> zipfile.ZipFile:
    """The package in `data`. Raises `InputError` where it is damaged or holds too many parts."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN as error:
        raise InputError(
            f"{name}: the {what} is damaged or cut short; download or save it anew"
        ) from error
    if len(package.infolist()) > MAX_MEMBERS:
        raise TooLarge(f"{name}: the {what} holds more than {MAX_MEMBERS:,} files")
    return package


def read_member(
    package: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limit: int = MAX_PART_BYTES
) -> bytes:
    """The unpacked bytes of one file of a package.

    Raises `TooLarge` where it is larger than `limit` or packed so tightly that it can only be a
    trap, `InputError` where it is damaged or encrypted.
    """
    if info.flag_bits & 1:
        raise InputError(f"{name}: is protected by a password; save it without one")
    packed = max(1, info.compress_size)
    if info.file_size > limit or (
        info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * packed
    ):
        raise TooLarge(f"{name}: unpacks to more than a report can have; it may be a trap")
    try:
        with package.open(info) as part:
            data = part.read(limit + 1)
    except BROKEN as error:
        raise InputError(f"{name}: is damaged; download or save it anew") from error
    if len(data) > limit:
        raise TooLarge(f"{name}: unpacks to more than a report can have; it may be a trap")
    return data


class Package:
    """The parts of a package by path, parsed on demand; all of them together are limited too."""

    def __init__(self, data: bytes, name: str, what: str) -> None:
        self.name = name
        self._what = what
        self._zip = open_zip(data, name, what)
        self._parts = {info.filename.lstrip("/"): info for info in self._zip.infolist()}
        self._left = MAX_PART_BYTES

    def xml(self, path: str) -> Any:
        """Root of the XML at `path`, or None where there is no such part.

        Raises `InputError` where it is no XML or declares a document type: office programs never
        do, and entities are how XML reads other files or grows without end.
        """
        info = self._parts.get(path)
        if info is None:
            return None
        data = read_member(self._zip, info, self.name, self._left)
        self._left -= len(data)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
            remove_pis=True,
        )  # fmt: skip
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise InputError(
                f"{self.name}: the {self._what} is damaged ({path} is no XML); save it anew"
            ) from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise InputError(
                f"{self.name}: the {self._what} declares a document type in {path}, as no office "
                "program does; it is not read"
            )
        return root

    def picture(self, path: str) -> bytes | None:
        """The bytes of the picture at `path`, or None where there is none that can be unpacked."""
        info = self._parts.get(path)
        if info is None:
            return None
        try:
            return read_member(self._zip, info, self.name)
        except InputError:
            return None

    def relations(self, path: str) -> dict[str, str]:
        """Paths that the part at `path` refers to, by id; what lies outside is left out."""
        folder, file = posixpath.split(path)
        root = self.xml(posixpath.join(folder, "_rels", f"{file}.rels"))
        found = {}
        for relation in root if root is not None else ():
            if relation.get("TargetMode") != "External":
                found[relation.get("Id")] = joined(path, relation.get("Target", ""))
        return found


def joined(base: str, target: str) -> str:
    """The path that `target` means in the part at `base`."""
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target)).lstrip("/")


def local(element: Any) -> str:
    """The name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str | None:
    """The attribute of that name, in whatever namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None


def whole(text: str | None) -> int | None:
    """The whole number that an attribute states, or None: no number of a document is longer."""
    return int(text) if text and len(text) < 10 and text.isdecimal() else None
