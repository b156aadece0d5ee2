"""The forms are the official ones, and a faulty file is told with all its faults."""

import shutil
from pathlib import Path

import pytest

from gipr_ml.errors import FormsError
from gipr_ml.forms import load_forms
from gipr_ml.forms.files import FOLDER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "forms"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def test_the_form_of_2021_has_200_cells() -> None:
    forms = load_forms()
    counts = {t: len(forms.table(t, "2021").cell_keys) for t in ("t2", "t3", "t4")}
    assert counts == {"t2": 10, "t3": 175, "t4": 15}


def test_the_form_of_2019_has_one_row_for_other_processing() -> None:
    forms = load_forms()
    old = {row.key for row in forms.table("t3", "2019").rows}
    new = {row.key for row in forms.table("t3", "2021").rows}
    assert old - new == {"other_merged"}
    assert new - old == {"other_overdue_correction", "other_overdue_fee", "other_other"}


def test_every_row_of_table_3_and_every_block_of_table_4_has_its_sum() -> None:
    forms = load_forms()
    rules = [identity.rule for identity in forms.identities_of("t3", "2021")]
    assert rules.count("t3.row_total") == 25
    assert rules.count("t3.results_total") == 7
    assert rules.count("t3.balance") == 7
    assert [i.total for i in forms.identities_of("t4", "2021")] == [
        "t4/reconsideration/total",
        "t4/litigation_direct/total",
        "t4/litigation_after_reconsideration/total",
    ]


def test_the_results_of_a_column_add_up_to_the_total_processed() -> None:
    forms = load_forms()
    identity = next(
        i
        for i in forms.identities_of("t3", "2019")
        if i.rule == "t3.results_total" and i.total.endswith("/natural_person")
    )
    added = {key for key, coefficient in identity.coefficients.items() if coefficient == 1}
    assert len(added) == 19
    assert "t3/other_merged/natural_person" in added
    assert identity.coefficients["t3/total_processed/natural_person"] == -1
    assert "自然人" in identity.zh


def test_all_faults_of_all_files_are_told_at_once(folder: Path) -> None:
    t4 = folder / "t4.toml"
    t4.write_text(
        t4.read_text("utf-8").replace('label = "结果维持"', 'lable = "结果维持"'), "utf-8"
    )
    (folder / "t3.toml").write_bytes("标题 = '三'".encode("gb18030"))
    (folder / "rules.toml").unlink()
    with pytest.raises(FormsError) as told:
        load_forms(folder)
    message = told.value.message
    assert "t3.toml: is not UTF-8 text" in message
    assert "t4.toml: column.0.lable: Extra inputs are not permitted" in message
    assert "t4.toml: column.0.label: Field required" in message
    assert "rules.toml: cannot be read" in message


def test_a_rule_that_names_no_cell_is_told(folder: Path) -> None:
    rules = folder / "rules.toml"
    text = rules.read_text("utf-8").replace("upheld = 1", "uphold = 1")
    rules.write_text(text, "utf-8")
    with pytest.raises(FormsError, match=r"t4.row_total: 'uphold' is in no t4 of 2019"):
        load_forms(folder)
