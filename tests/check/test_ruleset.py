"""The rules themselves: sound as shipped, added to and switched off by a user's file."""

from __future__ import annotations

from pathlib import Path

import pytest
from check_tables import FORM, cells, consistent

from gipr_ml.checking import check
from gipr_ml.checking.ruleset import examine
from gipr_ml.errors import FormsError
from gipr_ml.forms import load_forms, with_rules

RULE = """
[[rule]]
id = "my.{name}"
table = "t4"
each = "row"
total = "total"
terms = {{ {terms}, total = -1 }}
severity = "warning"
zh = "“{{row}}”"
en = "{{row}}"
source = "test"
"""
PARTS = "upheld = 1, corrected = 1, other = 1, pending = 1"


def user_rules(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_rules_are_sound() -> None:
    rulings = {(r.table, r.form): r for r in examine(load_forms())}
    assert [fault for ruling in rulings.values() for fault in ruling.faults] == []
    assert (rulings["t3", "2021"].identities, rulings["t3", "2021"].independent) == (39, 37)
    assert (rulings["t3", "2019"].identities, rulings["t3", "2019"].independent) == (37, 35)
    assert (rulings["t4", "2021"].identities, rulings["t4", "2021"].independent) == (3, 3)


def test_a_rule_that_says_nothing_new_is_told(tmp_path: Path) -> None:
    path = user_rules(tmp_path, RULE.format(name="again", terms=PARTS))
    faults = [f for r in examine(with_rules(load_forms(), path)) for f in r.faults]
    assert (
        "t4 of 2021: my.again[reconsideration] follows from the other rules and is not marked "
        "as implied" in faults
    )
    assert len(faults) == 6


def test_rules_that_cannot_all_hold_are_told(tmp_path: Path) -> None:
    path = user_rules(tmp_path, RULE.format(name="half", terms="upheld = 2, corrected = 2"))
    path.write_text(
        path.read_text("utf-8") + RULE.format(name="all", terms="upheld = 1"), encoding="utf-8"
    )
    faults = [f for r in examine(with_rules(load_forms(), path)) for f in r.faults]
    assert faults == [
        f"t4 of {form}: the rules contradict one another: no report with a number in every cell "
        "fits them"
        for form in ("2019", "2021")
    ]


def test_a_rule_that_is_switched_off_finds_nothing(tmp_path: Path) -> None:
    wrong = consistent(1)
    wrong["t4/reconsideration/total"] += 1
    path = user_rules(tmp_path, 'off = ["t4.row_total"]\n')
    assert check(cells(wrong), FORM).findings != ()
    assert check(cells(wrong), FORM, rules=with_rules(load_forms(), path)).findings == ()


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = 'off = ["t9.no"]\n' + RULE.format(name="x", terms="given = 1").replace(
        "my.x", "t4.row_total"
    )
    with pytest.raises(FormsError) as error:
        with_rules(load_forms(), user_rules(tmp_path, text))
    for part in ("'t9.no'", "'t4.row_total' is there already", "'given' is in no t4"):
        assert part in str(error.value)
