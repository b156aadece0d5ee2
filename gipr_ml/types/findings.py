"""What the rules say of the figures, and what people decide of that."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from gipr_ml.types.quick import quick_dataclass

Cause = Literal["misreading", "source", "unclear"]
"""What the evidence blames for a contradiction: the reading, what the document itself prints, or
neither for sure."""

Verdict = Literal["confirmed", "dismissed", "noted"]
"""confirmed: it is right, something must be done; dismissed: it is no error, or printed so in the
source; noted: a remark that decides nothing."""


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Place in the order above: 0 for the gravest."""
        return tuple(Severity).index(self)


class Outcome(StrEnum):
    """What became of a rule."""

    PASS = "pass"
    FAIL = "fail"
    NOT_CHECKABLE = "not_checkable"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person has decided of a finding."""

    finding: str
    """Fingerprint of the finding that was decided."""
    verdict: Verdict
    who: str = ""
    when: str = ""
    """Date, or date and time, in ISO 8601."""
    why: str = ""
    about: str = ""
    """What the finding said, for whoever reads the decision alone."""


@quick_dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of the figures; `difference` is reported minus computed."""

    rule: str
    severity: Severity
    outcome: Outcome
    cells: tuple[str, ...]
    message: str
    reported: Decimal | None = None
    computed: Decimal | None = None
    difference: Decimal | None = None
    cause: Cause | None = None
    """What the evidence blames, where a contradiction was looked into."""
    review: bool = False
    """Whether the report needs a person because of it."""
    fingerprint: str = ""
    """Of rule, cells and figures, so that a decision on it can be found again; see
    `checking.decisions`."""
    decision: Decision | None = None
    """What a person has decided; it is stale where the figures have changed since."""

    @property
    def decided(self) -> str:
        """The verdict of a person on these figures; "stale" for one on other figures, else ""."""
        if self.decision is None:
            return ""
        return self.decision.verdict if self.decision.finding == self.fingerprint else "stale"


@quick_dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule held, failed, and could not be checked."""

    rule: str
    passed: int = 0
    failed: int = 0
    not_checkable: int = 0
