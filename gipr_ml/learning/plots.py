"""Pictures of how good a model is. matplotlib is loaded when the first one is drawn."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gipr_ml.learning.comparison.compare import reliability, risk_coverage
from gipr_ml.learning.metrics import Answers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei")
"""Fonts for labels in Chinese, in order; the first that is installed is taken."""
INK, SOFT = "#1f4e79", "#b0b7c0"


def pictures(answers: Answers) -> Iterator[tuple[str, bytes]]:
    """Name of everything that is worth a look, and its picture as PNG."""
    from matplotlib import font_manager, rc_context

    known = set(font_manager.get_font_names())
    chinese = [name for name in FONTS if name in known][:1]
    with rc_context({"font.family": ["DejaVu Sans", *chinese]}), warnings.catch_warnings():
        # Without any such font Chinese labels are boxes; that is no reason to stop.
        warnings.simplefilter("ignore", UserWarning)
        for name, figure in (
            ("confusion_matrix", confusion_matrix(answers.truth, answers.said)),
            ("reliability", _reliability(answers)),
            ("risk_coverage", _risk_coverage(answers)),
        ):
            data = io.BytesIO()
            figure.savefig(data, format="png")
            yield name, data.getvalue()


def confusion_matrix(truth: Sequence[str], said: Sequence[str]) -> Figure:
    """Counts of true labels (rows) by what was said (columns); shades are shares of a row."""
    labels = sorted({*truth, *said})
    place = {label: i for i, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), int)
    for one, other in zip(truth, said, strict=True):
        counts[place[one], place[other]] += 1
    figure, axes = _empty(1.6 + 0.62 * len(labels), 1.2 + 0.52 * len(labels))
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), number in np.ndenumerate(counts):
        if number:
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, str(number), ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(len(labels)), labels, rotation=40, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="said", ylabel="true", title="Lines by label")
    return figure


def _reliability(answers: Answers) -> Figure:
    rows = reliability(answers)
    figure, axes = _empty(5.2, 4.4)
    axes.plot([0, 1], [0, 1], color=SOFT, linestyle="--", linewidth=1)
    axes.plot([r["confidence"] for r in rows], [r["right"] for r in rows], color=INK, marker="o")
    for row in rows:
        place = row["confidence"], row["right"]
        axes.annotate(f"{row['lines']}", place, (4, -12), textcoords="offset points", fontsize=8)
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="confidence", ylabel="share right")
    axes.set_title("Reliability (number of lines beside each point)")
    return figure


def _risk_coverage(answers: Answers) -> Figure:
    rows = risk_coverage(answers)
    figure, axes = _empty(5.2, 4.4)
    axes.plot([r["coverage"] for r in rows], [r["risk"] for r in rows], color=INK)
    top = max(0.02, 1.1 * max(r["risk"] for r in rows))
    axes.set(xlim=(0, 1.02), ylim=(0, top), xlabel="share of lines kept, surest first")
    axes.set(ylabel="share of them wrong", title="Risk and coverage")
    return figure


def _empty(width: float, height: float) -> tuple[Figure, Axes]:
    # Without pyplot nothing is global: figures may be drawn in any thread and need no screen.
    from matplotlib.figure import Figure

    figure = Figure((width, height), dpi=110, layout="constrained")
    axes: Any = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
