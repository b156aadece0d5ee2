"""The data dictionary: every column and every category of the data set, in Chinese and English."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from gipr_ml.dataset.parquet import SCHEMAS
from gipr_ml.forms import load_forms
from gipr_ml.forms.model import TableForm

_COLUMNS = Path(__file__).with_name("columns.toml")


def columns() -> dict[str, dict[str, tuple[str, str]]]:
    """By table and column: what it holds, in Chinese and English."""
    data = tomllib.loads(_COLUMNS.read_text("utf-8"))
    return {
        table: {name: (words[0], words[1]) for name, words in found.items()}
        for table, found in data.items()
    }


def dictionary() -> str:
    """The dictionary as Markdown, made of the columns and the forms."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# 数据字典 · Data dictionary"
    for table, found in columns().items():
        yield f"\n## {table}\n"
        yield "| 列 column | 类型 type | 含义 | meaning |\n| --- | --- | --- | --- |"
        schema = SCHEMAS[table]
        for name, (zh, en) in found.items():
            kind = schema.field(name).type if name in schema.names else "int32"
            kind = getattr(kind, "value_type", kind)
            yield f"| `{name}` | {kind} | {zh} | {en} |"
    yield "\n## 单元格 · Cells (`key`)"
    for _, form in sorted(load_forms().tables.items()):
        yield from _form(form)
    yield "\n## 规则 · Rules (`rule`)\n"
    yield "| rule | 说明 | meaning | 依据 source |\n| --- | --- | --- | --- |"
    for name, rule in sorted(load_forms().rules.items()):
        yield f"| `{name}` | {rule.zh} | {rule.en} | {rule.source} |"


def _form(form: TableForm) -> Iterator[str]:
    yield f"\n### {form.table}：{form.title}（{form.form}）\n"
    yield "| key | 行 row | 列 column | 类型 type | 单位 unit |\n| --- | --- | --- | --- | --- |"
    for key, (row, column) in form.by_key.items():
        left = "／".join((*row.group, row.full_label))
        top = "／".join((*column.group, column.label))
        yield f"| `{key}` | {left} | {top} | {column.type} | {column.unit or ''} |"
