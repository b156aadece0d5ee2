"""jieba and spaCy, loaded without what cutting and matching do not need.

spaCy's package loads its own command line with all that downloads models, which takes half of the
time that loading it takes; jieba loads setuptools to find its files, which it finds without, too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def _importing(stand_ins: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """For so long, these modules in place of those of the same names; None: there is none.

    Those that are loaded already stay.
    """
    new = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(new)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in new:
            del sys.modules[name]


def _info(*args: Any, **options: Any) -> Any:
    """`spacy.info`, the one thing of the command line that the package hands on."""
    from spacy.cli.info import info

    return info(*args, **options)


def import_spacy() -> ModuleType:
    """spaCy, with `spacy.matcher`, `spacy.tokens` and `spacy.vocab`."""
    if "spacy" not in sys.modules:
        package, module = ModuleType("spacy.cli"), ModuleType("spacy.cli.info")
        module.__dict__["info"] = _info
        with _importing({"spacy.cli": package, "spacy.cli.info": module}):
            import spacy
    import spacy.matcher
    import spacy.tokens
    import spacy.vocab

    return spacy


def import_jieba() -> ModuleType:
    """jieba."""
    with _importing({"pkg_resources": None}):
        import jieba

    module: ModuleType = jieba
    return module
