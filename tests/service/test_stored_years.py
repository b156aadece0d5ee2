"""The reports of one agency beside each other, in the store."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from decimal import Decimal

import pytest
from conftest import SAMPLES

from gipr_ml.errors import FormsError
from gipr_ml.pipeline import process
from gipr_ml.service import years
from gipr_ml.service.changes import ValueChange
from gipr_ml.service.context import Context, open_context
from gipr_ml.service.settings import Settings
from gipr_ml.service.years import AgencyYears, agency_years

REPORT = process(SAMPLES / "chengxi_culture_2023.txt")
OLD, NEW = "甲市文化局", "甲市文化广电旅游局"
OUTLINE = 3_000
"""Bytes of a report in memory, without its cells; twenty reports more must not even take one."""


CELL = "t3/new_requests/total"


def store(
    context: Context, agency: str, year: int, name: str = "", value: int | None = None
) -> str:
    """A report with that heading, and with `value` in `CELL`; gives its id."""
    name = name or f"{agency} {year}"
    sent = context.reports.send(name, f"{name} {year} {value}".encode(), "li", "v", None)
    report = replace(REPORT, agency=agency, year=year)
    with context.database.write() as connection:
        context.history.add_reading(connection, sent.report, report, "v", "gipr-ml")
        if value is not None:
            change = ValueChange(cell=CELL, value=Decimal(value))
            context.history.add(connection, sent.report, [change], "li")
    return sent.report


def found(
    context: Context, limit: int = 9, after: int = 0, skip: int = 0
) -> tuple[list[AgencyYears], int | None]:
    with context.database.read() as connection:
        return agency_years(connection, context.renamed, None, limit, after, skip)


def test_an_agency_that_was_renamed_is_the_same(tmp_path, database_url):
    renamed = tmp_path / "agencies.toml"
    renamed.write_text(f'[renamed]\n"{OLD}" = "{NEW}"\n', "utf-8")
    for setting, numbers in (("", []), (str(renamed), [2])):
        context = open_context(
            Settings(data=tmp_path / "data", database=database_url, agencies=setting)
        )
        if not setting:
            store(context, OLD, 2018)
            store(context, NEW, 2020)
        agencies, _ = found(context)
        assert [len(one.reports) for one in agencies] == numbers
        context.database.close()
    (agency,) = agencies
    assert (agency.series.agency, agency.series.missing) == (NEW, (2019,))


def test_agencies_come_page_by_page(quiet_context: Context):
    for agency in "甲乙丙":
        for year in (2020, 2021):
            store(quiet_context, f"{agency}县水利局", year)
    store(quiet_context, "丁县水利局", 2020)
    first, following = found(quiet_context, limit=2)
    assert following == 2
    last, end = found(quiet_context, limit=2, after=following)
    assert (len(first), len(last), end) == (2, 1, None)
    names = {one.series.agency for one in (*first, *last)}
    assert names == {"甲县水利局", "乙县水利局", "丙县水利局"}


def test_the_reports_of_an_agency_come_page_by_page_and_say_the_same(
    quiet_context: Context, monkeypatch
):
    for number, year in enumerate((2018, 2018, 2018, 2020, 2021, 2021, 2021, 2021)):
        store(quiet_context, OLD, year, f"source {number}", number)
    ((whole,), _) = found(quiet_context)
    assert len(whole.told) > len(whole.reports) == 8
    assert whole.left == whole.untold == 0
    monkeypatch.setattr(years, "REPORTS", 3)
    pages = [found(quiet_context, skip=skip)[0][0] for skip in (0, 3, 6, 8)]
    assert [(len(page.reports), page.left) for page in pages] == [(3, 5), (3, 2), (2, 0), (0, 0)]
    assert [one for page in pages for one in page.reports] == list(whole.reports)
    assert [one for page in pages for one in page.told] == list(whole.told)
    assert all(page.series == whole.series for page in pages)
    assert (whole.series.missing, list(whole.series.repeated)) == ((2019,), [2018, 2021])


def test_one_answer_compares_a_bounded_number_of_reports(quiet_context: Context, monkeypatch):
    for agency, number in (("甲", 2), ("乙", 3), ("丙", 5), ("丁", 2)):
        for year in range(2010, 2010 + number):
            store(quiet_context, f"{agency}县水利局", year)
    monkeypatch.setattr(years, "REPORTS", 4)
    answers, following = [], 0
    while following is not None:
        agencies, following = found(quiet_context, after=following)
        answers.append([(one.series.agency[0], len(one.reports), one.left) for one in agencies])
    assert answers == [[("丁", 2, 0)], [("丙", 4, 1)], [("乙", 3, 0)], [("甲", 2, 0)]]


def test_further_findings_are_counted(quiet_context: Context, monkeypatch):
    for value in (1, 2, 3):
        store(quiet_context, OLD, 2020, f"source {value}", value)
    ((whole,), _) = found(quiet_context)
    monkeypatch.setattr(years, "FINDINGS", 1)
    ((agency,), _) = found(quiet_context)
    assert list(agency.told) == whole.told[:1]
    assert agency.untold == len(whole.told) - 1 > 0


def test_sources_are_told_apart_whatever_their_files_are_called(quiet_context: Context):
    first = store(quiet_context, OLD, 2020, "a.txt", 1)
    store(quiet_context, OLD, 2020, "a.txt", 2)
    last = store(quiet_context, OLD, 2020, f"a.txt ({first[:8]})", 3)
    ((agency,), _) = found(quiet_context)
    assert len({one.name for one in agency.reports}) == 3
    reported = {told.report: told.finding.reported for told in agency.told}
    assert (reported[first], reported[last]) == (1, 3)


def test_memory_does_not_grow_with_the_number_of_reports(quiet_context: Context, monkeypatch):
    monkeypatch.setattr(years, "REPORTS", 3)
    needed = []
    for number in range(30):
        store(quiet_context, OLD, 2020, f"source {number}")
        if number in (1, 9, 29):  # the first time, what is loaded but once
            tracemalloc.start()
            agencies, _ = found(quiet_context)
            needed.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert agencies[0].left == 27
    assert needed[2] - needed[1] < OUTLINE


def test_a_file_of_renamings_that_is_wrong_is_told_at_the_start(tmp_path):
    (tmp_path / "agencies.toml").write_text("renamed = 1\n")
    with pytest.raises(FormsError, match=r"agencies\.toml: renamed"):
        open_context(Settings(data=tmp_path, agencies=str(tmp_path / "agencies.toml")))
