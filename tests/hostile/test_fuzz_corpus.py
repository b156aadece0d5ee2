"""What the fuzzer has found worth keeping, tried anew on every target, without the fuzzer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gipr_ml.checking import check
from gipr_ml.types import Report, Status

sys.path.insert(0, str(Path(__file__).parents[2] / "experiments" / "fuzz_targets"))

import invariants
import registry
from registry import TARGETS

CORPUS = Path(registry.__file__).parent / "corpus"


@pytest.mark.parametrize("name", TARGETS)
def test_every_kept_input_keeps_every_promise(name: str) -> None:
    kept = sorted((CORPUS / name).iterdir())
    assert kept
    for path in kept:
        try:
            TARGETS[name].run(path.read_bytes())
        except Exception as error:
            raise AssertionError(f"{name}/{path.name}") from error


def test_the_corpus_is_small_and_belongs_to_targets() -> None:
    folders = sorted(CORPUS.iterdir())
    assert [folder.name for folder in folders] == sorted(TARGETS)
    sizes = [path.stat().st_size for folder in folders for path in folder.iterdir()]
    assert len(sizes) < 1_000
    assert sum(sizes) < 1_000_000


def test_broken_promises_are_seen(
    make_report: Callable[[], Report], make_damaged: Callable[[], Report]
) -> None:
    whole, wrong = make_report(), make_damaged()
    printed = ["0 1 2 3 5 6 18 24 25 29 30 17 20 21 28 27 24252.311082"]
    invariants.holds(whole, printed)
    with pytest.raises(AssertionError, match="invented"):
        invariants.holds(whole, ["0"])
    assert check(wrong.cells, wrong.forms).status is Status.NEEDS_REVIEW
    with pytest.raises(AssertionError, match="is illegible"):
        invariants.consistent(wrong.cells, wrong.forms)
    with pytest.raises(AssertionError, match="without one of the tables"):
        invariants.consistent(whole.cells[:40], {"t2": "2021"})
    invariants.valid(whole)
