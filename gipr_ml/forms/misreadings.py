"""Which misreadings of a number are likely: the figures of misreadings.toml, validated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import Field

from gipr_ml.errors import FormsError
from gipr_ml.forms.files import FOLDER, Strict, read_file

FILE = "misreadings.toml"


class Weights(Strict):
    """What each way of misreading weighs; the smaller, the likelier."""

    confused: float = Field(gt=0)
    lost_digit: float = Field(gt=0)
    doubled_digit: float = Field(gt=0)
    added_digit: float = Field(gt=0)
    other_digit: float = Field(gt=0)
    from_nothing: float = Field(gt=0)
    other: float = Field(gt=0)
    moved: float = Field(gt=0)


class MisreadingsFile(Strict):
    """The file."""

    confused: tuple[str, ...] = Field(min_length=1)
    weights: Weights


@dataclass(frozen=True)
class Misreadings:
    """How likely one number is read as another."""

    confused: frozenset[tuple[str, str]]
    weights: Weights

    def weight(self, true: int, read: str) -> float:
        """What it weighs that `true` was read as `read` ("" where nothing was read)."""
        printed, weights = str(true), self.weights
        if not read or not read.isdigit():
            return weights.from_nothing
        if len(printed) == len(read):
            differing = [(a, b) for a, b in zip(printed, read, strict=True) if a != b]
            if len(differing) > 1:
                return weights.other
            likely = bool(differing) and differing[0] in self.confused
            return weights.confused if likely else weights.other_digit
        if len(printed) == len(read) + 1 and _without_one(printed, read):
            return weights.lost_digit
        if len(printed) + 1 == len(read) and _without_one(read, printed):
            doubled = any(
                read[:i] + read[i + 1 :] == printed and read[i] in read[max(0, i - 1) : i]
                for i in range(len(read))
            )
            return weights.doubled_digit if doubled else weights.added_digit
        return weights.other

    def is_likely(self, true: int, read: str) -> bool:
        """Whether it is one of the common misreadings of a single digit."""
        return self.weight(true, read) <= self.weights.added_digit


def _without_one(longer: str, shorter: str) -> bool:
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


@cache
def load_misreadings(folder: Path = FOLDER) -> Misreadings:
    """The misreadings. Raises `FormsError` with every fault of the file, one a line."""
    file = read_file(folder / FILE, MisreadingsFile)
    faults = [
        f"{FILE}: confused: {pair!r} is no pair of digits"
        for pair in file.confused
        if len(pair) != 2 or not pair.isdigit()
    ]
    if faults:
        raise FormsError("\n".join(faults))
    pairs = {(p[i], p[1 - i]) for p in file.confused for i in (0, 1)}
    return Misreadings(frozenset(pairs), file.weights)
