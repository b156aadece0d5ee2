"""A reader whose documents say what it should suffer, for the tests of engines.

The first word of a document decides: `ok`, `real` (read it as a report), `die`, `hang`, `grow`,
`fault`; `once MARKER` dies unless the file MARKER is there; `meet PIPE` waits until somebody has
opened the named pipe and closed it again.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from gipr_ml.batch import task
from gipr_ml.batch.entry import Entry
from gipr_ml.sandbox import Answer, Call


def process(call: Call) -> Answer:
    if call.values.get("warm"):
        return Answer({"files": [], "entry": {}})
    word, _, rest = call.blocks[0].decode("utf-8", "replace").partition(" ")
    if call.values["problem"] is None and word in _DEEDS:
        _DEEDS[word](rest)
    if word in ("real", "fault"):
        return task.process(call)
    stem, problem = call.values["stem"], call.values["problem"]
    entry = Entry("", "", "rejected" if problem else "consistent", reason=problem)
    told = {"files": [f"{stem}.json"], "entry": entry.kept()}
    return Answer(told, (f"{word} read".encode(),))


def _die(_: str) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _hang(_: str) -> None:
    while True:
        pass


def _grow(_: str) -> None:
    held = []
    while True:
        held.append(bytearray(20_000_000))


def _fault(_: str) -> None:
    from gipr_ml import pipeline

    def faulty(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    pipeline.process_document = faulty  # type: ignore[assignment]


def _once(marker: str) -> None:
    try:
        Path(marker).open("x").close()
    except FileExistsError:
        return
    _die("")


def _meet(pipe: str) -> None:
    with Path(pipe).open("rb") as file:
        file.read()


_DEEDS = {"die": _die, "hang": _hang, "grow": _grow, "fault": _fault, "once": _once, "meet": _meet}
