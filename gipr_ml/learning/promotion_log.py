"""The log of promotions in a model folder: what, when, why and with which figures.

Every promotion and rollback is a line of `promotions.jsonl`; lines are only ever added.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gipr_ml.errors import PromotionError
from gipr_ml.files import settle, write_file

LOG = "promotions.jsonl"


def last_promotion(log: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The promotion that a rollback takes back: the last one that none has taken back yet."""
    stack: list[Mapping[str, Any]] = []
    for entry in log:
        if entry["action"] == "promote":
            stack.append(entry)
        elif stack:
            stack.pop()
    return stack[-1] if stack else None


def read_log(models: Path) -> list[dict[str, Any]]:
    """All promotions and rollbacks, oldest first. Raises PromotionError if the log is damaged."""
    path = models / LOG
    settle(models)
    try:
        text = path.read_text("utf-8") if path.exists() else ""
        # Not splitlines(): a reason may hold other line separators, which JSON need not escape.
        return [json.loads(line) for line in text.split("\n") if line]
    except ValueError as error:
        raise PromotionError(f"The log {path} is damaged ({error}); mend its last line.") from None


def append(models: Path, draft: Path, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Write the log of `models` with one more entry into `draft`; gives the entry with its time."""
    entry = {"when": datetime.now(UTC).isoformat(timespec="seconds"), **entry}
    line = json.dumps(entry, ensure_ascii=False, default=float) + "\n"
    old = (models / LOG).read_bytes() if (models / LOG).exists() else b""
    write_file(draft / LOG, old + line.encode())
    return entry
