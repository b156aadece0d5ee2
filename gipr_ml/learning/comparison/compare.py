"""The differences between two models on the frozen reports, as one table that JSON can hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gipr_ml.learning.comparison.bootstrap import (
    DRAWS,
    LEVEL,
    Counts,
    count,
    draws_of,
    interval,
)
from gipr_ml.learning.comparison.judging import Judged, Verdicts
from gipr_ml.learning.metrics import Answers, ScoreTable, score

BINS = 10
"""Bins of the reliability curve."""
POINTS = 50
"""Points of the risk-coverage curve."""


def compare(first: Verdicts, second: Verdicts) -> ScoreTable:
    """Everything that differs; "difference" is always second minus first."""
    labels = sorted(set(first.lines.truth))
    counts = count(first.documents, labels), count(second.documents, labels)
    draws = draws_of(len(counts[0].hit))
    documents = list(map(_document, first.documents, second.documents))
    return {
        "first": _model(first),
        "second": _model(second),
        "frozen": {
            "documents": len(first.documents),
            "reports": len({judged.document.report for judged in first.documents}),
            "agencies": len({judged.document.group for judged in first.documents}),
            "lines": len(first.lines.truth),
        },
        "method": {"draws": DRAWS, "level": LEVEL, "drawn": "reports, paired"},
        "figures": _figures(first, second, counts, draws),
        "labels": _labels(first, second, counts, draws),
        "documents": documents,
        "lines": [
            line
            for one, other in zip(first.documents, second.documents, strict=True)
            for line in _lines(one, other)
        ],
    }


def _model(verdicts: Verdicts) -> dict[str, Any]:
    about = verdicts.about
    return {
        "name": verdicts.name,
        "digest": verdicts.digest,
        "scored": "its twin, which has not learnt from the frozen reports"
        if verdicts.twin
        else "the model itself, which has not learnt from the frozen reports",
        "labels": list(about.get("labels", [])),
        "reports": len(about.get("trained_on", [])),
        "data_sha256": about.get("data_sha256"),
        "settings": about.get("settings", {}),
        "seed": about.get("seed"),
        "reliability": reliability(verdicts.lines),
        "risk_coverage": risk_coverage(verdicts.lines),
    }


def _figures(
    first: Verdicts, second: Verdicts, counts: tuple[Counts, Counts], draws: NDArray[np.float64]
) -> list[dict[str, Any]]:
    """Figures of everything together; those of one number for all reports have no interval."""
    one, other = counts
    rows = [
        ("macro_f1", "macro-F1 of lines", one.macro_f1(draws), other.macro_f1(draws)),
        ("accuracy", "accuracy of lines", one.accuracy(draws), other.accuracy(draws)),
        ("cells_right", "share of figures read right", one.figures(draws), other.figures(draws)),
    ]
    found = [
        {"name": name, "words": words, "first": float(a[0]), "second": float(b[0]), **_spread(a, b)}
        for name, words, a, b in rows
        if not np.isnan(a[0])
    ]
    tables = first.table(), second.table()
    for name, words in (
        ("reports_exact", "reports read exactly"),
        ("silent_rate", "share of reports silently wrong"),
        ("calibration_error", "calibration error"),
        ("abstained", "share of lines unresolved"),
    ):
        values = [table[name] for table in tables]
        if None not in values:
            found.append({"name": name, "words": words, "first": values[0], "second": values[1]})
            found[-1]["difference"] = values[1] - values[0]
    return found


def _spread(a: NDArray[np.float64], b: NDArray[np.float64]) -> dict[str, float]:
    spread = interval(a, b)
    return asdict(spread) if spread else {}


def _labels(
    first: Verdicts, second: Verdicts, counts: tuple[Counts, Counts], draws: NDArray[np.float64]
) -> list[dict[str, Any]]:
    own = [score(verdicts.lines)["classes"] for verdicts in (first, second)]
    f1 = [counted.f1(draws) for counted in counts]
    return [
        {
            "label": label,
            "support": own[0][label]["support"],
            "first": own[0][label],
            "second": own[1][label],
            **_spread(f1[0][:, place], f1[1][:, place]),
        }
        for place, label in enumerate(counts[0].labels)
    ]


def _document(one: Judged, other: Judged) -> dict[str, Any]:
    fixed = int((~one.lines.right & other.lines.right).sum())
    broken = int((one.lines.right & ~other.lines.right).sum())
    rank = [(j.whole.exact, j.whole.right) if j.whole else (True, 0) for j in (one, other)]
    change = (rank[1] > rank[0]) - (rank[1] < rank[0]) or (fixed > broken) - (fixed < broken)
    return {
        "document": one.document.name,
        "report": one.document.report,
        "lines": len(one.lines.truth),
        "first": _whole(one),
        "second": _whole(other),
        "fixed": fixed,
        "broken": broken,
        "verdict": ("same", "better", "worse")[change],
    }


def _whole(judged: Judged) -> dict[str, Any]:
    table: dict[str, Any] = {"lines_right": int(judged.lines.right.sum())}
    if judged.whole:
        table |= {
            "cells": judged.whole.cells,
            "cells_right": judged.whole.right,
            "exact": judged.whole.exact,
            "silent": judged.whole.silent,
            "faults": list(judged.whole.faults),
        }
    return table


def _lines(one: Judged, other: Judged) -> Iterator[dict[str, Any]]:
    """Lines that at least one of the models got wrong."""
    for place, line in enumerate(one.document.lines):
        right = bool(one.lines.right[place]), bool(other.lines.right[place])
        if all(right):
            continue
        yield {
            "document": one.document.name,
            "line": line.number,
            "text": line.text,
            "label": one.lines.truth[place],
            "first": one.lines.said[place],
            "first_confidence": round(float(one.lines.sure[place]), 4),
            "second": other.lines.said[place],
            "second_confidence": round(float(other.lines.sure[place]), 4),
            "verdict": "fixed" if right[1] else "broken" if right[0] else "wrong in both",
        }


# ---------------------------------------------------------------- curves


def reliability(answers: Answers) -> list[dict[str, float]]:
    """By equal bins of confidence: mean confidence, share right, and how many lines."""
    place = np.minimum((answers.sure * BINS).astype(int), BINS - 1)
    return [
        {
            "confidence": float(answers.sure[place == i].mean()),
            "right": float(answers.right[place == i].mean()),
            "lines": int((place == i).sum()),
        }
        for i in range(BINS)
        if (place == i).any()
    ]


def risk_coverage(answers: Answers) -> list[dict[str, float]]:
    """Share of wrong labels among the surest lines, by the share of lines that are kept.

    El-Yaniv and Wiener 2010, On the Foundations of Noise-free Selective Classification.
    """
    order = np.argsort(-answers.sure, kind="stable")
    risk = np.cumsum(~answers.right[order]) / np.arange(1, order.size + 1)
    kept = np.unique(np.linspace(1, order.size, min(POINTS, order.size)).astype(int))
    return [{"coverage": int(n) / order.size, "risk": float(risk[n - 1])} for n in kept]


def flat(table: Mapping[str, Any]) -> dict[str, float]:
    """The differences as metrics, by name."""
    return {
        **{f"difference/{row['name']}": row["difference"] for row in table["figures"]},
        **{
            f"difference/f1_{row['label']}": row["difference"]
            for row in table["labels"]
            if "difference" in row
        },
        "documents_better": sum(d["verdict"] == "better" for d in table["documents"]),
        "documents_worse": sum(d["verdict"] == "worse" for d in table["documents"]),
    }
