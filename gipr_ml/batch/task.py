"""What the child does with one document: read it, and make its results as bytes."""

from __future__ import annotations

import gc
import json
import os
import traceback
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from gipr_ml.batch.entry import Entry
from gipr_ml.errors import InputError, MissingPart, ModelError, UsageError
from gipr_ml.sandbox import Answer, Call
from gipr_ml.types import Decision, Document, PageImage, Report, Status

Blocks = Sequence[bytes]

SELDOM = 100_000
"""Objects between two looks of the garbage collector: a text leaves no cycles, and what is
remembered of texts need not be looked at again and again."""
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
)
"""Read by libraries when they are loaded: one core a child, so that children do not fight."""


def process(call: Call) -> Answer:
    """Read the document in the first block; those behind it are files of decisions.

    Values: `name` of the source, `stem` of the result, `formats`, `model`, `debug`, `beside` (path
    of the source on this machine, or None), `decisions` (names of their files), `problem` (why the
    document is not read at all, or None). The answer has the names of the `files`, whose bytes are
    the blocks, the `entry`, `beside`, and `trace` where we made an error, without files then.
    """
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    if call.values.get("warm"):
        _warm(call.values["model"])
        return Answer({"files": [], "entry": {}})
    try:
        return _process(call.values, call.blocks)
    except (MemoryError, MissingPart, ModelError):
        raise
    except Exception as error:
        entry = Entry.of_failure("", "", f"internal error ({type(error).__name__})")
        trace = traceback.format_exc()
        return Answer({"files": [], "entry": entry.kept(), "trace": trace})


def _warm(model: str | None) -> None:
    from gipr_ml import export, pipeline

    pipeline.warm_up(model=Path(model) if model else None)
    del export
    gc.set_threshold(SELDOM)


def _process(values: Mapping[str, Any], blocks: Blocks) -> Answer:
    from gipr_ml.export import render

    seen: dict[str, str] = {}
    report, document, images = _read(values, blocks[0], seen)
    report, notes = _decided(report, values["decisions"], blocks[1:])
    shown = images() if "html" in values["formats"] and report.status != Status.REJECTED else ()
    files = {
        f"{values['stem']}.{kind}": data
        for kind, data in render(report, values["formats"], shown).items()
    }
    if values["debug"] and document is not None:
        pictures = _pictures(values["stem"], report, document, images())
        files |= pictures
        if not pictures:
            notes.append(f"{values['name']}: has no page images, so --debug draws nothing")
    entry = Entry.of_report("", values["stem"], report, values["stem"])
    if document is not None and document.paged:
        gc.collect()  # pictures of pages are large
    told = {"files": list(files), "entry": entry.kept(), "notes": notes}
    beside = json.dumps(seen, sort_keys=True) if seen else ""
    return Answer({**told, "beside": beside}, tuple(files.values()))


def _read(
    values: Mapping[str, Any], data: bytes, seen: dict[str, str]
) -> tuple[Report, Document | None, Callable[[], Sequence[PageImage]]]:
    """The report, what it was read from, and what gives its pages; `seen` takes what was beside."""
    from gipr_ml import pipeline
    from gipr_ml.sources import page_images, read_bytes

    name, problem = values["name"], values["problem"]

    def images() -> Sequence[PageImage]:
        try:
            return page_images(data, name)
        except InputError:
            return ()

    if problem is not None:
        return pipeline.rejected(name, data, InputError(problem)), None, images
    try:
        document = read_bytes(data, name, _recording(values["beside"], seen))
        folder = Path(values["model"]) if values["model"] else None
        return pipeline.process_document(document, model=folder), document, images
    except InputError as error:
        return pipeline.rejected(name, data, error), None, images


def _recording(source: str | None, seen: dict[str, str]) -> Callable[[str], bytes | None] | None:
    """What finds pictures beside a source, and takes down which were asked for."""
    from gipr_ml.sources import beside

    if source is None:
        return None
    find = beside(Path(source))

    def found(address: str) -> bytes | None:
        data = find(address)
        seen[address] = "" if data is None else sha256(data).hexdigest()
        return data

    return found


def _decided(report: Report, names: Sequence[str], files: Blocks) -> tuple[Report, list[str]]:
    """The report with what people have decided, and what is wrong with their files."""
    if not names:
        return report, []
    from gipr_ml.checking import apply_decisions
    from gipr_ml.export.decisions import parse_decisions

    decisions: list[Decision] = []
    notes: list[str] = []
    for name, data in zip(names, files, strict=True):
        try:
            decisions += parse_decisions(data, Path(name).name)
        except UsageError as error:
            notes.append(f"{error}; its decisions are left out")
    return apply_decisions(report, decisions), notes


def _pictures(
    stem: str, report: Report, document: Document, images: Sequence[PageImage]
) -> dict[str, bytes]:
    from gipr_ml.export.debug import debug_pictures

    drawn = debug_pictures(report, document.pages, images) if images else ()
    return {f"{stem}.debug/page-{number}.png": data for number, data in drawn}
