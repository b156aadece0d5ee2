"""What each part of the line model brings: without it, and by itself.

    python experiments/ablation.py [--save] [--seeds 2]

layout      cells, kinds of cells and of characters, item marks, likeness, place in the document
arithmetic  whether rows and columns add up (gipr_ml/lines/arithmetic.py)
characters  the regression on character n-grams
words       the same regression on jieba's words instead; the program does not use it
window      the neighbours of a line
cascade     the trees see what the regression says; without it the two are averaged

The trees and the regression are those of the program, fitted on the same folds. Only what they see
is changed, so nothing is calibrated here.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jieba
import numpy as np
from protocol import (
    SETTINGS,
    Answered,
    answered,
    difference,
    finish,
    labels_of,
    leave_one_out,
    reviewed,
    scores,
    table,
    words,
)
from scipy import sparse
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from gipr_ml.learning.fitting import _text_stage, text_probabilities
from gipr_ml.learning.preparation import Flags, Floats, Prepared, prepare
from gipr_ml.lines.arithmetic import column_sums, row_sums
from gipr_ml.lines.features import TEXT_WINDOW, WINDOW, _value_table, windowed
from gipr_ml.lines.text import masked

FOLDS = 3


@dataclass(frozen=True)
class Variant:
    """What the trees see."""

    name: str
    layout: bool = True
    arithmetic: bool = True
    text: str = "characters"
    """characters, words, both, or nothing."""
    window: bool = True
    cascade: bool = True
    trees: bool = True


VARIANTS = (
    Variant("the model"),
    Variant("without characters", text=""),
    Variant("without layout", layout=False),
    Variant("without arithmetic", arithmetic=False),
    Variant("without the window", window=False),
    Variant("without the cascade", cascade=False),
    Variant("words instead of characters", text="words"),
    Variant("characters and words", text="both"),
    Variant("characters alone", trees=False),
    Variant("words alone", text="words", trees=False),
    Variant("layout alone", arithmetic=False, text="", window=False),
    Variant("arithmetic alone", layout=False, text="", window=False),
    Variant("layout and its window", arithmetic=False, text=""),
)


def with_words(data: Prepared) -> Prepared:
    """The same lines with counts of jieba's words where the counts of n-grams were."""
    texts: dict[int, str] = {}
    lines = [line for document in data.documents for line in document.lines]
    for row, line in zip(data.text, lines, strict=True):
        texts.setdefault(int(row), masked([cell.text for cell in line.cells]))
    tokens = [jieba.lcut(texts[row]) for row in range(len(texts))]
    counts = CountVectorizer(analyzer=lambda row: row).fit_transform(tokens)
    return replace(data, ngrams=sparse.csr_matrix(normalize(counts.astype(float))))


def said_by_text(data: Prepared, train: Flags, seed: int) -> Floats:
    """What the regression says; of lines it was trained on, what one says that was not."""
    found = text_probabilities(data, _text_stage(data, train, SETTINGS))
    for fold in data.folds(train, FOLDS, seed):
        lines = data.lines_of(fold)
        found[lines] = text_probabilities(data, _text_stage(data, train & ~fold, SETTINGS))[lines]
    return found


def rows_of(
    data: Prepared, variant: Variant, summed: Sequence[int], text: Mapping[str, Floats]
) -> Floats:
    """What the trees see of every line."""
    adds = np.isin(np.arange(data.layout.shape[1]), summed)
    columns = (adds & variant.arithmetic) | (~adds & variant.layout)
    parts = []
    if columns.any():
        parts.append((data.layout[:, columns], WINDOW))
    chosen = ("characters", "words") if variant.text == "both" else (variant.text,)
    if variant.cascade:
        parts += [(text[name], TEXT_WINDOW) for name in chosen if name]
    whole = []
    for features, reach in parts:
        each = [features[data.owner == i] for i in range(len(data.documents))]
        whole.append(np.concatenate([windowed(e, reach if variant.window else 0) for e in each]))
    return np.concatenate(whole, axis=1)


def probabilities(
    data: Prepared, variant: Variant, train: Flags, rows: Floats, text: Floats, seed: int
) -> Floats:
    """Of every line, of shape (lines, labels)."""
    if not variant.trees:
        return text
    lines = data.lines_of(train)
    model = ExtraTreesClassifier(
        SETTINGS.trees,
        min_samples_leaf=SETTINGS.least,
        max_features=SETTINGS.share,
        random_state=seed,
    )
    model.fit(rows[lines], data.targets[lines])
    found = np.zeros((len(rows), len(data.labels)), np.float32)
    found[:, model.classes_] = model.predict_proba(rows)
    return found if variant.cascade else (found + text) / 2


def summed_columns(data: Prepared) -> list[int]:
    """Which layout features are arithmetic: those that are the same as computed by themselves."""
    own = np.concatenate(
        [np.hstack([row_sums(t), column_sums(t)]) for t in map(_value_table, data.grids)]
    ).astype(np.float32)
    width = own.shape[1]
    starts = range(data.layout.shape[1] - width + 1)
    start = next(i for i in starts if np.array_equal(data.layout[:, i : i + width], own))
    return list(range(start, start + width))


def run(documents: Any, seed: int) -> dict[str, list[Answered]]:
    """Answers of every variant on every published report, each held out."""
    data = prepare(documents, SETTINGS.bits, SETTINGS.weights)
    worded, summed = with_words(data), summed_columns(data)
    answers: dict[str, list[Answered]] = {variant.name: [] for variant in VARIANTS}
    for name, out in leave_one_out(documents).items():
        train = np.array([document.name not in out for document in data.documents])
        text = {
            "characters": said_by_text(data, train, seed),
            "words": said_by_text(worded, train, seed),
        }
        for variant in VARIANTS:
            own = text.get(variant.text, text["characters"])
            rows = rows_of(data, variant, summed, text) if variant.trees else own
            found = probabilities(data, variant, train, rows, own, seed)
            for i in np.flatnonzero(~train & data.real):
                lines = found[data.owner == i].astype(float)
                answers[variant.name].append(answered(data.documents[i], lines, data.labels))
        print(f"  seed {seed}: without {name}", flush=True)
    return answers


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--save", action="store_true", help="write ablation_results.md and .json")
    ask.add_argument("--seeds", type=int, default=2)
    args = ask.parse_args()
    jieba.setLogLevel(logging.ERROR)
    threadpool_limits(1)
    documents = reviewed()
    labels = labels_of(documents)
    by_seed = [run(documents, seed) for seed in range(args.seeds)]
    runs = {variant.name: [own[variant.name] for own in by_seed] for variant in VARIANTS}
    whole = VARIANTS[0].name
    found = {
        name: scores(own, labels) | {"against_model": difference(own, runs[whole], len(labels))}
        for name, own in runs.items()
    }
    rows = [
        (
            name,
            words(own["accuracy"]),
            words(own["macro_f1"]),
            words(own["against_model"]["accuracy"], True) if name != whole else "",
            words(own["against_model"]["macro_f1"], True) if name != whole else "",
        )
        for name, own in found.items()
    ]
    head = (
        "",
        "accuracy",
        "macro-F1",
        "accuracy, against the model",
        "macro-F1, against the model",
    )
    text = (
        "Each published report labelled by a model that saw no report of its agency (see"
        " `protocol.py`); 95 % intervals over agencies. The parts are explained at the top of the"
        " script.\n\n" + table(head, rows)
    )
    finish("ablation", "What each part of the line model brings", found, text, args.save)


if __name__ == "__main__":
    main()
