"""Which part of the stream belongs to which table.

The official order (一 overview, 二 table 2, 三 table 3, 四 table 4, 五 problems) never changes, but
headings get lost, repeated and damaged, and in glued text everything stands in one line. So the
best cut into these parts is searched for over all cues at once (Viterbi over five states that
only move forward).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from gipr_ml.assemble.stream import Kind, Piece, Stream
from gipr_ml.forms import Forms
from gipr_ml.match import Matcher, normalise, split_mark

STATES = ("overview", "t2", "t3", "t4", "problems")
HEADING = 5.0
"""Weight of a section heading; one row label weighs at most 1.5, one header word at most 1.2."""
ROW, HEADER, PROSE, NOT_PROSE = 1.5, 1.2, 1.0, 0.1
VALUES, SEVERAL, DIGITS = 2.0, 5, 7
"""So many values side by side are no prose."""
HEADING_RATIO, HEADER_RATIO, CUT_RATIO = 0.72, 0.7, 0.9
LONGEST_CUT = 8
"""Characters of a header word that narrow cells cut in two."""
LONGEST_CUE = 90
"""Characters; longer pieces are prose whatever they mention."""
SECTION_STATES = {"other_matters": "problems"}


def find_regions(stream: Stream, matcher: Matcher, forms: Forms) -> Mapping[str, Stream]:
    """The stream of each table that the document holds: "t2", "t3", "t4"."""
    pieces = _items(stream)
    if not pieces:
        return {}
    cues = _cues([piece for _, piece in pieces], matcher, forms)
    for i, (_, piece) in enumerate(pieces):
        if not piece.text:
            cues[i, [0, 4]] = -VALUES
    path = _viterbi(cues)
    regions = {}
    for state, name in enumerate(STATES):
        members = np.flatnonzero(path == state)
        if name.startswith("t") and len(members):
            first, last = int(members[0]), int(members[-1])
            regions[name] = _cut(stream, pieces, first, last)
    return regions


def _items(stream: Stream) -> list[tuple[int, Piece]]:
    """All pieces with their gaps, and an empty piece where several values stand without text."""
    found: list[tuple[int, Piece]] = []
    last = 0
    for gap, row in enumerate(stream.gaps):
        if row and _many_values(stream, last, gap):
            found.append((last, Piece("", stream.atoms[last].line, 0)))
        found += [(gap, piece) for piece in row]
        if row:
            last = gap
    if _many_values(stream, last, len(stream.atoms)):
        found.append((last, Piece("", stream.atoms[last].line, 0)))
    return found


def _many_values(stream: Stream, start: int, stop: int) -> bool:
    printed = [atom for atom in stream.atoms[start:stop] if atom.kind is not Kind.BLANK]
    digits = sum(len(atom.raw) for atom in printed)
    return (len(printed) >= SEVERAL or digits >= DIGITS) and all(a.weak < 0.6 for a in printed)


def _cues(pieces: list[Piece], matcher: Matcher, forms: Forms) -> NDArray[np.float64]:
    """Cue weights of shape (pieces, states)."""
    cues = np.zeros((len(pieces), len(STATES)))
    weights = np.array([piece.weight for piece in pieces])
    cues[:, [0, 4]] += (PROSE * (1 - weights) - NOT_PROSE)[:, None]
    short = [i for i, piece in enumerate(pieces) if 0 < len(piece.text) <= LONGEST_CUE]
    texts = [normalise(pieces[i].text) for i in short]
    bare = [split_mark(text.lstrip("#*"))[1] for text in texts]
    _add_headings(cues, short, bare, forms)
    candidates = [i for i in short if weights[i] > 0.3]
    _add_headers(cues, candidates, [normalise(pieces[i].text) for i in candidates], forms)
    scores = matcher.scores([pieces[i].text for i in candidates]).mean(axis=0)
    for row, i in enumerate(candidates):
        best = int(np.argmax(scores[row]))
        table = matcher.categories.keys[best].split("/")[0]
        # 其他 and 总计 stand in other tables too.
        length = min(1.0, (len(normalise(pieces[i].text)) - 1) / 4)
        cues[i, STATES.index(table)] += ROW * length * max(0.0, float(scores[row, best]) - 0.3)
    return cues


def _add_headings(
    cues: NDArray[np.float64],
    where: list[int],
    texts: list[str],
    forms: Forms,
) -> None:
    labels = [(normalise(s), section.key) for section in forms.sections for s in section.spellings]
    ratios = process.cdist(texts, [label for label, _ in labels], scorer=fuzz.ratio) / 100
    for row, i in enumerate(where):
        best = int(np.argmax(ratios[row])) if texts[row] else 0
        if texts[row] and ratios[row, best] >= HEADING_RATIO:
            key = labels[best][1]
            state = STATES.index(SECTION_STATES.get(key, key))
            cues[i, state] += HEADING * float(ratios[row, best])


def _add_headers(
    cues: NDArray[np.float64], where: list[int], texts: list[str], forms: Forms
) -> None:
    """Words of table headers, whole or cut into two pieces."""
    words = _header_words(forms)
    labels = [word for word, _ in words]
    whole = process.cdist(texts, labels, scorer=fuzz.ratio) / 100
    pairs = [a + b if len(a + b) <= LONGEST_CUT else "" for a, b in pairwise([*texts, ""])]
    cut = process.cdist(pairs, labels, scorer=fuzz.ratio) / 100
    for row, i in enumerate(where):
        for ratios, floor in ((whole, HEADER_RATIO), (cut, CUT_RATIO)):
            best = int(np.argmax(ratios[row]))
            if ratios[row, best] >= floor:
                cues[i, STATES.index(words[best][1])] += HEADER * float(ratios[row, best])
                break


def _header_words(forms: Forms) -> list[tuple[str, str]]:
    """Words that stand in the header of one table only, with that table."""
    tables: dict[str, set[str]] = {}
    for table in forms.tables.values():
        words = [*table.header_words, *([table.note] if table.note else [])]
        for row in table.rows:
            words += [*row.group, *([row.article] if row.article else [])]
            words += [name for column in row.columns for name in (column.label, *column.aliases)]
        for word in words:
            tables.setdefault(normalise(word), set()).add(table.table)
    return [(word, next(iter(where))) for word, where in tables.items() if len(where) == 1]


def _viterbi(cues: NDArray[np.float64]) -> NDArray[np.int_]:
    """The best path through the states that never moves back."""
    pieces, states = cues.shape
    total = np.full((pieces, states), -np.inf)
    back = np.zeros((pieces, states), dtype=int)
    total[0] = cues[0]
    for i in range(1, pieces):
        best = 0
        for state in range(states):
            if total[i - 1, state] > total[i - 1, best]:
                best = state
            back[i, state] = best
            total[i, state] = total[i - 1, best] + cues[i, state]
    path = np.zeros(pieces, dtype=int)
    path[-1] = int(np.argmax(total[-1]))
    for i in range(pieces - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return path


def _cut(stream: Stream, pieces: list[tuple[int, Piece]], first: int, last: int) -> Stream:
    """The part from piece `first` to the atoms behind piece `last`."""
    start = pieces[first][0]
    stop = pieces[last + 1][0] if last + 1 < len(pieces) else len(stream.atoms)
    part = stream.slice(start, stop)
    chosen = {id(piece) for _, piece in pieces[first : last + 1]}
    part.gaps[0] = [piece for piece in part.gaps[0] if id(piece) in chosen]
    part.gaps[-1] = [piece for piece in part.gaps[-1] if id(piece) in chosen]
    return part
