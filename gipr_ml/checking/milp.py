"""Beyond a handful of cells: the fewest changes by mixed integer programming (HiGHS).

One 0-1 variable a cell says whether it changes; its difference is continuous and at most the
largest number of the table away. HiGHS stops at a number of nodes, never at a time.
"""

from __future__ import annotations

from typing import Any

from gipr_ml.checking.search import Changes, solve_changes
from gipr_ml.checking.system import System

NODES = 1
"""Nodes that HiGHS may branch into; where that does not settle it, nothing is said."""


def fewest_changes(system: System, at_least: int, at_most: int) -> Changes | None:
    """One smallest set of cells whose change mends all checks; None where none was found.

    Sets of fewer than `at_least` cells are known not to do, and sets of more than `at_most` say
    nothing any more.
    """
    chosen = _Model(system).solve(at_least, at_most)
    return solve_changes(system, chosen) if chosen else None


class _Model:
    """The matrices of one system: first all differences, then all 0-1 variables."""

    def __init__(self, system: System) -> None:
        import numpy as np
        from scipy.sparse import coo_array

        self._cells = list(system.columns)
        count = len(self._cells)
        places = [
            (i, at, n) for at, cell in enumerate(self._cells) for i, n in system.columns[cell]
        ]
        rows, columns, entries = zip(*places, strict=True)
        shape = (len(system.checks), 2 * count)
        self._checks: Any = coo_array((entries, (rows, columns)), shape=shape).tocsr()
        self._wanted: Any = np.array([-check.residual for check in system.checks], dtype=float)
        values = np.array([system.values[cell] for cell in self._cells], dtype=float)
        self._reach = 2.0 * max(float(values.max()), float(np.abs(self._wanted).max()), 1.0)
        self._values: Any = values

    def solve(self, at_least: int, at_most: int) -> list[str]:
        """The cells of one smallest set; empty where there is none or the limit was reached."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import eye_array, hstack

        count = len(self._cells)
        flags = np.concatenate([np.zeros(count), np.ones(count)])
        one = eye_array(count)
        down = np.minimum(self._values, self._reach)
        constraints = [
            LinearConstraint(self._checks, self._wanted, self._wanted),
            LinearConstraint(hstack([one, -self._reach * one]), -np.inf, 0.0),
            LinearConstraint(hstack([one, eye_array(count) * down]), 0.0, np.inf),
            LinearConstraint(flags.reshape(1, -1), float(at_least), float(at_most)),
        ]
        lower = np.concatenate([-down, np.zeros(count)])
        upper = np.concatenate([np.full(count, self._reach), np.ones(count)])
        integral = np.concatenate([np.zeros(count), np.ones(count)])
        result = milp(
            flags,
            integrality=integral,
            bounds=Bounds(lower, upper),
            constraints=constraints,
            options={"node_limit": NODES},
        )
        if result.status != 0 or result.x is None:
            return []
        return [cell for cell, x in zip(self._cells, result.x[:count], strict=True) if abs(x) > 0.5]
