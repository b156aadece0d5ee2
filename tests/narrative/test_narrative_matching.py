"""What is left out to save time changes no answer."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from gipr_ml.forms.narrative import load_narrative
from gipr_ml.narrative.tokens import Tokenizer

FILES = ("sentences.toml", "development.toml", "held_out.toml", "later.toml", "names.toml")
LOADED = """
import sys
from gipr_ml.narrative.libraries import import_jieba, import_spacy
spacy, jieba = import_spacy(), import_jieba()
unneeded = {"spacy.cli", "spacy.language", "spacy.pipeline", "requests", "pkg_resources"}
assert not unneeded & set(sys.modules), "more than is needed"
from spacy.lang.zh import Chinese
assert [token.text for token in Chinese()("公开")] == ["公", "开"]
import spacy.cli
assert spacy.cli.__file__ and spacy.info(silent=True)["spacy_version"] == spacy.__version__
assert "".join(jieba.cut("政府信息公开")) == "政府信息公开"
"""


def sentences() -> set[str]:
    found: set[str] = set()
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        found |= {case["text"] for case in tomllib.loads(text).get("case", ())}
    return found


def test_no_sentence_is_kept_from_spacy_in_which_it_finds_something() -> None:
    tokenizer = Tokenizer(load_narrative())
    seen = kept_away = 0
    for text in sentences():
        kinds = tuple(token.kind for token in tokenizer.tokens(text))
        found = tokenizer._asked(kinds)
        if not tokenizer._may_fit(frozenset(kinds)):
            assert not found, text
            kept_away += 1
        assert tokenizer._matches(kinds) == tokenizer._matches(kinds) == found, text
        seen += 1
    assert seen > 100
    assert kept_away


def test_the_libraries_are_whole_afterwards() -> None:
    subprocess.run([sys.executable, "-c", LOADED], check=True)
