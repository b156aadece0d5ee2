"""Values that a report makes by the hundred."""

import copy
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from gipr_ml.types import Cell, Line, quick

LINE = Line(7, (Cell("总计", 2), Cell("3", columns=2)), "explicit", table=0)


def test_values_are_equal_and_hashed_by_their_fields():
    same = replace(LINE)
    assert same is not LINE
    assert same == LINE
    assert hash(same) == hash(LINE)
    assert replace(LINE, number=8) != LINE
    assert Cell("总计", 2) != LINE


def test_values_survive_copies():
    assert pickle.loads(pickle.dumps(LINE)) == LINE
    assert copy.deepcopy(LINE) == LINE


def test_values_have_no_other_fields():
    with pytest.raises(AttributeError):
        LINE.text_of_line = "总计"


def test_the_type_checker_keeps_them_from_being_changed(tmp_path):
    shutil.copy(quick.__file__, tmp_path / "quick.py")
    (tmp_path / "use.py").write_text(
        "from quick import quick_dataclass\n"
        "@quick_dataclass(frozen=True, slots=True)\n"
        "class Value:\n"
        "    text: str\n"
        'value = Value("a")\n'
        'value.text = "b"\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-incremental", "use.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert 'use.py:6: error: Property "text" defined in "Value" is read-only' in done.stdout
    assert "Found 1 error" in done.stdout
