"""What experiments on a running service share: the service itself, databases, tables of figures."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
for tests in ("service", "sources"):
    sys.path.insert(0, str(HERE.parent / "tests" / tests))

import drawn_files  # noqa: E402
import fuzzing  # noqa: E402
import office_files  # noqa: E402
from postgresql import find_binaries, new_database, run_server  # noqa: E402
from running import Service  # noqa: E402

from gipr_ml.client import CallError  # noqa: E402

__all__ = [
    "SAMPLES",
    "Service",
    "databases",
    "drawn_files",
    "fuzzing",
    "machine",
    "office_files",
    "persist",
    "write_tables",
]

SAMPLES = HERE.parent / "gipr_ml" / "samples"


@contextmanager
def databases(name: str) -> Iterator[dict[str, str]]:
    """The setting `database` of each kind of database that is there, empty ones."""
    binaries = find_binaries()
    if binaries is None:
        yield {"SQLite": ""}
        return
    with run_server(binaries) as server:
        yield {"SQLite": "", "PostgreSQL": new_database(server, name)}


def persist(call: Any, *arguments: Any, **named: Any) -> Any:
    """A call made again until the service answers it."""
    while True:
        try:
            return call(*arguments, **named)
        except CallError as error:
            if error.status not in (0, 429, 503):
                raise
            time.sleep(0.05)


def machine() -> str:
    """What it was measured on, and how busy that was."""
    load = os.getloadavg()[2]
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f} (15 min)"


def write_tables(
    name: str, kept: Any, head: list[str], found: Mapping[str, Mapping[str, Any]]
) -> None:
    """Write `NAME_results.json` and `.md`: below `head` a table, a column for each of `found`."""
    text = json.dumps(kept, indent=1, ensure_ascii=False)
    (HERE / f"{name}_results.json").write_text(text + "\n", "utf-8")
    lines = [
        *head,
        "",
        f"| | {' | '.join(found)} |",
        f"| --- | {' | '.join('---:' for _ in found)} |",
    ]
    for row in next(iter(found.values())):
        cells = [_shown(column[row]) for column in found.values()]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    (HERE / f"{name}_results.md").write_text("\n".join(lines) + "\n", "utf-8")


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value).strip("{}").replace('"', "")
