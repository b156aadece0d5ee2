"""The reports of one agency beside each other, in the store."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest
from conftest import SAMPLES

from gipr_ml.errors import FormsError
from gipr_ml.pipeline import process
from gipr_ml.service.context import Context, open_context
from gipr_ml.service.settings import Settings
from gipr_ml.service.years import AgencyYears, agency_years

REPORT = process(SAMPLES / "chengxi_culture_2023.txt")
OLD, NEW = "甲市文化局", "甲市文化广电旅游局"
SMALL = 25_000
"""Bytes: several times an outline, and far less than the cells of a report."""


def store(context: Context, agency: str, year: int, name: str = "") -> None:
    name = name or f"{agency} {year}"
    sent = context.reports.send(name, name.encode(), "li", "v", None)
    report = replace(REPORT, agency=agency, year=year)
    with context.database.write() as connection:
        context.history.add_reading(connection, sent.report, report, "v", "gipr-ml")


def found(context: Context, limit: int = 9, after: int = 0) -> tuple[list[AgencyYears], int | None]:
    with context.database.read() as connection:
        return agency_years(connection, context.renamed, None, limit, after)


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
        assert [len(one.names) for one in agencies] == numbers
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


def test_memory_hardly_grows_with_the_number_of_reports(quiet_context: Context):
    needed = []
    for number in range(30):
        store(quiet_context, OLD, 2020, f"source {number}")
        if number in (1, 9, 29):  # the first time, what is loaded but once
            tracemalloc.start()
            agencies, _ = found(quiet_context)
            needed.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert len(agencies[0].names) == 30
    assert (needed[2] - needed[1]) / 20 < SMALL


def test_a_file_of_renamings_that_is_wrong_is_told_at_the_start(tmp_path):
    (tmp_path / "agencies.toml").write_text("renamed = 1\n")
    with pytest.raises(FormsError, match=r"agencies\.toml: renamed"):
        open_context(Settings(data=tmp_path, agencies=str(tmp_path / "agencies.toml")))
