"""Models that are trained in no time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gipr_ml.learning.fitting import Settings, fit_model
from gipr_ml.learning.frozen import HELDOUT
from gipr_ml.learning.labels import document_of
from gipr_ml.learning.preparation import Prepared, prepare
from gipr_ml.lines import save_model

TINY = Settings(bits=6, trees=2, least=1, folds=2, synthetic=0)
ROWS = [
    {"line": 0, "cells": ["渡口统计表"], "label": "title"},
    {"line": 1, "cells": ["项目", "上午"], "label": "header"},
    {"line": 2, "cells": ["行人", "7"], "label": "data"},
]


def tiny_data() -> Prepared:
    """Four documents of the same rows."""
    return prepare([document_of(f"d{n}", ROWS, f"d{n}") for n in range(4)], TINY.bits, TINY.weights)


def model_folders(made: pytest.TempPathFactory, count: int) -> list[Path]:
    """So many model folders, each with a twin; `seed` in their manifests counts from 0."""
    data = tiny_data()
    folders = []
    for seed in range(count):
        model = fit_model(data, np.ones(4, bool), TINY, seed).model
        folder = made.mktemp("candidate")
        save_model(model, folder, {"seed": seed}, {HELDOUT: model})
        folders.append(folder)
    return folders
