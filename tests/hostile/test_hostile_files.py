"""Files that people and other programs write, of the wrong shape: refused in words, never run."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from office_files import packed

from gipr_ml.errors import FormsError, GiprError, InputError, ModelError, TooLarge
from gipr_ml.export.decisions import read_decisions
from gipr_ml.forms import load_forms, with_rules
from gipr_ml.forms.agencies import read_renamings
from gipr_ml.forms.narrative import load_narrative
from gipr_ml.learning import labels
from gipr_ml.learning.labels import labelled_rows, manifest_entries
from gipr_ml.learning.training import read_settings as training_settings
from gipr_ml.narrative.numbers import numbers
from gipr_ml.pipeline import process_bytes
from gipr_ml.sandbox.messages import Incoming
from gipr_ml.service.settings import read_settings
from gipr_ml.sources import read_bytes
from gipr_ml.store import load_arrays, pack_arrays

DEEP = "[" * 5_000
READERS: dict[str, Callable[[Path], Any]] = {
    "rules": lambda path: with_rules(load_forms(), path),
    "agencies": read_renamings,
    "decisions": read_decisions,
    "service": read_settings,
    "training": training_settings,
    "manifest": manifest_entries,
}


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    "text",
    [f"x = {DEEP}", f"x = {'9' * 5_000}", "x", "\ud800", "lines = 1\nreport = 1", "report = [1]"],
    ids=["deep", "long number", "cut off", "no UTF-8", "values", "list"],
)
def test_toml_of_any_shape_is_refused_in_words(kind: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    if text == "report = [1]" and kind == "training":
        assert READERS[kind](path)  # only the table [lines] of a configuration is for training
        return
    with pytest.raises(GiprError) as refused:
        READERS[kind](path)
    assert str(path.name) in str(refused.value) or "setting" in str(refused.value)


RULE = """[[rule]]
id = "own.rule"
table = "t4"
each = "row"
total = "total"
terms = {{upheld = 1, total = -1}}
severity = "info"
zh = "{words}"
en = "{words}"
source = "x"
"""


@pytest.mark.parametrize("words", ["{nobody}", "{row.__class__}", "{0}", "{", "{row:>99999999}"])
def test_words_of_a_rule_name_nothing_but_row_and_column(words: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(RULE.format(words=words), "utf-8")
    with pytest.raises(FormsError, match="may stand in braces"):
        with_rules(load_forms(), path)


def test_a_limit_is_a_figure_that_a_report_may_print(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    limit = '[[limit]]\nid = "a.b"\ntable = "t3"\ncells = ["*"]\nzh = "x"\nen = "x"\nsource = "x"\n'
    path.write_text(f"{limit}at_most = 1e999999999\n", "utf-8")
    with pytest.raises(FormsError, match="at_most"):
        with_rules(load_forms(), path)


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(b"{}")[:-6],
        gzip.compress(b"x" * 999)[:12] + b"\xff" * 30,
        gzip.compress(DEEP.encode()),
        gzip.compress(b"x" * 2_000_000),
    ],
    ids=["cut off", "damaged", "deep", "bomb"],
)
def test_packed_labels_of_any_shape_are_refused(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "MOST_BYTES", 1_000_000)
    path = tmp_path / "lines.jsonl.gz"
    path.write_bytes(data)
    with pytest.raises(GiprError, match=r"lines\.jsonl\.gz"):
        labelled_rows([path])


def container(schema: object, member: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", schema if isinstance(schema, str) else json.dumps(schema))
        archive.writestr("0.npy", member)
    return file.getvalue()


def foreign_models() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack_arrays({"a": np.arange(3)}))) as whole:
        schema, member = json.loads(whole.read("schema.json")), whole.read("0.npy")
    head = b"{'descr': '<i8', 'fortran_order': False, 'shape': (9999999999999,), }"
    huge = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head
    objects = io.BytesIO()
    np.save(objects, np.array([{}], dtype=object), allow_pickle=True)
    damaged = member.replace(b"'<i8'", b"'<i8,")
    return {
        "a list": container({**schema, "content": []}, member),
        "text": container({**schema, "content": "x"}, member),
        "deep": container(DEEP, member),
        "a header that is cut off": container(schema, damaged),
        "more numbers than there are": container(schema, huge),
        "objects": container(schema, objects.getvalue()),
        "a bomb": container(schema, bytes(70_000_000)),
        "another program": container({**schema, "__module__": "os", "__class__": "system"}, member),
    }


@pytest.mark.parametrize("kind", sorted(foreign_models()))
def test_a_model_file_of_any_shape_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(foreign_models()[kind])
    with pytest.raises(ModelError, match="no model of this program"):
        load_arrays(path)


@pytest.mark.parametrize("text", ["1", "[]", '"x"', "null", DEEP])
def test_an_answer_that_is_no_message_is_a_value_error(text: str) -> None:
    incoming = Incoming()
    incoming.add(len(text).to_bytes(4, "big") + text.encode())
    with pytest.raises(ValueError, match="a message"):
        incoming.next()


# ---------------------------------------------------------------- a few bytes that mean much


def docling(**parts: object) -> bytes:
    return json.dumps({"schema_name": "DoclingDocument", **parts}).encode()


def test_an_item_that_is_its_own_child_is_read_once() -> None:
    again = [{"$ref": "#/texts/0"}] * 9
    item = {"text": "规章", "label": "text", "children": again}
    document = read_bytes(docling(body={"children": again}, texts=[item]), "x.json")
    assert [line.text for line in document.lines] == ["规章"]


@pytest.mark.parametrize(
    "parts",
    [
        {"body": {"children": 5}},
        {"body": {"children": [{"$ref": "#/texts/" + "9" * 5_000}]}, "texts": [{}]},
        {"pages": {"9" * 5_000: {"size": {"width": 1, "height": 1}}}},
        {"pages": {"1": {"size": {"width": 10**400, "height": 1}}}},
        {"body": {"children": [{"$ref": "#/texts/0"}]}, "texts": [{"prov": 3, "text": "\n"}]},
        {"body": {"children": [{"$ref": "#/tables/0"}]}, "tables": [{"data": {"grid": 7}}]},
    ],
)
def test_output_of_parsers_of_any_shape_is_refused_in_words(parts: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        read_bytes(docling(**parts), "x.json")


def test_sizes_that_are_no_lengths_are_left_out() -> None:
    size = {"width": float("nan"), "height": 1e99}
    block = {"category": "Text", "text": "规章", "page_no": 1, **size}
    document = read_bytes(json.dumps([block]).encode(), "x.json")
    assert document.pages[0].size is None


def ofd(text: str, steps: str = "") -> bytes:
    code = f'<TextObject Size="3"><TextCode DeltaX="{steps}">{text}</TextCode></TextObject>'
    return packed(
        {
            "OFD.xml": "<OFD><DocBody><DocRoot>d.xml</DocRoot></DocBody></OFD>",
            "d.xml": '<D><Pages><Page BaseLoc="p.xml"/></Pages></D>',
            "p.xml": f"<P><Content><Layer>{code}</Layer></Content></P>",
        }
    )


@pytest.mark.parametrize("steps", ["g 99999999 1 " * 2_000, "9 " * 2_000, f"g {'9' * 5_000} 1"])
def test_steps_between_characters_are_no_more_than_the_characters(steps: str) -> None:
    lines = read_bytes(ofd("规章", steps), "x.ofd").lines
    assert ["".join(line.text.split()) for line in lines] == ["规章"]


def test_a_page_of_more_characters_than_paper_holds_is_refused() -> None:
    with pytest.raises(TooLarge, match="no page of a report"):
        read_bytes(ofd("1" * 50_000), "x.ofd")


def test_text_in_tables_of_web_pages_counts_too() -> None:
    page = f"<table><tr><td>一</td><td>{'二' * 1_200_000}</td></tr></table>"
    assert read_bytes(page.encode(), "x.html").lines
    with pytest.raises(TooLarge, match="2,000,000 characters"):
        read_bytes((page * 2).encode(), "x.html")


def test_a_shared_string_is_counted_each_time_it_stands_there() -> None:
    sheet = "<x><row>" + '<c t="s"><v>0</v></c>' * 20 + "</row></x>"
    book = '<workbook xmlns:r="r"><sheets><sheet r:id="r1"/></sheets></workbook>'
    parts = {
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": '<Rs><R Id="r1" Target="s1.xml"/></Rs>',
        "xl/s1.xml": sheet,
        "xl/sharedStrings.xml": f"<x><si><t>{'规章' * 60_000}</t></si></x>",
    }
    with pytest.raises(TooLarge, match="2,000,000 characters"):
        read_bytes(packed(parts), "x.xlsx")


@pytest.mark.parametrize("number", ["9" * 40, "1" * 5_000, "一" * 5_000, "九" * 30])
def test_numbers_that_count_nothing_are_passed_over(number: str) -> None:
    words = load_narrative().file.count
    for unit in ("件", "万件", "%", "元"):
        assert list(numbers(f"收到{number}{unit}。", words)) == []


def test_what_is_far_larger_than_a_table_is_no_table() -> None:
    head = "清溪市文化局2023年政府信息公开工作年度报告\n三、收到和处理政府信息公开申请情况\n"
    report = process_bytes((head + "合计\t1\t2\t3\t4\t5\t6\t7\n" * 400).encode(), "x.txt")
    assert report.cells == ()
    assert "official tables" in str(report.reason)
