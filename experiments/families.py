"""Kinds of models side by side, each trained and tested on the same reviewed reports.

    pip install -e '.[experiments]'
    python experiments/families.py [--save] [--seeds 1] [--only crf keywords]

blend      what the program uses: regression on n-grams, then randomised trees over a window
spacy      spaCy's text classifier (convolutions and bag of words) over jieba's words, a line each
crf        linear chain over n-grams, jieba's words and coarse layout (CRFsuite, L-BFGS)
rapidfuzz  the label of the most similar line of the training reports
keywords   the words of the official forms and a few patterns; learns nothing
blend+, crf+, spacy+: these learn from the generated reports too, as the program does
"""

from __future__ import annotations

import argparse
import logging
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import jieba
import numpy as np
from protocol import (
    Answered,
    Fit,
    Predict,
    Probabilities,
    Spent,
    blend,
    difference,
    finish,
    held_out,
    labels_of,
    leave_one_out,
    reviewed,
    scores,
    table,
    words,
)
from rapidfuzz import fuzz, process

from gipr_ml.forms import load_forms
from gipr_ml.learning.fitting import Settings
from gipr_ml.learning.labels import LabelledDocument
from gipr_ml.learning.training import with_generated
from gipr_ml.lines.cells import BLANK, NUMBER, SIGN, TEXT, cell_kind
from gipr_ml.lines.text import masked
from gipr_ml.types import Line

EPOCHS = 8
KINDS = ("blank", "number", "noted", "sign", "mark", "text")


def shown(line: Line) -> str:
    """The text of a line as all families see it."""
    return masked([cell.text for cell in line.cells])[1:-1]


# ---------------------------------------------------------------- spaCy


def spacy_text(documents: Sequence[LabelledDocument], labels: Sequence[str], seed: int) -> Predict:
    """spaCy's default text classifier, small, a line at a time."""
    import spacy
    from spacy.training import Example

    spacy.util.fix_random_seed(seed)
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
    nlp.add_pipe("textcat")
    examples = [
        Example.from_dict(
            nlp.make_doc(shown(line)), {"cats": {name: float(name == label) for name in labels}}
        )
        for document in documents
        for line, label in zip(document.lines, document.labels, strict=True)
    ]
    optimizer = nlp.initialize(lambda: examples)
    rng = random.Random(seed)
    for _ in range(EPOCHS):
        rng.shuffle(examples)
        for batch in spacy.util.minibatch(examples, 64):
            nlp.update(batch, sgd=optimizer, drop=0.2)

    def predict(lines: Sequence[Line]) -> Probabilities:
        docs = nlp.pipe([shown(line) for line in lines], batch_size=64)
        return np.array([[doc.cats[label] for label in labels] for doc in docs])

    return predict


# ---------------------------------------------------------------- CRF


def crf(documents: Sequence[LabelledDocument], labels: Sequence[str], seed: int) -> Predict:
    """A linear-chain conditional random field; nothing in it is random."""
    del seed
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    for document in documents:
        trainer.append(list(features(document.lines)), document.labels)
    trainer.set_params({"c1": 0.05, "c2": 0.05, "max_iterations": 80})
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "crf")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)

    def predict(lines: Sequence[Line]) -> Probabilities:
        tagger.set(list(features(lines)))
        known = set(tagger.labels())
        return np.array(
            [
                [tagger.marginal(label, i) if label in known else 0.0 for label in labels]
                for i in range(len(lines))
            ]
        )

    return predict


def features(lines: Sequence[Line]) -> Iterator[list[str]]:
    """What the field sees of each line: its text, its layout, its neighbours' layout."""
    shapes = [shape(line) for line in lines]
    for i, line in enumerate(lines):
        text = shown(line)
        grams = {text[j : j + n] for n in (1, 2, 3) for j in range(len(text) - n + 1)}
        around = [
            f"{step:+d} {part}"
            for step in (-2, -1, 1, 2)
            if 0 <= i + step < len(lines)
            for part in shapes[i + step]
        ]
        place = f"place {10 * i // len(lines)}"
        tokens = {f"word {word}" for word in jieba.cut(text)}
        yield [*grams, *tokens, *shapes[i], *around, place, f"start {text[:2]}", f"end {text[-2:]}"]


def shape(line: Line) -> list[str]:
    """Coarse layout of a line."""
    kinds = [cell_kind(cell.text)[0] for cell in line.cells] or [BLANK]
    filled = [kind for kind in kinds if kind != BLANK] or [BLANK]
    numbers = sum(kind == NUMBER for kind in filled)
    return [
        f"cells {min(len(kinds), 9)}",
        f"numbers {min(numbers, 8)}",
        f"all numbers {numbers == len(filled)}",
        f"first {KINDS[filled[0]]}",
        f"last {KINDS[filled[-1]]}",
        f"length {min(len(line.text), 120).bit_length()}",
        f"borders {line.borders}",
    ]


# ---------------------------------------------------------------- nothing learnt


def nearest(documents: Sequence[LabelledDocument], labels: Sequence[str], seed: int) -> Predict:
    """The label of the most similar training line, by `rapidfuzz.fuzz.ratio`."""
    del seed
    known: dict[str, str] = {}
    for document in documents:
        for line, label in zip(document.lines, document.labels, strict=True):
            known.setdefault(shown(line), label)
    texts, answers = list(known), [labels.index(label) for label in known.values()]

    def predict(lines: Sequence[Line]) -> Probabilities:
        close = process.cdist([shown(line) for line in lines], texts, scorer=fuzz.ratio, workers=1)
        best = close.argmax(1)
        found = np.zeros((len(lines), len(labels)))
        found[np.arange(len(lines)), np.array(answers)[best]] = close.max(1) / 100
        return found

    return predict


FURNITURE = re.compile(r"[-—–第]+0{1,3}[-—–页]*$|.*(?:发布时间|来源:|打印|上一篇|浏览|备案号)")
NOTE = re.compile(r"\(?(?:注|备注|说明)[::]")


def keywords(documents: Sequence[LabelledDocument], labels: Sequence[str], seed: int) -> Predict:
    """The first of a few rules that fits."""
    del documents, seed
    forms = load_forms()
    plain = {
        "title": forms.title_words,
        "section": [text for section in forms.sections for text in section.spellings],
        "header": [
            text
            for form in forms.tables.values()
            for text in (
                *form.header_words,
                *(row.article or "" for row in form.rows),
                *(column.label for row in form.rows for column in row.columns),
            )
        ],
        "category": [
            text
            for form in forms.tables.values()
            for row in form.rows
            for text in (*row.spellings, *row.group)
        ],
    }
    known = {
        label: [masked([text])[1:-1] for text in texts if text] for label, texts in plain.items()
    }

    def label(line: Line) -> str:
        text = shown(line)
        kinds = {cell_kind(cell.text)[0] for cell in line.cells} - {BLANK}
        first = next((cell for cell in text.split("|") if cell), "")
        if FURNITURE.match(text):
            return "furniture"
        if kinds <= {NUMBER, SIGN} and kinds:
            return "value"
        if NOTE.match(text):
            return "note"
        for name in ("category", "header"):
            if any(word == first or (len(word) > 3 and word in first) for word in known[name]):
                return name
        if len(text) < 40 and any(word in text for word in known["title"]):
            return "title"
        if len(text) < 30 and any(word in text for word in known["section"]):
            return "section"
        return "category" if NUMBER in kinds and TEXT in kinds else "narrative"

    def predict(lines: Sequence[Line]) -> Probabilities:
        return np.eye(len(labels))[[labels.index(label(line)) for line in lines]]

    return predict


def generated_too(fit: Fit) -> Fit:
    """The same, from the generated reports that the program trains on as well."""

    def fitted(documents: Sequence[LabelledDocument], labels: Sequence[str], seed: int) -> Predict:
        return fit(with_generated(documents, Settings(), seed), labels, seed)

    return fitted


FAMILIES: dict[str, Fit] = {
    "blend+": generated_too(blend),
    "crf+": generated_too(crf),
    "spacy+": generated_too(spacy_text),
    "blend": blend,
    "crf": crf,
    "spacy": spacy_text,
    "rapidfuzz": nearest,
    "keywords": keywords,
}
CERTAIN = ("crf+", "crf", "rapidfuzz", "keywords")
"""Families whose answer does not depend on the seed."""


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--save", action="store_true", help="write families_results.md and .json")
    ask.add_argument("--seeds", type=int, default=1)
    ask.add_argument("--only", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    args = ask.parse_args()
    jieba.setLogLevel(logging.ERROR)
    documents = reviewed()
    labels, folds = labels_of(documents), leave_one_out(documents)
    found = {}
    runs: dict[str, list[list[Answered]]] = {}
    for name in args.only:
        print(name)
        spent = Spent([])
        seeds = range(1 if name in CERTAIN else args.seeds)
        runs[name] = [held_out(FAMILIES[name], documents, folds, seed, spent) for seed in seeds]
        found[name] = scores(runs[name], labels) | spent.summary
    for name, own in found.items():
        best = "blend+" if name.endswith("+") else "blend"
        if name != best and best in runs:
            own["blend_is_better_by"] = difference(runs[best], runs[name], len(labels))
    finish("families", "Kinds of models side by side", found, report(found, labels), args.save)


def report(found: dict, labels: Sequence[str]) -> str:
    """The results as Markdown."""
    rows = [
        (
            name,
            words(own["accuracy"]),
            words(own["macro_f1"]),
            f"{own['calibration_error']:.3f}",
            own["train_seconds"],
            own["microseconds_a_line"],
        )
        for name, own in found.items()
    ]
    head = ("", "accuracy", "macro-F1", "calibration error", "training, s", "labelling, µs a line")
    better = [
        (name, *(words(own["blend_is_better_by"][part], True) for part in ("accuracy", "macro_f1")))
        for name, own in found.items()
        if "blend_is_better_by" in own
    ]
    each = [(name, *(f"{own['f1'][label]:.3f}" for label in labels)) for name, own in found.items()]
    count = next(iter(found.values()))["lines"]
    return "\n".join(
        [
            f"{count} lines of the published reports, each labelled by a model that saw no"
            " report of its agency (see `protocol.py`); 95 % intervals over agencies.\n",
            table(head, rows),
            "\nHow much better the blend is that learns from the same:\n",
            table(("than", "accuracy", "macro-F1"), better),
            "\nF1 by label:\n",
            table(("", *labels), each),
        ]
    )


if __name__ == "__main__":
    main()
