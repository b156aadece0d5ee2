"""Promotion: what lets a model through, and a champion that is whole whatever happens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tiny_models import model_folders

from gipr_ml.errors import PromotionError
from gipr_ml.learning import promotion
from gipr_ml.learning.frozen import HELDOUT
from gipr_ml.learning.promotion import Gate, Reason, promote, rollback
from gipr_ml.learning.promotion_log import read_log
from gipr_ml.lines import load_model, load_part
from gipr_ml.store import read_manifest

PASSED = Gate((), None)
WORSE = Reason("broken", "it is worse")


@pytest.fixture(scope="module")
def candidates(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three model folders, each with a twin."""
    return model_folders(tmp_path_factory, 3)


def digest(folder: Path) -> str:
    return str(read_manifest(folder, "lines.json")["sha256"])


def figures(**changes: tuple[float, float]) -> list[dict[str, Any]]:
    values = {
        "macro_f1": (0.9, 0.9),
        "accuracy": (0.95, 0.95),
        "cells_right": (1.0, 1.0),
        "silent_rate": (0.0, 0.0),
        "calibration_error": (0.01, 0.01),
        **changes,
    }
    return [
        {"name": name, "words": name, "first": a, "second": b, "difference": b - a}
        for name, (a, b) in values.items()
    ]


def documents(*exact: tuple[bool, bool]) -> list[dict[str, Any]]:
    return [
        {"document": f"d{n}", "first": {"exact": a}, "second": {"exact": b}}
        for n, (a, b) in enumerate(exact)
    ]


@pytest.mark.parametrize(
    ("changes", "exact", "reasons"),
    [
        ({}, [(True, True), (False, False)], 0),
        ({"macro_f1": (0.9, 0.89)}, [], 0),
        ({"macro_f1": (0.9, 0.8899)}, [], 1),
        ({"accuracy": (0.95, 0.9), "cells_right": (1.0, 0.98)}, [], 2),
        ({"silent_rate": (0.0, 0.001)}, [], 1),
        ({"silent_rate": (0.1, 0.0), "calibration_error": (0.01, 0.2)}, [], 0),
        ({"macro_f1": (0.9, 0.99)}, [(True, True), (True, False)], 1),
        ({}, [(False, True)], 0),
    ],
)
def test_worse_by_more_than_the_margin_or_a_broken_report_is_a_reason(
    changes: dict[str, tuple[float, float]], exact: Sequence[tuple[bool, bool]], reasons: int
) -> None:
    found = {"figures": figures(**changes), "documents": documents(*exact)}
    assert len(promotion._worse(found, 0.01)) == reasons


def test_reasons_stop_a_promotion_and_an_override_is_recorded(
    candidates: list[Path], tmp_path: Path
) -> None:
    first, second, _ = candidates
    promote(first, tmp_path, PASSED, None, None)
    with pytest.raises(PromotionError, match="the champion stays:\n  it is worse"):
        promote(second, tmp_path, Gate((WORSE,), None), None, None)
    assert digest(tmp_path) == digest(first)
    reason = "for a trial:\u2028and\x85on"  # line separators to all but JSON
    promote(second, tmp_path, Gate((WORSE,), None), reason, "7")
    last = read_log(tmp_path)[-1]
    assert (last["reason"], last["overridden"], last["version"]) == (
        reason,
        ["it is worse"],
        "7",
    )
    with pytest.raises(PromotionError, match="is the champion already"):
        promote(second, tmp_path, PASSED, None, None)
    # The same again moves an alias that could not be moved before, and adds nothing to the log.
    assert promote(second, tmp_path, PASSED, None, "7") == last
    assert len(read_log(tmp_path)) == 2


def test_rollback_goes_back_step_by_step_and_the_log_only_grows(
    candidates: list[Path], tmp_path: Path
) -> None:
    first, second, third = candidates
    for folder in (first, second):
        promote(folder, tmp_path, PASSED, None, None)
    rollback(tmp_path)
    assert digest(tmp_path) == digest(first)
    promote(third, tmp_path, PASSED, None, None)
    rollback(tmp_path)
    assert digest(tmp_path) == digest(first)
    with pytest.raises(PromotionError, match="no promotion"):
        rollback(tmp_path)
    actions = [entry["action"] for entry in read_log(tmp_path)]
    assert actions == ["promote", "promote", "rollback", "promote", "rollback"]
    assert load_part(tmp_path, HELDOUT).labels == load_model(tmp_path).labels


def test_a_promotion_that_breaks_off_anywhere_leaves_a_whole_champion(
    candidates: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = candidates
    real = promotion.write_file
    broken_off = 0
    for allowed in range(40):
        models = tmp_path / str(allowed)
        promote(first, models, PASSED, None, None)
        left = iter(range(allowed))

        def failing(path: Path, data: bytes, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise OSError("no space left on device")
            real(path, data)

        monkeypatch.setattr(promotion, "write_file", failing)
        try:
            promote(second, models, PASSED, None, None)
        except OSError:
            broken_off += 1
            assert digest(models) == digest(first)
            load_model(models)
            load_part(models, HELDOUT)
        monkeypatch.setattr(promotion, "write_file", real)
        if digest(models) == digest(first):
            promote(second, models, PASSED, None, None)
        assert digest(models) == digest(second)
        load_model(models)
    assert broken_off >= 10
