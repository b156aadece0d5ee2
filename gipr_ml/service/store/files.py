"""Files by their content, in a folder.

They lie beside the database and not in it: scans of many megabytes would make every copy of the
database slow, and a file that is named by its digest never changes. A file is written before the
row that names it and removed with the row that named it last, under one lock (`Database.lock`), so
a row always finds its file; a crash in between leaves at most a file that nobody names.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from gipr_ml.files import make_folder, write_file
from gipr_ml.types import PageImage

_PAGES = "pages.json"


class Files:
    """The files of a service, below the folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def models(self) -> Path:
        """Folder of the models that were trained here."""
        return self.root / "models"

    def comparison(self, job: str) -> Path:
        """Where the page of a comparison lies."""
        return self.root / "comparisons" / f"{job}.html"

    def path(self, sha256: str) -> Path:
        """Where the file of that content lies."""
        return self.root / "files" / sha256[:2] / sha256

    def add(self, data: bytes) -> str:
        """Keep a file; gives its digest. Raises `OSError` where the folder refuses it."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if not path.exists():
            make_folder(path.parent)
            write_file(path, data)
        return digest

    def add_pages(self, sha256: str, pages: Sequence[PageImage]) -> None:
        """Keep the pictures of the pages of a file; the list of them comes last."""
        folder = self._pages(sha256)
        make_folder(folder)
        for page in pages:
            write_file(folder / str(page.number), page.data)
        listed = [
            {"number": page.number, "width": page.width, "height": page.height} for page in pages
        ]
        write_file(folder / _PAGES, json.dumps(listed).encode())

    def pages(self, sha256: str) -> tuple[tuple[int, float, float], ...]:
        """Number, width and height of each page that has a picture."""
        try:
            listed = json.loads((self._pages(sha256) / _PAGES).read_text("utf-8"))
        except OSError:
            return ()
        return tuple((page["number"], page["width"], page["height"]) for page in listed)

    def page(self, sha256: str, number: int) -> bytes | None:
        """The picture of a page, a JPEG, or None."""
        try:
            return (self._pages(sha256) / str(number)).read_bytes()
        except OSError:
            return None

    def images(self, sha256: str) -> tuple[PageImage, ...]:
        """All pictures of a file."""
        found = ((self.page(sha256, number), number, w, h) for number, w, h in self.pages(sha256))
        return tuple(PageImage(number, data, w, h) for data, number, w, h in found if data)

    def remove(self, sha256: str) -> None:
        """Forget a file and its pages."""
        self.path(sha256).unlink(missing_ok=True)
        shutil.rmtree(self._pages(sha256), ignore_errors=True)

    def _pages(self, sha256: str) -> Path:
        return self.root / "pages" / sha256[:2] / sha256
