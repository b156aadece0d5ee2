"""A model trained in a moment on a few invented tables."""

from __future__ import annotations

import numpy as np
import pytest

from gipr_ml.learning.fitting import Settings, fit_model
from gipr_ml.learning.labels import LabelledDocument, document_of
from gipr_ml.learning.preparation import prepare
from gipr_ml.lines import LineModel

TINY = Settings(bits=10, trees=12, least=2, folds=3, synthetic=0)


def invented(count: int) -> list[LabelledDocument]:
    """Documents of a title, a header, three rows and a note, with their cells labelled."""
    documents = []
    for n in range(count):
        rows = [
            (["渡口统计表"], "title", [""]),
            (["项目", "上午", "下午"], "header", ["header"] * 3),
            *(
                ([name, str(n + i), str(n * i)], "category", ["category", "value", "value"])
                for i, name in enumerate(("行人", "马车", "货船"))
            ),
            (["备注：晴天无风，渡口照常开放。"], "note", [""]),
        ]
        documents.append(
            document_of(
                f"d{n}",
                [
                    {"line": i, "cells": cells, "label": label, "cell_labels": own}
                    for i, (cells, label, own) in enumerate(rows)
                ],
                group=f"d{n}",
            )
        )
    return documents


def trained(documents: list[LabelledDocument], seed: int = 0) -> LineModel:
    data = prepare(documents, TINY.bits, TINY.weights)
    return fit_model(data, np.ones(len(documents), bool), TINY, seed).model


@pytest.fixture(scope="session")
def documents() -> list[LabelledDocument]:
    return invented(9)


@pytest.fixture(scope="session")
def model(documents: list[LabelledDocument]) -> LineModel:
    return trained(documents)
