"""Dataclasses of which a report makes hundreds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # By this name mypy sees a frozen dataclass, and refuses every assignment to its fields.
    from dataclasses import dataclass as quick_dataclass
else:

    def quick_dataclass(*, frozen, slots):
        """A dataclass that is `frozen` for the type checker alone; equal and hashed by its fields.

        Making a dataclass that Python itself keeps frozen takes three times as long.
        """
        assert frozen
        return dataclass(slots=slots, unsafe_hash=True)


__all__ = ["quick_dataclass"]
