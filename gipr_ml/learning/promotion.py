"""Putting a challenger in the champion's place, and taking it back.

The champion is what lies in a model folder (`models/`). What it replaces is kept in `history/`
inside, and every promotion and rollback is entered into the log (`promotion_log`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gipr_ml.errors import PromotionError
from gipr_ml.files import (
    LOCK,
    draft_beside,
    locked,
    make_folder,
    put_folder,
    remove_drafts,
    replacing,
    write_file,
)
from gipr_ml.learning.card import CARD, MODEL_FILES, SCORES
from gipr_ml.learning.comparison.compare import compare
from gipr_ml.learning.comparison.judging import (
    MANIFEST,
    judge,
    read_exam,
    reports_with_gold,
    voter_files,
)
from gipr_ml.learning.metrics import ScoreTable
from gipr_ml.learning.promotion_log import append, last_promotion, read_log
from gipr_ml.learning.scoring import score
from gipr_ml.lines import load_model
from gipr_ml.pipeline import forget_models, process
from gipr_ml.store import read_manifest

MARGIN = 0.01
"""How much worse than the champion's a figure of the challenger may be, if nothing else is said."""
GATED = ("macro_f1", "accuracy", "cells_right")
"""Figures on the frozen reports that may not fall by more than the margin."""
HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a challenger may not be promoted."""

    kind: Literal["labels", "figure", "frozen", "broken", "silent"]
    words: str
    about: Mapping[str, Any] = field(default_factory=dict)
    """The names and figures in `words`, for whoever says it in another language."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a challenger may be promoted."""

    reasons: tuple[Reason, ...]
    """Why not; empty if it may."""
    comparison: ScoreTable | None
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
    words = f"the labels {missing} of the champion are unknown to it"
    strange = [Reason("labels", words, {"labels": missing})] if missing else []
    exam = read_exam(data)
    found = compare(judge("champion", models, exam), judge("challenger", challenger, exam))
    return Gate((*strange, *_worse(found, margin), *_broken(challenger, models, data)), found)


def _worse(found: ScoreTable, margin: float) -> list[Reason]:
    """Figures and frozen reports that the challenger makes worse."""
    reasons = []
    for row in found["figures"]:
        limit = margin if row["name"] in GATED else 0.0 if row["name"] == "silent_rate" else None
        fall = row["difference"] if row["name"] == "silent_rate" else -row["difference"]
        if limit is not None and fall > limit + 1e-12:
            words = (
                f"{row['words']} goes from {row['first']:.4f} to {row['second']:.4f} on the frozen"
                f" reports; the margin is {limit:g}"
            )
            about = {name: row[name] for name in ("name", "first", "second")}
            reasons.append(Reason("figure", words, {**about, "margin": limit}))
    for row in found["documents"]:
        if row["first"].get("exact") and not row["second"].get("exact"):
            name = row["document"]
            words = f"{name} is a frozen report that was read exactly and is not any more"
            reasons.append(Reason("frozen", words, {"report": name}))
    return reasons


def _broken(challenger: Path, models: Path, data: Path) -> list[Reason]:
    """Reports with gold that the champion reads exactly and the challenger does not."""
    files, gold = reports_with_gold(data)
    reasons = []
    for name, path in files.items():
        old, new = (
            score(process(path, model=folder), gold[name]) for folder in (models, challenger)
        )
        about = {"report": name, "fault": new.faults[0]} if new.faults else {}
        if old.exact and not new.exact:
            words = f"{name} was read exactly and is not any more: {new.faults[0]}"
            reasons.append(Reason("broken", words, about))
        elif new.silent and not old.silent:
            words = f"{name} would be wrong without saying so: {new.faults[0]}"
            reasons.append(Reason("silent", words, about))
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
        listed = "\n  ".join(reason.words for reason in decided.reasons)
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
    make_folder(models)
    with locked(models / LOCK, str(models)):
        entry = promotion_entry(digest, _keep(models), decided, override, version)
        return _install(challenger, models, entry)


def promotion_entry(
    digest: str, replaces: str | None, decided: Gate, override: str | None, version: str | None
) -> dict[str, Any]:
    """What the log says of a promotion."""
    return {
        "action": "promote",
        "model": digest,
        "replaces": replaces,
        "version": version,
        "reason": override or "passed the gate",
        "overridden": [reason.words for reason in decided.reasons],
        "figures": _figures(decided.comparison),
    }


def rollback(models: Path, version_of: Callable[[str], str | None] | None = None) -> dict[str, Any]:
    """Put the model that the last promotion replaced back. Returns the entry of the log.

    Raises PromotionError if there is none to go back to.
    """
    last = last_promotion(read_log(models))
    if last is None or last["replaces"] is None:
        raise PromotionError(f"There is no promotion in {models} to roll back.")
    source = models / HISTORY / str(last["replaces"])
    digest = str(read_manifest(source, MANIFEST)["sha256"])
    load_model(source)
    version = version_of(digest) if version_of else None
    entry: dict[str, Any] = {"action": "rollback", "model": digest, "replaces": str(last["model"])}
    entry |= {"version": version, "reason": "rolled back", "figures": {}}
    with locked(models / LOCK, str(models)):
        return _install(source, models, entry)


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
        make_folder(place.parent)
        remove_drafts(place.parent)
        draft = draft_beside(place)
        draft.mkdir()
        for path in _files(models):
            write_file(draft / path.name, path.read_bytes())
        put_folder(draft, place)
    return name


def _files(folder: Path) -> list[Path]:
    """The files of the model in a folder."""
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


def _install(source: Path, models: Path, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Put the model of `source` in the place of the one of `models`, and enter that into the log,
    at one stroke. Returns the entry with its time."""
    load_model(source)
    with replacing(models, MODEL_FILES) as draft:
        for path in _files(source):
            write_file(draft / path.name, path.read_bytes())
        entered = append(models, draft, entry)
    forget_models()
    return entered


def _figures(found: ScoreTable | None) -> dict[str, Sequence[float]]:
    """Champion's and challenger's figures."""
    rows = found["figures"] if found else []
    return {row["name"]: [row["first"], row["second"]] for row in rows}
