"""Train the category voter on official labels and what damage makes of them.

Every class is shown its label with and without item mark and group, cut at both ends as wrapping
does, with characters lost, changed and added at 0 to 35 %. "junk" is everything else that stands
in a report: headers, titles, group labels, prose.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from gipr_ml.forms import Forms, load_forms
from gipr_ml.match import JUNK, CategoryVoter, categories_of, normalise
from gipr_ml.match.ngrams import matrix

VARIANTS = 60
"""Damaged copies of every spelling."""
SHORT = 4
"""Labels up to this length are never cut: 规章, 其他 and 总计 would become nothing."""


def train_categories(out: Path, seed: int = 0, prose: Sequence[str] = ()) -> CategoryVoter:
    """Train the voter and write it to the folder `out`.

    `prose` are further texts that are no labels, such as the narrative lines of the training data.
    """
    voter = _fitted(seed, tuple(prose))
    voter.save(out, {"seed": seed, "made_with": {"scikit-learn": version("scikit-learn")}})
    return voter


@cache
def _fitted(seed: int, prose: tuple[str, ...]) -> CategoryVoter:
    """It depends on nothing but the forms, so it is fitted once a process."""
    from sklearn.linear_model import LogisticRegression

    rng = random.Random(seed)
    forms = load_forms()
    examples = [*_labels(forms, rng), *_junk(forms, prose, rng)]
    texts = [normalise(text) for text, _ in examples]
    labels = [label for _, label in examples]
    model = LogisticRegression(C=30.0, max_iter=300, class_weight="balanced")
    model.fit(matrix(texts), labels)
    return CategoryVoter(
        tuple(str(label) for label in model.classes_),
        np.asarray(model.coef_, dtype=np.float64),
        np.asarray(model.intercept_, dtype=np.float64),
    )


def _labels(forms: Forms, rng: random.Random) -> Iterator[tuple[str, str]]:
    alphabet = _alphabet(forms)
    for key, spellings in categories_of(forms).spellings.items():
        copies = max(8, VARIANTS * 6 // len(spellings))
        for spelling in spellings:
            yield spelling, key
            for _ in range(copies):
                yield (
                    damaged(_cut(spelling, rng), rng, rng.choice((0.0, 0.1, 0.2, 0.35)), alphabet),
                    key,
                )


def _junk(forms: Forms, prose: Sequence[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    alphabet = _alphabet(forms)
    fixed = [*forms.title_words]
    for section in forms.sections:
        fixed += section.spellings
    for table in forms.tables.values():
        fixed += [table.title, *table.header_words, table.note or ""]
        fixed += [row.article or "" for row in table.rows]
        for row in table.rows:
            fixed += [*row.group, *(column.label for column in row.columns)]
    # 其他 and 总计 are rows as well as columns: what they mean is told by their place.
    labels = {s for spellings in categories_of(forms).spellings.values() for s in spellings}
    for text in dict.fromkeys(normalise(text) for text in fixed):
        if text and text not in labels:
            for _ in range(12):
                yield damaged(text, rng, rng.choice((0.0, 0.1, 0.3)), alphabet), JUNK
    for _ in range(600):
        yield "".join(rng.choice(alphabet) for _ in range(rng.randint(1, 25))), JUNK
    for text in prose:
        start = rng.randrange(max(1, len(text) - 12))
        yield text[start : start + rng.randint(4, 40)], JUNK


def _alphabet(forms: Forms) -> list[str]:
    texts = [row.full_label for table in forms.tables.values() for row in table.rows]
    return sorted(
        set("".join(texts)) | set("的和是在了年月日中不为有人一个我市县区局政务服务工作信息公开")
    )


def _cut(text: str, rng: random.Random) -> str:
    """Half of the time as it is, else a beginning or an end of it, as wrapping leaves them."""
    if len(text) <= SHORT + 2 or rng.random() < 0.5:
        return text
    keep = rng.randint(max(SHORT, len(text) // 2), len(text))
    return text[:keep] if rng.random() < 0.5 else text[-keep:]


def damaged(text: str, rng: random.Random, share: float, alphabet: Sequence[str]) -> str:
    """The text with about `share` of its characters lost, changed or doubled by another."""
    out = []
    for character in text:
        if rng.random() >= share:
            out.append(character)
            continue
        kind = rng.random()
        if kind < 0.6:
            out.append(rng.choice(alphabet))
        elif kind < 0.8:
            out += [character, rng.choice(alphabet)]
    return "".join(out) or text
