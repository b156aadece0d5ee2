"""Labels find their category, damaged ones too, and what is no label finds none."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gipr_ml.forms import load_forms
from gipr_ml.match import Matcher, load_matcher, normalise, split_mark
from gipr_ml.match.ngrams import matrix, products
from gipr_ml.store import default_folder

ROWS = {
    f"{row.table}/{row.key}": row for table in load_forms().tables.values() for row in table.rows
}
AMBIGUOUS = {"t3/other_other", "t3/other_merged"}
"""其他 stands for both; which is meant depends on the form."""


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return load_matcher(default_folder())


@pytest.mark.parametrize("category", sorted(set(ROWS) - AMBIGUOUS))
def test_official_labels_find_their_category(matcher: Matcher, category: str) -> None:
    assert matcher.match(ROWS[category].full_label).category == category


@pytest.mark.parametrize(
    ("printed", "category"),
    [
        ("2.其他法律行政止公开", "t3/denied_prohibited_by_law"),
        ("（三）不予公开1. 属于国家秘密", "t3/denied_state_secret"),
        ("4．无正当理由大量反复 申请", "t3/declined_excessive"),
        ("（一）予以公幵", "t3/granted"),
        ("规范性文件", "t2/normative_documents"),
        ("二、上年结转政府信息公开申请数重", "t3/carried_in"),
        ("其他对外管理服务事顶", "t2/other_management_services"),
    ],
)
def test_labels_as_reports_print_them(matcher: Matcher, printed: str, category: str) -> None:
    assert matcher.match(printed).category == category


@pytest.mark.parametrize(
    "text", ["自然人", "申请人情况", "三、本年度办理结果", "果", "附件下载", ""]
)
def test_what_is_no_label_finds_none(matcher: Matcher, text: str) -> None:
    assert matcher.match(text).category is None


def test_a_damaged_label_is_never_taken_for_another(matcher: Matcher) -> None:
    rng = random.Random(7)
    wrong = 0
    for category in sorted(set(ROWS) - AMBIGUOUS):
        label = ROWS[category].full_label
        for _ in range(20):
            damaged = "".join("囗" if rng.random() < 0.1 else c for c in label)
            found = matcher.match(damaged).category
            wrong += found not in (category, None)
    assert wrong == 0


ALPHABET = sorted({c for row in ROWS.values() for c in row.full_label})


@given(
    st.lists(st.sampled_from(ALPHABET), max_size=30), st.sampled_from([" ", "\u3000", "\t", "\n"])
)
def test_spaces_between_characters_change_nothing(characters: list[str], space: str) -> None:
    assert normalise(space.join(characters)) == normalise("".join(characters))


def test_marks_are_told_from_labels() -> None:
    assert split_mark(normalise("（一）予以公开")) == ("(一)", "予以公开")
    assert split_mark(normalise("3.其他")) == ("3.", "其他")
    assert split_mark(normalise("四、结转下年度继续办理")) == ("四,", "结转下年度继续办理")
    assert split_mark(normalise("3.5万条")) == ("", "3.5万条")


def test_the_voter_adds_up_as_a_sparse_product_does(matcher: Matcher) -> None:
    rng = random.Random(3)
    labels = [normalise(row.full_label) for row in ROWS.values()]
    texts = [*labels, *(label[: rng.randrange(len(label))] for label in labels)]
    weights = matcher.voter.weights.T
    assert (products(texts, weights) == matrix(texts) @ weights).all()
