"""What was read stays; what people do comes on top, and any state can be seen again."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gipr_ml.errors import UsageError
from gipr_ml.export import loads
from gipr_ml.learning.labelling.library import labelled_lines
from gipr_ml.pipeline import check
from gipr_ml.service.changes import (
    DecisionChange,
    Entry,
    HeadingChange,
    LabelChange,
    ReviewChange,
    UndoChange,
    ValueChange,
    active,
)
from gipr_ml.service.labels import reviewed_of
from gipr_ml.service.store import history
from gipr_ml.service.store.history import OutOfDate
from gipr_ml.service.store.reports import Filter
from gipr_ml.types import Status

LOST = "t3/granted/natural_person"
TOTAL = "t4/reconsideration/total"


@pytest.fixture
def stored(context, make_damaged):
    """The id of a report that was read with faults."""
    return put(context, make_damaged())


def put(context, report, data: bytes = b"a report"):
    sent = context.reports.send("a.txt", data, "li", "v1", None)
    with context.database.write() as connection:
        context.history.add_reading(connection, sent.report, check(report), "v1", "gipr-ml")
    return sent.report


def add(context, report, *changes, by="wang", **more):
    with context.database.write() as connection:
        return context.history.add(connection, report, changes, by, **more)


def state(context, report, at=None):
    with context.database.read() as connection:
        return context.history.state(connection, report, at)


def cell(shown, key):
    return next(cell for cell in shown.report.cells if cell.key == key)


def test_a_correction_is_checked_and_the_reading_is_kept(context, stored):
    before = state(context, stored)
    after = add(context, stored, ValueChange(cell=TOTAL, value=Decimal(2)))
    assert cell(after, TOTAL).value == 2
    assert cell(after, TOTAL).confidence == 1.0
    assert cell(after, TOTAL).raw == "20"
    assert "t4.row_total" in {f.rule for f in before.report.findings if f.outcome == "fail"}
    assert "t4.row_total" not in {f.rule for f in after.report.findings if f.outcome == "fail"}
    assert after.read == before.read
    assert state(context, stored, 1).report == before.report
    assert state(context, stored, 2).report == after.report


def test_every_state_of_a_long_history_can_be_seen_again(context, stored):
    shown = [state(context, stored)]
    for value in (1, 2, 3):
        shown.append(add(context, stored, ValueChange(cell=TOTAL, value=Decimal(value))))
    shown.append(add(context, stored, UndoChange(entry=4)))
    shown.append(add(context, stored, UndoChange(entry=5)))
    assert [cell(s, TOTAL).value for s in shown] == [20, 1, 2, 3, 2, 3]
    assert [state(context, stored, n) for n in range(1, 7)] == shown
    with pytest.raises(KeyError):
        state(context, stored, 7)


def test_who_did_what_is_told(context, stored):
    add(context, stored, ValueChange(cell=TOTAL, value=Decimal(2), note="见扫描件"), by="王敏")
    with context.database.read() as connection:
        first, second = context.history.steps(connection, stored)
    assert (first.by, first.kind, first.body["status"]) == ("gipr-ml", "read", "needs_review")
    assert (second.by, second.kind, second.body["cell"]) == ("王敏", "value", TOTAL)
    assert second.body["note"] == "见扫描件"
    assert first.at <= second.at


def test_a_report_whose_faults_were_misreadings_becomes_consistent(context, make_report):
    good = make_report()
    faulty = tuple(
        c.__class__(c.key, Decimal(25), "25", c.state, 0.5) if c.key == "t3/granted/total" else c
        for c in good.cells
    )
    report = put(context, make_report(cells=faulty, status=Status.NEEDS_REVIEW))
    right = next(c.value for c in good.cells if c.key == "t3/granted/total")
    after = add(context, report, ValueChange(cell="t3/granted/total", value=right))
    assert after.report.status is Status.CONSISTENT
    with context.database.read() as connection:
        row = context.reports.get(connection, report)
    assert (row.status, row.errors, row.entry) == ("consistent", 0, 2)


def test_a_doubt_is_settled_by_whoever_looks_or_types(context, stored):
    (doubt,) = [f for f in state(context, stored).open if f.rule == "low_label"]
    (key,) = doubt.cells
    dismissed = DecisionChange(finding=doubt.fingerprint, verdict="dismissed", note="没有错")
    after = add(context, stored, dismissed)
    assert "low_label" not in {f.rule for f in after.open}
    (shown,) = [f for f in after.report.findings if f.rule == "low_label"]
    assert (shown.decided, shown.decision.who, shown.decision.why) == (
        "dismissed",
        "wang",
        "没有错",
    )
    add(context, stored, UndoChange(entry=2))
    typed = add(context, stored, ValueChange(cell=key, value=Decimal(0)))
    assert "low_label" not in {f.rule for f in typed.report.findings}


def test_a_decision_holds_for_the_figures_it_was_made_on(context, stored):
    (wrong,) = [f for f in state(context, stored).open if f.rule == "t4.row_total"]
    printed_so = DecisionChange(finding=wrong.fingerprint, verdict="dismissed")
    assert wrong.fingerprint not in {f.fingerprint for f in add(context, stored, printed_so).open}
    changed = add(context, stored, ValueChange(cell=TOTAL, value=Decimal(3)))
    (other,) = [f for f in changed.open if f.rule == "t4.row_total"]
    assert other.decided == "stale"


def test_changes_that_are_made_together_lead_where_each_by_itself_would(context, make_damaged):
    alone, together = (put(context, make_damaged(), data) for data in (b"a", b"b"))
    changed = add(context, alone, ValueChange(cell=TOTAL, value=Decimal(3)))
    (wrong,) = [f for f in changed.open if f.rule == "t4.row_total"]
    later = [
        ValueChange(cell=LOST, value=Decimal(1)),
        DecisionChange(finding=wrong.fingerprint, verdict="dismissed"),
        UndoChange(entry=3),
        HeadingChange(agency="甲县乙局"),
        ReviewChange(review="done", leave_open=True),
        ReviewChange(review="second_wanted"),
    ]
    for change in later:
        shown = add(context, alone, change)
    changes = [ValueChange(cell=TOTAL, value=Decimal(3)), *later]
    with context.database.read() as connection:
        seen = context.history.preview(connection, together, changes, "wang")
    made = add(context, together, *changes)
    for one in (made, seen):  # decisions say when they were made
        assert one.report.cells == shown.report.cells
        assert [(f.fingerprint, f.message, f.decided) for f in one.report.findings] == [
            (f.fingerprint, f.message, f.decided) for f in shown.report.findings
        ]
        assert (one.entry, one.review, one.report.agency) == (8, "second_wanted", "甲县乙局")
    assert (shown.entry, shown.review) == (8, "second_wanted")


def test_a_history_has_an_end(context, stored, monkeypatch):
    monkeypatch.setattr(history, "MOST_ENTRIES", 3)
    change = ValueChange(cell=TOTAL, value=Decimal(2))
    with pytest.raises(UsageError, match="a report takes 3 changes, and this one has 1"):
        add(context, stored, change, change, change)
    add(context, stored, change, change)
    with pytest.raises(UsageError, match="and this one has 3"):
        add(context, stored, change)
    assert state(context, stored).entry == 3


def test_changes_are_made_together_or_not_at_all(context, stored):
    with pytest.raises(UsageError, match="the report has no line 99"):
        add(
            context,
            stored,
            ValueChange(cell=TOTAL, value=Decimal(2)),
            LabelChange(line=99, label="value"),
        )
    assert state(context, stored).entry == 1


def test_what_is_sent_twice_is_entered_once(context, stored):
    change = ValueChange(cell=TOTAL, value=Decimal(2))
    first = add(context, stored, change, key="abcdefgh")
    again = add(context, stored, change, key="abcdefgh")
    assert (first.entry, again.entry) == (2, 2)


def test_whoever_has_not_seen_the_last_entry_is_told(context, stored):
    add(context, stored, ValueChange(cell=TOTAL, value=Decimal(2)), after=1)
    with pytest.raises(OutOfDate) as late:
        add(context, stored, ValueChange(cell=TOTAL, value=Decimal(3)), after=1)
    assert late.value.last == 2


def test_corrections_outlive_another_reading_and_a_review_does_not(context, stored, make_damaged):
    add(context, stored, ValueChange(cell=TOTAL, value=Decimal(2)))
    add(context, stored, ReviewChange(review="done", leave_open=True))
    with context.database.write() as connection:
        context.history.add_reading(connection, stored, make_damaged(), "v2", "gipr-ml")
    now = state(context, stored)
    assert cell(now, TOTAL).value == 2
    assert (now.entry, now.review) == (4, "started")
    with context.database.read() as connection:
        assert context.reports.get(connection, stored).version == "v2"


def test_read_is_not_reviewed_and_a_second_reviewer_is_somebody_else(context, make_report):
    report = put(context, make_report())
    assert state(context, report).review == "none"
    with pytest.raises(UsageError, match="once the first one is done"):
        add(context, report, ReviewChange(review="second_wanted"))
    assert add(context, report, ReviewChange(review="done"), by="a").review == "done"
    assert add(context, report, ReviewChange(review="second_wanted"), by="a").review == (
        "second_wanted"
    )
    same = add(context, report, ReviewChange(review="done"), by="a")
    assert same.review == "done"
    add(context, report, ReviewChange(review="second_wanted"), by="a")
    second = add(context, report, ReviewChange(review="done"), by="b")
    assert (second.review, second.reviewers[-1].by) == ("second_done", "b")


def test_a_review_does_not_end_over_what_nobody_decided(context, stored):
    with pytest.raises(UsageError, match=r"findings are still open; decide on them"):
        add(context, stored, ReviewChange(review="done"))
    assert add(context, stored, ReviewChange(review="done", leave_open=True)).review == "done"


def test_the_heading_can_be_put_right(context, stored):
    after = add(context, stored, HeadingChange(agency="清溪市水利局", year=2021))
    assert (after.report.agency, after.report.year) == ("清溪市水利局", 2021)
    with context.database.read() as connection:
        (found,) = context.reports.listed(connection, Filter(year=2021), "worst", 5, None).rows
    assert found.agency == "清溪市水利局"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (ValueChange(cell="t3/none/total", value=Decimal(1)), "has no cell t3/none/total"),
        (DecisionChange(finding="x:0123456789:0123456789", verdict="noted"), "no such finding"),
        (LabelChange(line=1, label="value", cell_labels=("value",)), "line 1 has 2 cells"),
        (LabelChange(line=1, label="poem"), "poem is no label of a line; known are "),
        (LabelChange(line=1, label="value", cell_labels=("value", "x")), "'x' is no label"),
        (UndoChange(entry=1), "entry 1 is no change"),
        (HeadingChange(), "give an agency or a year"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(context, stored, change, words):
    with pytest.raises(UsageError, match=words):
        add(context, stored, change)


def test_a_preview_is_what_the_change_would_be_and_leaves_nothing(context, stored):
    change = ValueChange(cell=LOST, value=Decimal(18))
    with context.database.read() as connection:
        shown = context.history.preview(connection, stored, [change], "wang")
    assert state(context, stored).entry == 1
    made = add(context, stored, change)
    assert shown.report == made.report


def test_reviewed_lines_become_labels_to_train_on(context, stored):
    with_label = LabelChange(line=1, label="category", cell_labels=("category", "value"))
    first = add(context, stored, with_label, LabelChange(line=0, label="section"))
    assert reviewed_of(stored, first) is None
    done = add(context, stored, ReviewChange(review="done", leave_open=True), by="王敏")
    reviewed = reviewed_of(stored, done)
    assert reviewed is not None
    assert reviewed.by == "王敏"
    rows = [json.loads(line) for line in labelled_lines(reviewed.sheet()).splitlines()]
    assert rows == [
        {
            "document": "service_abababababab", "line": 0, "cells": ["清溪市文化局2023年报"],
            "borders": "none", "label": "section", "cell_labels": [""],
        },
        {
            "document": "service_abababababab", "line": 1, "cells": ["一、", "25"],
            "borders": "none", "label": "category", "cell_labels": ["category", "value"],
        },
    ]  # fmt: skip


def test_what_is_served_is_the_state_as_it_stands(context, stored):
    made = add(context, stored, ValueChange(cell=TOTAL, value=Decimal(2)), by="王敏")
    served = context.history.served(stored)
    assert served is not None
    assert loads(served.body()).cells == made.report.cells
    review = json.loads(served.body())["review"]
    assert review["entry"] == 2
    assert review["open"] == [n for n, f in enumerate(made.report.findings) if f in made.open]
    (correction,) = review["corrections"]
    assert (correction["cell"], correction["was"], correction["value"], correction["by"]) == (
        TOTAL, 20, 2, "王敏",
    )  # fmt: skip


@given(st.lists(st.integers(0, 12), max_size=12))
def test_undoing_is_what_the_slow_way_says(targets):
    """0 is a change of its own; any other number undoes that entry, where it is an earlier one."""
    entries = []
    for number, target in enumerate(targets, 1):
        change = UndoChange(entry=target) if 0 < target < number else LabelChange(line=0, label="x")
        entries.append(Entry(number, 0, "a", change))

    def holds(entry: Entry) -> bool:
        return not any(
            isinstance(later.change, UndoChange)
            and later.change.entry == entry.number
            and holds(later)
            for later in entries[entry.number :]
        )

    slow = [e for e in entries if holds(e) and not isinstance(e.change, UndoChange)]
    assert active(entries) == slow
