"""A clean sum proves no label: rows and columns that might be exchanged are told."""

import numpy as np

from gipr_ml.assemble.trust import printed_order, swappable_columns, swappable_rows

COLUMNS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
GROUP = "法人或其他组织"
HEADER = "申请人情况自然人法人或其他组织总计商业企业科研机构社会公益组织法律服务机构其他"
DISTINCT = [(number,) for number in range(6)]


def test_rows_under_their_own_labels_are_sure() -> None:
    assert swappable_rows(np.eye(3), [(1,), (2,), (3,)]) == set()


def test_rows_without_labels_may_be_exchanged() -> None:
    fit = np.zeros((3, 3))
    fit[0, 0] = 1
    assert swappable_rows(fit, [(1,), (2,), (3,)]) == {1, 2}


def test_rows_of_the_same_content_may_stand_in_any_order() -> None:
    assert swappable_rows(np.zeros((2, 2)), [(5,), (5,)]) == set()


def test_a_lost_row_is_exchanged_with_none() -> None:
    assert swappable_rows(np.zeros((2, 2)), [(5,), None]) == set()


def test_columns_under_the_official_header_are_sure() -> None:
    assert swappable_columns([HEADER], COLUMNS, DISTINCT, GROUP) == set()


def test_columns_without_a_header_may_be_exchanged() -> None:
    assert swappable_columns(["第三项"], COLUMNS, DISTINCT, GROUP) == set(range(6))


def test_columns_under_exchanged_names_are_not_sure() -> None:
    exchanged = HEADER.replace("商业企业科研机构", "科研机构商业企业")
    assert {1, 2} <= swappable_columns([exchanged], COLUMNS, DISTINCT, GROUP)


def test_one_illegible_header_does_not_undo_a_legible_one() -> None:
    assert swappable_columns([HEADER, "自然人其他"], COLUMNS, DISTINCT, GROUP) == set()


def test_the_order_of_columns_is_read_from_the_header() -> None:
    assert printed_order([HEADER], COLUMNS, GROUP) == [0, 1, 2, 3, 4, 5]
    exchanged = HEADER.replace("商业企业科研机构", "科研机构商业企业")
    assert printed_order([exchanged], COLUMNS, GROUP) == [0, 2, 1, 3, 4, 5]
