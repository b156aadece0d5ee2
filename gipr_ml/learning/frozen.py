"""The frozen reports: kept for comparing models, so that no model compared has learnt from them.

A model that is put to work learns from every reviewed report, frozen ones too: there are few, and
each teaches. What it can do is measured on its twin: the same settings, seed and data without the
frozen reports and without any other report of their agencies. The twin is stored beside the model
(`HELDOUT` in its manifest) and does nothing else. So what is compared is what two ways of training
make of unseen agencies, which is what cross-validation estimates as well (Hastie, Tibshirani and
Friedman, The Elements of Statistical Learning, 2nd ed., 7.10 and 7.12); a model that was scored on
reports it had learnt from would be flattered by an unknown amount (7.2).

Reports of one agency look alike from year to year, so they are never on both sides (Roberts et al.
2017, Cross-validation strategies for data with temporal, spatial, hierarchical structure).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gipr_ml.errors import ModelError
from gipr_ml.learning.labels import LabelledDocument

HELDOUT = "heldout"
"""Name of the twin in a model's manifest."""
TRAINED_ON = "trained_on"


@dataclass(frozen=True, slots=True)
class Frozen:
    """The frozen reports of a folder of labelled reports."""

    documents: tuple[LabelledDocument, ...]
    groups: frozenset[str]
    """Agencies that none of the training reports of a twin may be of."""
    digests: frozenset[str]
    """Content of the frozen reports."""

    def touches(self, document: LabelledDocument) -> bool:
        """Whether learning from the document would tell of a frozen one: a copy, or its agency."""
        return document.group in self.groups or document.digest in self.digests


def frozen_of(documents: Iterable[LabelledDocument]) -> Frozen:
    """The frozen ones among the documents."""
    kept = tuple(document for document in documents if document.frozen)
    return Frozen(
        kept,
        frozenset(document.group for document in kept),
        frozenset(document.digest for document in kept),
    )


def sources_of(documents: Sequence[LabelledDocument]) -> list[dict[str, Any]]:
    """What a model's manifest says of the labelled reports that it learnt from.

    `held_out` marks those that its twin did not learn from.
    """
    frozen = frozen_of(documents)
    return [
        {
            "name": document.name,
            "group": document.group,
            "content_sha256": document.digest,
            "held_out": frozen.touches(document),
        }
        for document in documents
        if document.origin != "generated"
    ]


def learnt_from(manifest: Mapping[str, Any], frozen: Frozen, twin: bool) -> list[str]:
    """Names of the training reports by which a model, or its twin, knows frozen ones.

    Raises ModelError if the manifest does not say what the model learnt from.
    """
    sources = manifest.get(TRAINED_ON)
    if not isinstance(sources, list) or not all(isinstance(entry, dict) for entry in sources):
        raise ModelError(
            "The model does not say which reports it learnt from, so it cannot be compared"
            " fairly; train it again with: gipr train"
        )
    return [
        str(entry.get("name"))
        for entry in sources
        if not (twin and entry.get("held_out") is True)
        and (entry.get("group") in frozen.groups or entry.get("content_sha256") in frozen.digests)
    ]
