"""The canonical categories and every way their labels are known to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from gipr_ml.forms import FormRow, Forms
from gipr_ml.match.text import LONGEST, normalise, split_mark

JUNK = "junk"
"""Class of texts that are no category label: prose, headers, furniture."""


@dataclass(frozen=True)
class Categories:
    """All rows of all forms, each once, as "table/row", with their spellings."""

    spellings: Mapping[str, tuple[str, ...]]
    """Normalised, with and without item mark and group; the official one first."""

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The categories in the forms' order."""
        return tuple(self.spellings)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {key: place for place, key in enumerate(self.keys)}

    def place(self, key: str) -> int:
        """Where in `keys` a category stands."""
        return self._places[key]

    @cached_property
    def flat(self) -> tuple[tuple[str, int], ...]:
        """Every spelling with the index of its category."""
        return tuple(
            (spelling, index)
            for index, key in enumerate(self.keys)
            for spelling in self.spellings[key]
        )


def categories_of(forms: Forms) -> Categories:
    """The categories of `forms`."""
    spellings: dict[str, dict[str, None]] = {}
    for table in ("t2", "t3", "t4"):
        for form in forms.forms_of(table):
            for row in form.rows:
                known = spellings.setdefault(f"{row.table}/{row.key}", {})
                known.update(dict.fromkeys(_spellings(row)))
    return Categories({key: tuple(known) for key, known in spellings.items()})


def _spellings(row: FormRow) -> list[str]:
    found = []
    for label in row.spellings:
        found += [row.mark + label, label]
    found += [
        "".join(row.group[-depth:]) + row.full_label for depth in range(1, len(row.group) + 1)
    ]
    texts = [normalise(text)[:LONGEST] for text in found]
    # A mark may be read in another shape: "（一）" as "一"; compare the bare label too.
    return [*texts, *(split_mark(text)[1] for text in texts[:1])]
