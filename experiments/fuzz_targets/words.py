"""Words of the official forms, from which the targets make documents."""

from __future__ import annotations

from functools import cache

from gipr_ml.errors import GiprError
from gipr_ml.forms import load_forms
from gipr_ml.forms.model import TableForm

YEARS = ("2019", "2021")


def told(error: GiprError) -> None:
    """Raise AssertionError where an input was refused without a word."""
    assert error.message.strip(), "refused without a word"


@cache
def tables() -> tuple[TableForm, ...]:
    """Every official table of both forms."""
    return tuple(load_forms().table(name, year) for name in ("t2", "t3", "t4") for year in YEARS)


@cache
def labels() -> tuple[str, ...]:
    """Labels of rows and columns, titles, and words that reports have beside them."""
    found = dict.fromkeys(_TITLES)
    for table in tables():
        found[table.title] = None
        for row in table.rows:
            found |= dict.fromkeys((row.full_label, row.label, *row.group, *row.aliases))
            for column in row.columns:
                found |= dict.fromkeys((column.label, *column.group, *column.aliases))
    return tuple(label for label in found if label)


_TITLES = (
    "清溪市文化局2023年政府信息公开工作年度报告", "一、总体情况", "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况", "四、因政府信息公开被申请行政复议、提起行政诉讼情况",
    "五、存在的主要问题及改进情况", "六、其他需要报告的事项", "第二十条第（一）项", "信息内容",
    "合计",
    "本年新收", "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", "续表",
    "第1页",
)  # fmt: skip

PROSE = (
    "2023年", "2022年", "全年", "共", "收到", "受理", "政府信息公开申请", "件", "其中", "自然人",
    "予以公开",
    "上年结转", "结转下年度", "不予公开", "行政复议", "行政诉讼", "维持", "纠正", "占", "同比",
    "增长", "下降",
    "百分之", "%", "约", "近", "余", "以上", "至", "－", "三十五", "一百零二", "二〇二三", "两",
    "万", "亿元", "万元",
    "，", "。", "；", "、", "：", "（", "）", "分别为", "和", "均", "无", "未", "零", "新制发",
    "规范性文件", "废止",
    "现行有效", "行政许可", "行政处罚", "行政强制", "收费", "全市", "各区", "我局", "本机关",
    "部门", "较上年", "比",
)  # fmt: skip
"""Words of sentences that restate figures."""
