"""The files of the page, without a browser."""

from __future__ import annotations

import json
import re

from reviewing import words_of

from gipr_ml.service.official import forms_view

PAGES = words_of("zh").parents[1]
SCRIPTS = [path for path in PAGES.rglob("*.js") if path.parent.name != "vendor"]
LONGEST = 300


def words(name: str) -> dict[str, str]:
    read: dict[str, str] = json.loads(words_of(name).read_text("utf-8"))
    return read


def test_both_languages_have_the_same_words():
    zh, en = words("zh"), words("en")
    assert list(zh) == list(en)
    blanks = {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in zh.items()}
    assert blanks == {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in en.items()}


def test_every_word_that_a_script_asks_for_is_there():
    known = words("zh")
    source = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    asked = set(re.findall(r'\bt\("([^"]+)"', source))
    pairs = re.findall(r'\bt\([^"()]*\? "([\w.]+)" : "([\w.]+)"', source)
    asked |= {word for pair in pairs for word in pair}
    assert {word for word in asked if word not in known} == set()
    starts = set(re.findall(r"\bt\(`([a-z_.]+)\$\{", source))
    assert {start for start in starts if not any(key.startswith(start) for key in known)} == set()


def test_every_label_rule_and_key_has_words():
    known, forms = words("zh"), forms_view()
    wanted = {f"label.{label}" for label in [*forms.labels, "unresolved"]}
    wanted |= {f"label.{label}.about" for label in forms.labels}
    wanted |= {f"rule.{identity.rule}" for identity in forms.identities}
    wanted |= {f"rule.{code}" for code in forms.findings}
    assert wanted - known.keys() == set()


def test_scripts_stay_short_and_load_nothing_from_elsewhere():
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in SCRIPTS}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}
    for path in PAGES.rglob("*"):
        if path.suffix in (".js", ".css", ".html"):
            found = re.findall(r"https?://[\w./]+|@import", path.read_text("utf-8"))
            assert set(found) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"}


def test_every_script_is_fetched_at_once():
    index = (PAGES / "index.html").read_text("utf-8")
    named = set(re.findall(r'(?:href|src)="/page/([\w/.-]+\.js)"', index))
    assert named == {str(path.relative_to(PAGES)) for path in PAGES.rglob("*.js")}
