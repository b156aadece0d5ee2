"""Targets: what is asked of the command and of the service, and what a run remembers."""

from __future__ import annotations

import json
import sqlite3
from contextlib import chdir
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any

from choices import Choices
from scratch import scratch
from words import told

from gipr_ml.batch import places
from gipr_ml.batch.ledger import _COLUMNS, NAME, Ledger
from gipr_ml.cli.named import expanded, listed, remote
from gipr_ml.errors import GiprError

# ---------------------------------------------------------------- the command


def named(data: bytes) -> None:
    """A list of paths, patterns and addresses: each is found, kept or refused in words."""
    choices = Choices(data)
    raw = choices.yes(4)
    names = [] if raw else [_place(choices) for _ in range(choices.number(1, 5))]
    text = choices.rest() if raw else choices.pick(("\n", "\0", "\r\n")).join(names).encode()
    path = scratch() / "list"
    path.write_bytes(text)
    with chdir(scratch()):
        _looked_up(listed(str(path)), b"\0" in text)


def _looked_up(found: list[str], by_nul: bool) -> None:
    for name in found:
        assert "\n" not in name or by_nul
        assert places.beside(name, "x")
        assert places.join(name, "x")
        try:
            places.name_of(name)
            if not places.is_url(name):
                places.absolute(name)
                if "**" not in name and not name.startswith(("/", "~")) and ".." not in name:
                    expanded([name])
            elif name.startswith(("memory:", "nosuch:", "file:///dev/shm/gipr-none")):
                list(remote(name, (".txt", ".pdf")))
        except GiprError as error:
            told(error)


def _place(choices: Choices) -> str:
    return "".join(choices.pick(_PLACES) for _ in range(choices.number(1, 6)))


_PLACES = (
    "a", "b.txt", "报告.pdf", "/", "*", "?", "[", "]", "[!a]", "[a-", "memory://", "file:///dev/shm/gipr-none",
    "nosuch://", "://", ":", "%2e%2e", "%00", "#x", "?a=b", "@", "@:0", " ", "\\", "::zip://", "~",
    "-", "\x7f", "x" * 300, "{a,b}", "memory:", "file:", "é", "\u202e",
)  # fmt: skip


# ---------------------------------------------------------------- what a run remembers


def ledger(data: bytes) -> None:
    """A ledger that something has damaged: read as it is, or refused in words."""
    choices = Choices(data)
    path = scratch() / NAME
    for old in scratch().glob(f"{NAME}*"):
        old.unlink()
    content = bytearray(_whole())
    if choices.yes(8):
        content = bytearray(choices.rest())
    elif choices.yes():
        for _ in range(choices.number(1, 8)):
            content[choices.number(0, len(content) - 1)] = choices.byte()
        content = content[: choices.pick((len(content), len(content), 4096, 100, 5000))]
    path.write_bytes(content)
    if choices.left:
        _other_row(choices, path)
    try:
        with Ledger(scratch()) as found:
            len(found)
            for record in found.records():
                assert isinstance(record.stem, str)
            found.find("a")
            found.names_of("/in/a.txt")
            found.forget("a")
    except GiprError as error:
        told(error)


_ROW: tuple[Any, ...] = (
    b"a", b"/in/a.txt", "1:2", "00", "", "", "v", "json", "consistent", None, 1, 0.5, 1.7e9,
    '{"status": "consistent", "cells": 200}',
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    b"", b"\xff", "", "x", 0, -1, 1.5, float("inf"), "[]", "{", "1", "null", '{"year": "x"}',
    '{"agency": 1}', '{"findings": {}}', b"{}", "crash", "rejected", 2**62,
)  # fmt: skip


@cache
def _whole() -> bytes:
    folder = scratch() / "whole"
    folder.mkdir()
    with Ledger(folder):
        pass
    database = sqlite3.connect(folder / NAME)
    marks = ", ".join("?" * len(_ROW))
    database.execute(f"INSERT INTO documents ({_COLUMNS}) VALUES ({marks})", _ROW)
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute("PRAGMA journal_mode = DELETE")
    database.close()
    return (folder / NAME).read_bytes()


def _other_row(choices: Choices, path: Path) -> None:
    """A row in which a few columns hold something else."""
    row = [*_ROW]
    for _ in range(choices.number(1, 3)):
        row[choices.number(0, len(row) - 1)] = choices.pick(_VALUES)
    marks = ", ".join("?" * len(row))
    try:
        database = sqlite3.connect(path)
        try:
            database.execute(f"INSERT OR REPLACE INTO documents ({_COLUMNS}) VALUES ({marks})", row)
            database.commit()
        finally:
            database.close()
    except (sqlite3.Error, UnicodeDecodeError):
        return


# ---------------------------------------------------------------- the service


def http(data: bytes) -> None:
    """A request of any shape: done, or refused as a problem in words; never an error of ours."""
    client, doors, report = _service()
    choices = Choices(data)
    method, path = choices.pick(doors)
    while "{" in path:
        head, _, rest = path.partition("{")
        path = head + choices.pick((report, *_IDS)) + rest.partition("}")[2]
    query = [(choices.pick(_QUERY), choices.pick(_WORDS)) for _ in range(choices.number(0, 2))]
    headers = dict(choices.pick(_HEADERS) for _ in range(choices.number(0, 2)))
    body: dict[str, Any] = {}
    kind = choices.number(0, 5)
    if kind == 1:
        body = {"content": choices.rest(), "headers": {"content-type": "application/json"}}
    elif kind == 2:
        body = {"files": [("files", (choices.pick(_WORDS), choices.rest(), choices.pick(_WORDS)))]}
    elif kind > 2:
        body = {
            "content": json.dumps(_body(choices, 0)),
            "headers": {"content-type": "application/json"},
        }
    headers = {**headers, **body.pop("headers", {})}
    answer = client.request(method, path, params=query, headers=headers, **body)
    assert answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text[:200]}"
    assert "Traceback" not in answer.text
    if answer.status_code >= 400 and method != "HEAD" and path.startswith("/v1"):
        kind = answer.headers["content-type"]
        assert kind == "application/problem+json", f"{method} {path}: {kind} {answer.text[:200]}"
        assert answer.json()["detail"]


def _body(choices: Choices, depth: int) -> Any:
    """What a body may hold: the names that the service knows, values of every kind."""
    kind = choices.number(0, 3) if depth < 4 else 0
    if kind == 1:
        return [_body(choices, depth + 1) for _ in range(choices.number(0, 3))]
    if kind > 1 or not depth:
        chosen = range(choices.number(0, 5))
        return {choices.pick(_names()): _body(choices, depth + 1) for _ in chosen}
    return choices.pick(_THINGS)


@cache
def _names() -> list[str]:
    """Names of all fields of bodies."""
    schemas = _service()[0].get("/openapi.json").json()["components"]["schemas"]
    return sorted({name for schema in schemas.values() for name in schema.get("properties", {})})


_QUERY = (
    "limit", "after", "before", "status", "agency", "year", "q", "at", "format", "order", "page",
    "kind", "number", "text", "offset", "language", "width",
)  # fmt: skip
_WORDS = (
    "", "x", "0", "1", "-1", "99999999999999999999", "nan", "json", "xlsx", "html", "csv",
    "parquet", "consistent", "../../x", "%00", "\0", "'; --", "<script>", "甲局", "1e9",
    "text/html", "x" * 300, "\u202e",
)  # fmt: skip
_IDS = ("x", "0", "..%2f..%2fx", "%00", "a" * 300, "-1", "t3", "99999999999999999999", "甲")
_HEADERS = (
    ("Origin", "http://evil.example"), ("Authorization", "Bearer x"), ("Authorization", "x"),
    ("Cookie", "gipr=x"), ("If-None-Match", '"x"'), ("Content-Encoding", "gzip"),
    ("Range", "bytes=9-1"), ("X-CSRF-Token", "x"), ("Content-Length", "5"),
    ("Accept-Language", "x" * 500),
    ("If-None-Match", "*"),
    ("Last-Event-ID", "x"),
)  # fmt: skip
_THINGS: tuple[Any, ...] = (
    None, True, 0, 1, -1, 2.5, 1e308, 10**400, 2**63, "", "x", "\0", "\ud800", "甲局", "t3", "2021",
    "t3/granted/total", "read", "blank", "lost", "value", "dismissed", "confirmed", "=1+1",
    "<script>", "../x", "0" * 64, [], {},
)  # fmt: skip


@cache
def _service() -> tuple[Any, list[tuple[str, str]], str]:
    """A client of a service with one report that was read, its doors, and the report's name."""
    from fastapi.testclient import TestClient

    from gipr_ml.service.api import make_app
    from gipr_ml.service.context import open_context
    from gipr_ml.service.settings import Settings
    from gipr_ml.service.work import Worker

    context = open_context(Settings(data=scratch() / "data"))
    app = make_app(context)
    client = TestClient(app, base_url="http://127.0.0.1")
    sample = Path(places.__file__).parents[1] / "samples" / "wangchuan_forestry_2022_damaged.txt"
    sent = client.post("/v1/reports", files=[("files", ("a.txt", sample.read_bytes()))])
    worker = Worker(context, Event())
    with worker.sandbox:
        worker.step()
    doors = [
        (method.upper(), path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if method in ("get", "post", "put", "patch", "delete")
    ]
    more = [("HEAD", "/v1/reports"), ("OPTIONS", "/v1/reports"), ("GET", "/"), ("GET", "/{file}")]
    return client, [*doors, *more], str(sent.json()["sent"][0]["report"])
