"""A comparison as one web page that opens without a network, with its plots inside."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from gipr_ml.export.text import printable

if TYPE_CHECKING:
    from gipr_ml.learning.metrics import ScoreTable

_HERE = Path(__file__).parent
LEFT, RIGHT, TOP, BOTTOM = 62, 340, 20, 250
"""Where the axes of a curve stand in its picture."""
FOREST_LEFT, FOREST_RIGHT, ROW = 170, 630, 26


def files_of(table: ScoreTable) -> dict[str, bytes]:
    """What `compare` found as files, by name: the table itself and its page."""
    text = json.dumps(table, ensure_ascii=False, indent=1) + "\n"
    return {
        "comparison.json": text.encode("utf-8", "backslashreplace"),
        "comparison.html": page(table),
    }


def policy() -> str:
    """What the page may do, as a content security policy: show its own style, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'"


def _style() -> str:
    return (_HERE / "page.css").read_text("utf-8")


def page(table: ScoreTable) -> bytes:
    """The page of what `compare` found. All of it is escaped; the page may load and run nothing."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    own = table["first"]["settings"], table["second"]["settings"]
    text = environment.from_string((_HERE / "page.html.j2").read_text("utf-8")).render(
        table=table,
        style=Markup(_style()),
        policy=policy(),
        changed=[
            (name, own[0].get(name, "–"), own[1].get(name, "–"))
            for name in sorted({*own[0], *own[1]})
            if own[0].get(name) != own[1].get(name)
        ],
        forest=_forest(table["labels"]),
        reliability=_reliability(table),
        risk=_risk(table),
    )
    return printable(text).encode("utf-8", "replace")


def _forest(labels: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Differences by label, each a dot on its interval."""
    rows = [row for row in labels if "difference" in row]
    widest = max(
        (abs(row[end]) for row in rows for end in ("low", "high", "difference")), default=0
    )
    reach = next(r for r in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if r >= min(widest, 1.0))

    def at(value: float) -> float:
        share = (max(-reach, min(reach, value)) + reach) / (2 * reach)
        return round(FOREST_LEFT + share * (FOREST_RIGHT - FOREST_LEFT), 1)

    return {
        "height": 60 + ROW * len(rows),
        "ticks": [
            {"at": at(step * reach / 2), "words": f"{step * reach / 2:+g}", "zero": step == 0}
            for step in range(-2, 3)
        ],
        "rows": [
            {
                "label": row["label"],
                "support": row["support"],
                "y": 22 + ROW * place,
                "low": at(row["low"]),
                "high": at(row["high"]),
                "at": at(row["difference"]),
                "kind": "up" if row["low"] > 0 else "down" if row["high"] < 0 else "same",
                "words": f"{row['difference']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f})",
            }
            for place, row in enumerate(rows)
        ],
    }


def _reliability(table: ScoreTable) -> dict[str, Any]:
    curves: list[dict[str, Any]] = [
        {"kind": "even", "points": _points([(0, 0), (1, 1)], 1), "dots": []}
    ]
    for kind in ("first", "second"):
        bins = table[kind]["reliability"]
        places = [(row["confidence"], row["right"]) for row in bins]
        dots = [
            {
                **_spot(place, 1),
                "radius": round(2 + 5 * math.sqrt(row["lines"] / table["frozen"]["lines"]), 1),
                "words": f"{row['lines']} lines, {row['right']:.3f} right",
            }
            for place, row in zip(places, bins, strict=True)
        ]
        curves.append({"kind": kind, "points": _points(places, 1), "dots": dots})
    return _frame("Reliability", curves, 1)


def _risk(table: ScoreTable) -> dict[str, Any]:
    both = [table[kind]["risk_coverage"] for kind in ("first", "second")]
    worst = max(row["risk"] for rows in both for row in rows)
    top = next(t for t in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if t >= worst)
    curves = [
        {
            "kind": kind,
            "points": _points([(row["coverage"], row["risk"]) for row in rows], top),
            "dots": [],
        }
        for kind, rows in zip(("first", "second"), both, strict=True)
    ]
    return _frame("Risk and coverage", curves, top)


def _frame(title: str, curves: Sequence[dict[str, Any]], top: float) -> dict[str, Any]:
    steps = [step / 4 for step in range(5)]
    return {
        "title": title,
        "curves": curves,
        "x_ticks": [{"at": _spot((step, 0), 1)["x"], "words": f"{step:g}"} for step in steps],
        "y_ticks": [
            {"at": _spot((0, step * top), top)["y"], "words": f"{step * top:g}"} for step in steps
        ],
    }


def _spot(place: tuple[float, float], top: float) -> dict[str, Any]:
    x, y = place
    return {
        "x": round(LEFT + x * (RIGHT - LEFT), 1),
        "y": round(BOTTOM - y / top * (BOTTOM - TOP), 1),
    }


def _points(places: Sequence[tuple[float, float]], top: float) -> str:
    spots = [_spot(place, top) for place in places]
    return " ".join(f"{spot['x']},{spot['y']}" for spot in spots)
