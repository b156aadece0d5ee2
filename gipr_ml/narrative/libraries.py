"""jieba and spaCy, loaded without what cutting and matching do not need.

spaCy's package loads its own command line with all that downloads models, and every part of every
pipeline, which takes most of the time that loading it takes; jieba loads setuptools to find its
files, which it finds without, too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec, module_from_spec
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


class _Package(ModuleType):
    """spaCy's package before its own code has run, which loads every part of every pipeline. It
    runs when anything but the modules that are there is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__path__", "__version__"):
            raise AttributeError(name)
        spec = self.__spec__
        assert spec is not None
        assert spec.loader is not None
        self.__class__ = ModuleType  # type: ignore[assignment]
        self.__path__ = spec.submodule_search_locations or []
        package, module = ModuleType("spacy.cli"), ModuleType("spacy.cli.info")
        module.__dict__["info"] = _info
        with _importing({"spacy.cli": package, "spacy.cli.info": module}):
            spec.loader.exec_module(self)
        return getattr(self, name)


def import_spacy() -> ModuleType:
    """spaCy, with `spacy.matcher`, `spacy.tokens` and `spacy.vocab`."""
    package = None
    if "spacy" not in sys.modules and (spec := find_spec("spacy")) is not None:
        package = sys.modules["spacy"] = module_from_spec(spec)
    import spacy.tokens  # noqa: I001 (the others need these to be whole)
    import spacy.matcher
    import spacy.vocab

    if package is not None:
        package.__class__ = _Package
        del package.__path__  # whoever looks for another module there asks for it
    return spacy


def import_jieba() -> ModuleType:
    """jieba."""
    with _importing({"pkg_resources": None}):
        import jieba

    module: ModuleType = jieba
    return module
