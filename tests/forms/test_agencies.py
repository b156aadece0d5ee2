"""Which names mean one agency."""

from __future__ import annotations

import pytest

from gipr_ml.forms.agencies import same_agencies


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("甲市乙区人民政府办公室", "甲市乙区政府办"),
        ("甲市发展和改革委员会", "甲市发展改革委员会"),
        ("甲省乙市丙县卫生健康委员会", "丙县卫健委"),
        ("乙市丙县统计局（本级）", "丙县统计局"),
        ("乙市丙县统计局(丙县普查中心)", "乙市丙县  统计局"),
        ("广州市番禺区ＡＢ局", "广东省广州市番禺区AB局"),
    ],
)
def test_spellings_of_one_agency(one: str, other: str) -> None:
    assert len(set(same_agencies([one, other]).values())) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("甲市乙区统计局", "甲市丙区统计局"),
        ("甲市统计局", "甲市审计局"),
        ("甲市乙区统计局", "丁市乙区统计局"),
        ("甲市统计局", "甲市乙区统计局"),
    ],
)
def test_agencies_that_differ(one: str, other: str) -> None:
    assert len(set(same_agencies([one, other]).values())) == 2


def test_a_name_without_its_city_stays_apart_where_two_cities_have_it() -> None:
    found = same_agencies(["甲市乙区统计局", "丁市乙区统计局", "乙区统计局"])
    assert len(set(found.values())) == 3


def test_an_agency_that_was_renamed_twice_is_one() -> None:
    renamed = {"甲局": "乙局", "乙局": "丙局"}
    assert len(set(same_agencies(["甲局", "乙局", "丙局"], renamed).values())) == 1
