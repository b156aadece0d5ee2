"""Putting a challenger in the champion's place, and taking it back.

The champion is what lies in a model folder (`models/`). What it replaces is kept in `history/`
inside, and every promotion and rollback is a line of `promotions.jsonl`: what, when, why and with
which figures. Lines are only ever added.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gipr_ml.errors import PromotionError
from gipr_ml.files import write_file
from gipr_ml.learning.card import CARD, SCORES
from gipr_ml.learning.comparison.compare import compare
from gipr_ml.learning.comparison.judging import (
    CATEGORIES,
    MANIFEST,
    judge,
    read_exam,
    reports_with_gold,
    voter_files,
)
from gipr_ml.learning.metrics import Table
from gipr_ml.learning.scoring import score
from gipr_ml.lines import KIND, load_model
from gipr_ml.pipeline import forget_models, process
from gipr_ml.store import read_manifest

MARGIN = 0.01
"""How much worse than the champion's a figure of the challenger may be, if nothing else is said."""
GATED = ("macro_f1", "accuracy", "cells_right")
"""Figures on the frozen reports that may not fall by more than the margin."""
LOG, HISTORY = "promotions.jsonl", "history"


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a challenger may be promoted."""

    reasons: tuple[str, ...]
    """Why not; empty if it may."""
    comparison: Table | None
    """None where there is no champion yet."""


def gate(challenger: Path, models: Path, data: Path, margin: float) -> Gate:
    """Hold a challenger against the champion in `models`.

    It may not be worse on the frozen reports by more than `margin`, be silently wrong more often,
    or break any report of `data` that the champion reads exactly. The last is asked of the models
    themselves, as they would work, so it is a check for damage and no estimate of quality.

    Raises ModelError if either model is unusable.
    """
    new = load_model(challenger)
    if not (models / MANIFEST).exists():
        return Gate((), None)
    missing = ", ".join(sorted(set(load_model(models).labels) - set(new.labels)))
    strange = [f"the labels {missing} of the champion are unknown to it"] if missing else []
    exam = read_exam(data)
    found = compare(judge("champion", models, exam), judge("challenger", challenger, exam))
    return Gate((*strange, *_worse(found, margin), *_broken(challenger, models, data)), found)


def _worse(found: Table, margin: float) -> list[str]:
    """Figures and frozen reports that the challenger makes worse."""
    reasons = []
    for row in found["figures"]:
        limit = margin if row["name"] in GATED else 0.0 if row["name"] == "silent_rate" else None
        fall = row["difference"] if row["name"] == "silent_rate" else -row["difference"]
        if limit is not None and fall > limit + 1e-12:
            reasons.append(
                f"{row['words']} goes from {row['first']:.4f} to {row['second']:.4f} on the frozen"
                f" reports; the margin is {limit:g}"
            )
    reasons += [
        f"{row['document']} is a frozen report that was read exactly and is not any more"
        for row in found["documents"]
        if row["first"].get("exact") and not row["second"].get("exact")
    ]
    return reasons


def _broken(challenger: Path, models: Path, data: Path) -> list[str]:
    """Reports with gold that the champion reads exactly and the challenger does not."""
    files, gold = reports_with_gold(data)
    reasons = []
    for name, path in files.items():
        old, new = (
            score(process(path, model=folder), gold[name]) for folder in (models, challenger)
        )
        if old.exact and not new.exact:
            reasons.append(f"{name} was read exactly and is not any more: {new.faults[0]}")
        elif new.silent and not old.silent:
            reasons.append(f"{name} would be wrong without saying so: {new.faults[0]}")
    return reasons


# ---------------------------------------------------------------- putting in place


def promote(
    challenger: Path, models: Path, decided: Gate, override: str | None, version: str | None
) -> dict[str, Any]:
    """Put the challenger into `models` and log it. Returns the entry of the log.

    `override` is why the reasons of the gate do not count, `version` the one in the registry.
    Raises PromotionError if there are reasons and no override; the champion then stays.
    """
    if decided.reasons and override is None:
        listed = "\n  ".join(decided.reasons)
        raise PromotionError(
            f"The challenger is not promoted; the champion stays:\n  {listed}\nPromote it all the"
            ' same with --override "the reason", which is recorded.'
        )
    digest = str(read_manifest(challenger, MANIFEST)["sha256"])
    if _digest(models) == digest:
        log = read_log(models)
        if log and log[-1]["model"] == digest and log[-1]["version"] == version is not None:
            # Broken off after the files were in place: the alias may be left to move.
            return log[-1]
        raise PromotionError("The challenger is the champion already; nothing is to be done.")
    models.mkdir(parents=True, exist_ok=True)
    kept = _keep(models)
    _install(challenger, models)
    entry = {
        "action": "promote",
        "model": digest,
        "replaces": kept,
        "version": version,
        "reason": override or "passed the gate",
        "overridden": list(decided.reasons),
        "figures": _figures(decided.comparison),
    }
    return _note(models, entry)


def rollback(models: Path, version_of: Any = None) -> dict[str, Any]:
    """Put the model that the last promotion replaced back. Returns the entry of the log.

    Raises PromotionError if there is none to go back to.
    """
    stack: list[Mapping[str, Any]] = []
    for entry in read_log(models):
        if entry["action"] == "promote":
            stack.append(entry)
        elif stack:
            stack.pop()
    if not stack or stack[-1]["replaces"] is None:
        raise PromotionError(f"There is no promotion in {models} to roll back.")
    last = stack[-1]
    source = models / HISTORY / str(last["replaces"])
    digest = str(read_manifest(source, MANIFEST)["sha256"])
    load_model(source)
    version = version_of(digest) if version_of else None
    _install(source, models)
    entry = {"action": "rollback", "model": digest, "replaces": str(last["model"])}
    return _note(models, {**entry, "version": version, "reason": "rolled back", "figures": {}})


def read_log(models: Path) -> list[dict[str, Any]]:
    """All promotions and rollbacks, oldest first. Raises PromotionError if the log is damaged."""
    path = models / LOG
    try:
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]
    except ValueError as error:
        raise PromotionError(f"The log {path} is damaged ({error}); mend its last line.") from None


def _digest(models: Path) -> str | None:
    path = models / MANIFEST
    return str(read_manifest(models, MANIFEST)["sha256"]) if path.exists() else None


def _keep(models: Path) -> str | None:
    """Copy the champion into the history, whole or not at all. Returns its name there."""
    digest = _digest(models)
    if digest is None:
        return None
    name = digest[:12]
    place = models / HISTORY / name
    if not place.exists():
        draft = place.with_name(f".{name}.tmp")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for path in _files(models):
            write_file(draft / path.name, path.read_bytes())
        draft.rename(place)
    return name


def _files(folder: Path) -> list[Path]:
    """The files of the model in a folder, manifests last: who copies them in this order and is
    interrupted leaves the old model in place."""
    loose = [folder / name for name in (SCORES, CARD) if (folder / name).exists()]
    manifest = read_manifest(folder, MANIFEST)
    parts = [
        part["file"] for part in manifest.values() if isinstance(part, dict) and "file" in part
    ]
    voter, *arrays = voter_files(folder)
    return [
        *(folder / str(name) for name in (manifest["file"], *parts)),
        *arrays,
        voter,
        *loose,
        folder / MANIFEST,
    ]


def _install(source: Path, models: Path) -> None:
    """Copy the model of `source` over the one of `models`; its manifest is replaced last."""
    load_model(source)
    files = _files(source)
    for path in files:
        write_file(models / path.name, path.read_bytes())
    names = {path.name for path in files}
    # The card and the scores of the model that went would be a lie about the one that came.
    for stale in (SCORES, CARD):
        if stale not in names:
            (models / stale).unlink(missing_ok=True)
    for kind in (KIND, CATEGORIES):
        for old in models.glob(f"{kind}-*.skops"):
            if old.name not in names:
                old.unlink()
    forget_models()


def _figures(found: Table | None) -> dict[str, Sequence[float]]:
    """Champion's and challenger's figures."""
    rows = found["figures"] if found else []
    return {row["name"]: [row["first"], row["second"]] for row in rows}


def _note(models: Path, entry: dict[str, Any]) -> dict[str, Any]:
    entry = {"when": datetime.now(UTC).isoformat(timespec="seconds"), **entry}
    line = json.dumps(entry, ensure_ascii=False, default=float) + "\n"
    with (models / LOG).open("a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return entry
