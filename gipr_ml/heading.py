"""Who reports and on which year; and whether a document is such a report at all."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, islice

from rapidfuzz import fuzz, process

from gipr_ml.forms import load_forms
from gipr_ml.text import compact
from gipr_ml.types import LabelledLine

_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_YEAR = re.compile(
    r"(?<!\d)(?:(20\d\d)年(?!\d)|([二][〇○零0][〇○零一二三四五六七八九]{2})年)[度份]?"
)
_BARE_YEAR = re.compile(r"^(20\d\d)(?=\D)|(?<=\D)(20\d\d)$")
_PERIOD = re.compile(r"(20\d\d)年1月1日(?:起|至|到|[-—~])")
_YEAR_OF_SENTENCE = re.compile(r"(?:^|[。;:])(20\d\d)年度?(?:[,，]|(?=[全我本共各]))")
_AUTHOR = re.compile(r"报告由([\u4e00-\u9fff]{4,30}?)(?:根据|按照|依据|依照|编制|编写)")
_DATE = re.compile(r"20\d\d年\d{1,2}月\d{1,2}日")
_SENTENCE = re.compile(r"[。;!?,]|当前位置|首页|来源|时间|日期|字号")
_BREAKS = re.compile(r"[>》|/\\:,;。!?\[\]【】]")
_GOES_ON = re.compile(r"[和与及、]$")
_YEAR_WORD = re.compile(r"20\d\d年?度?|年度?")
_LEADING = re.compile(
    r"^(?:附件\d*|现将|现公布|特?公布|编制了?|发布|印发|关于|政府信息公开|信息公开)+"
)
_TRAILING = re.compile(r"(?:关于|的|本级|度)+$")
_ORGAN = re.compile(
    r"(?:府|办|办公室|厅|局|委|会|院|区|县|市|省|旗|州|盟|镇|乡|街道|处|中心|队|署|所|站|校|学|司|行|社|馆|部|团)$"
)
_NO_ORGAN = re.compile(r"网$|网站|门户|欢迎|导航|您|关闭|下载|打印|单位|机关$|部门$|条例|\d{3}")
_LIKE_A_TITLE = re.compile(r"报告|年报|公开|年度|政府信息")
_EDGES = " -—_·.、。,:()[]【】#*<>\"“”'"
_PLACES = re.compile(r"(?:[\u4e00-\u9fff]{2,7}?[省市州盟区县旗])+")
_NO_PLACE = re.compile(r"[我全本各该][省市州盟区县旗]")
_BEFORE_PLACE = re.compile(r"[^\u4e00-\u9fff]|[由与和及向对为在是请经以按自的了于从到将]")

_LONGEST_TITLE = 80
_LONGEST_NAVIGATION = 2_000
"""Characters before a title that are looked at word by word."""
_LONGEST_NAME = 40
_SHORTEST_NAME = 4
_LONGEST_PLACE = 16
_NAME_LINES = 3
"""Lines above the words of the title that may hold the rest of it."""
_TITLE_RATIO = 75.0
_TOP = 60
"""Lines among which a damaged title is looked for."""
_END = 12
"""Lines among which a signature is looked for."""

_SURE_LABELS = 6
"""So many different official labels are in no other kind of document."""
_LABELS_UNDER_A_TITLE = 2
_SHORTEST_LABEL = 5
_DAMAGED_RATIO = 70.0
_MOST_COMPARED = 400
_MOST_PLACES = 200
"""Places of a title or a name that are looked at."""


@dataclass(frozen=True, slots=True)
class _Title:
    agency: str | None
    year: int | None
    weight: float


def compact_texts(lines: Sequence[LabelledLine]) -> list[str]:
    """The text of each line in NFKC and without blanks, for the two functions below."""
    return ["".join([_compact(cell.text) for cell in line.line.cells]) for line in lines]


_compact = lru_cache(maxsize=1 << 12)(compact)
"""Of a cell: most come again in every report, and none joins with the blank before the next."""


def agency_and_year(
    lines: Sequence[LabelledLine], texts: Sequence[str] | None = None
) -> tuple[str | None, int | None]:
    """The body that reports and the year reported on, each None where the document does not say.

    Both come from the title, which may be split over lines or damaged; what it lacks comes from the
    sentences that name the author and the period, or from the signature. Where the text states the
    same body with its city or province before it, the fuller name is taken. A line that the
    classifier holds for a title counts for more, but no label is needed. `texts` are the
    `compact_texts` of the lines, where they are at hand.
    """
    texts = compact_texts(lines) if texts is None else texts
    full = "".join(texts)
    titles = list(_titles(lines, texts, full)) or list(_damaged_titles(lines, texts))
    title = max(titles, key=lambda found: found.weight, default=_Title(None, None, 0.0))
    agency = title.agency or _author(full) or _signature(texts)
    year = title.year or _year_of_prose(texts, full)
    return (_fuller(agency, full) if agency else None), year


def why_not_a_report(
    lines: Sequence[LabelledLine], texts: Sequence[str] | None = None
) -> str | None:
    """None where the lines are those of a report; else, in one sentence, why they are not.

    `texts` as in `agency_and_year`.
    """
    text = "".join(compact_texts(lines) if texts is None else texts)
    found = sum(1 for _ in islice((x for x in _labels() if x in text), _SURE_LABELS))
    titled = any(words in text for words in load_forms().title_words)
    if found >= _SURE_LABELS or (titled and found >= _LABELS_UNDER_A_TITLE):
        return None
    if _damaged_labels(lines) >= _SURE_LABELS:
        return None
    if titled:
        return (
            "it names an annual report on 政府信息公开, but holds none of its sections and tables"
        )
    return "it holds neither the title nor the sections and tables of a 政府信息公开工作年度报告"


# ---------------------------------------------------------------- the title


def _titles(lines: Sequence[LabelledLine], texts: Sequence[str], full: str) -> Iterator[_Title]:
    """Every place where the words of a title stand, in one line or over several."""
    starts = [0, *accumulate(map(len, texts))]
    for match in islice(_title_words().finditer(full), _MOST_PLACES):
        first = bisect_right(starts, match.start()) - 1
        last = bisect_right(starts, match.end() - 1) - 1
        if last - first <= _NAME_LINES:
            before = full[starts[first] : match.start()]
            after = full[match.end() : starts[last + 1]]
            yield _title(lines, texts, first, last, before, after)


@cache
def _title_words() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, load_forms().title_words)))


def _damaged_titles(lines: Sequence[LabelledLine], texts: Sequence[str]) -> Iterator[_Title]:
    """Lines near the top that read like a title with characters cut, lost or misread."""
    for index, text in enumerate(texts[:_TOP]):
        if len(text) > _LONGEST_TITLE or not _LIKE_A_TITLE.search(text):
            continue
        for words in load_forms().title_words:
            found = fuzz.partial_ratio_alignment(words, text, score_cutoff=_TITLE_RATIO)
            if found is not None and len(text) - found.dest_end <= len(words):
                before, after = text[: found.dest_start], text[found.dest_end :]
                if _year_in(before)[0] or _hint(lines[index]):
                    yield _title(lines, texts, index, index, before, after)
                    break


def _title(
    lines: Sequence[LabelledLine],
    texts: Sequence[str],
    first: int,
    last: int,
    before: str,
    after: str,
) -> _Title:
    """The lines from `first` to `last` read as a title, with how likely they are one."""
    own = _own_words(lines[first].line.text, before)
    whole = own == before and not _SENTENCE.search(after)
    whole = whole and len(before) + len(after) < _LONGEST_TITLE
    before = own
    year, rest = _year_in(before)
    agency = _name(rest, sure=False)
    if whole and agency is None and _name(before, sure=False) is None:
        agency, above = _name_above(lines, texts, first)
        year = year or above
    if year is None:
        year = _year_in(after)[0]
    if agency is None:
        agency = _name(after, sure=True)
    for below in texts[last + 1 : last + 3] if whole else ():
        below = below.strip(_EDGES)
        agency = agency or _name(below, sure=True)
        year = year or (_year_in(below)[0] if _YEAR.fullmatch(below) else None)
    weight = 4.0 * whole + 2.0 * (agency is not None) + 2.0 * (year is not None)
    weight += 2.0 * max(_hint(line) for line in lines[first : last + 1])
    return _Title(agency, year, weight - len(after) / 20 - min(first, 100) / 25)


def _hint(line: LabelledLine) -> bool:
    return line.label == "title" or line.line.heading == 1


def _own_words(line: str, before: str) -> str:
    """The end of `before` that can belong to the title that goes on after it.

    `line` is the text of the line with its blanks, and tells the words of the title from those of a
    breadcrumb, a sentence or a site's own name.
    """
    if len(before) > _LONGEST_NAVIGATION:
        return _BREAKS.split(before[-_LONGEST_TITLE:])[-1]
    length = len(before)
    raw = unicodedata.normalize("NFKC", line)
    place = 0
    while length:
        length -= not raw[place].isspace()
        place += 1
    own = ""
    for word in reversed(_BREAKS.split(raw[:place])[-1].split()):
        name = "" if _YEAR_WORD.fullmatch(own) else _year_in(own)[1].strip(_EDGES)
        complete = len(name) >= _SHORTEST_NAME and not _GOES_ON.search(word)
        if (
            complete
            and len(word) > 1
            and not _YEAR_WORD.fullmatch(word)
            and not _PLACES.fullmatch(word)
        ):
            break
        own = word + own
    return own


def _name_above(
    lines: Sequence[LabelledLine], texts: Sequence[str], first: int
) -> tuple[str | None, int | None]:
    """The body, and a year beside it, in the few lines above a title that has none."""
    year = None
    for index in range(first - 1, max(-1, first - 1 - _NAME_LINES), -1):
        own = _own_words(lines[index].line.text, texts[index])
        if _SENTENCE.search(own):
            break
        found, rest = _year_in(own)
        year = year or found
        if agency := _name(rest, sure=True):
            return agency, year
        if rest.strip(_EDGES) and not found:
            break
    return None, year


def _year_in(text: str) -> tuple[int | None, str]:
    """The last year in `text`, and the text without it."""
    matches = list(_YEAR.finditer(text)) or list(_BARE_YEAR.finditer(text))
    if not matches:
        return None, text
    match = matches[-1]
    digits = next(group for group in match.groups() if group).translate(_CHINESE_DIGITS)
    if digits.startswith("2") and len(digits) == 4:
        return int(digits), text[: match.start()] + text[match.end() :]
    return None, text


def _name(text: str, *, sure: bool) -> str | None:
    """`text` as the name of a body, or None where it is none. `sure`: only what ends like one."""
    name = _TRAILING.sub("", _LEADING.sub("", text.strip(_EDGES))).strip(_EDGES)
    if not 2 < len(name) <= _LONGEST_NAME or _SENTENCE.search(name) or _NO_ORGAN.search(name):
        return None
    chinese = sum("\u4e00" <= char <= "\u9fff" for char in name)
    if 2 * chinese <= len(name) or (sure and not _ORGAN.search(name)):
        return None
    return name


# ---------------------------------------------------------------- beside the title


def _author(full: str) -> str | None:
    match = _AUTHOR.search(full)
    return _name(match[1], sure=True) if match else None


def _signature(texts: Sequence[str]) -> str | None:
    """The body that signs: a line above a date at the end."""
    for index in range(len(texts) - 1, max(0, len(texts) - _END), -1):
        if _DATE.fullmatch(texts[index]) and (name := _name(texts[index - 1], sure=True)):
            return name
    return None


def _year_of_prose(texts: Sequence[str], full: str) -> int | None:
    """The year whose first of January begins the period, or that most sentences begin with."""
    if match := _PERIOD.search(full):
        return int(match[1])
    years = Counter(m[1] for text in texts for m in _YEAR_OF_SENTENCE.finditer(text))
    ranked = years.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return int(ranked[0][0])


def _fuller(agency: str, full: str) -> str:
    """`agency` with the places before it that the text states most often, if it states any."""
    places: Counter[str] = Counter()
    start = -len(agency)
    for _ in range(_MOST_PLACES):
        start = full.find(agency, start + len(agency))
        if start < 0:
            break
        if place := _place_before(full, start):
            places[place] += 1
    return max(places, key=lambda place: (places[place], place), default="") + agency


def _place_before(full: str, end: int) -> str | None:
    """The shortest run of place names that ends at `end` and begins where a word begins."""
    for start in range(end - 3, max(-1, end - _LONGEST_PLACE), -1):
        place = full[start:end]
        if not _PLACES.fullmatch(place) or _NO_PLACE.search(place):
            continue
        if start == 0 or _BEFORE_PLACE.fullmatch(full[start - 1]):
            return place
    return None


# ---------------------------------------------------------------- official labels


@cache
def _labels() -> tuple[str, ...]:
    """Official labels long enough to stand for the report, as they read without item numbers."""
    forms = load_forms()
    labels = {spelling for section in forms.sections for spelling in section.spellings}
    for table in forms.tables.values():
        labels.update(table.title_aliases)
        labels.update(spelling for row in table.rows for spelling in row.spellings)
        labels.update(column.label for row in table.rows for column in row.columns)
    return tuple(sorted(label for label in map(compact, labels) if len(label) >= _SHORTEST_LABEL))


def _damaged_labels(lines: Sequence[LabelledLine]) -> int:
    """How many different official labels some cell resembles."""
    found: set[str] = set()
    cells = [cell.text for line in lines for cell in line.line.cells]
    for text in cells[:_MOST_COMPARED]:
        text = compact(text)
        if _SHORTEST_LABEL <= len(text) <= _LONGEST_NAME:
            best = process.extractOne(
                text, _labels(), scorer=fuzz.ratio, score_cutoff=_DAMAGED_RATIO
            )
            if best is not None:
                found.add(best[0])
    return len(found)
