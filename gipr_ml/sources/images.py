"""Pictures of the pages of a file, for showing where its cells stand."""

from __future__ import annotations

from gipr_ml.types import PageImage


def page_images(data: bytes, name: str) -> tuple[PageImage, ...]:
    """The pages of the file called `name`, in order and upright, in the unit of their boxes.

    Empty for a source without pages to show; text, Markdown and web pages have none.
    """
    del data, name
    return ()
