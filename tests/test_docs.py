"""What the documents say is so: commands, options, settings, paths, figures, and every example."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from documents import (
    DOCUMENTS,
    NAMES,
    ROOT,
    Block,
    blocks,
    commands,
    every_option,
    inline,
    links,
    options,
    options_in,
    paths,
    verb,
    words,
)
from office_files import docx

from gipr_ml.cli import main
from gipr_ml.learning import training
from gipr_ml.service.settings import Settings
from gipr_ml.sources import read

SAMPLES = ROOT / "gipr_ml" / "samples"
TEXTS = (
    "chengxi_culture_2023.txt",
    "lanting_transport_2024.html",
    "wangchuan_forestry_2022_damaged.txt",
)
SCAN = "jintang_housing_2022_scan.pdf"
FINISHED = {0, 4}
"""Exit codes of examples: some reports may need review, and one of the samples does."""
RUN = {"check", "decide", "doctor", "label", "process", "rules", "summary", "synthesize"}
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)


@each_document
def test_commands_and_options_are_there(path):
    for command in commands(path):
        found, rest = verb(words(command))
        unknown = options_in(rest) - options(found)
        assert not unknown, f"{command}: gipr {found.name} has no {', '.join(unknown)}"
    unknown = options_in(inline(path)) - every_option()
    assert not unknown, f"no command has {', '.join(unknown)}"


@each_document
def test_files_that_are_named_or_linked_are_there(path):
    made = (ROOT / ".gitignore").read_text("utf-8").split()
    missing = [
        name
        for name in paths(path)
        if f"/{name}" not in made
        and not any([*folder.glob(name.rstrip("/"))] for folder in (ROOT, path.parent))
    ]
    missing += [name for name in links(path) if not (path.parent / name).exists()]
    assert missing == []


@each_document
def test_settings_of_the_service_are_there(path):
    text = path.read_text("utf-8")
    named = re.findall(r"(?:[Ss]etting|Set) `(\w+)`", text)
    named += [name.lower() for name in re.findall(r"\bGIPR_([A-Z_]+)", text)]
    assert {*named} <= {*Settings.model_fields}


@each_document
def test_targets_of_make_are_there(path):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    lines = [line for block in blocks(path) for line in block.text.splitlines()] + inline(path)
    asked = {line.split()[1] for line in lines if re.match(r"make [a-z]+", line)}
    assert asked <= {*targets}


def test_figures_are_those_of_the_files_they_link_to():
    spec = importlib.util.spec_from_file_location("figures", ROOT / "docs" / "figures.py")
    assert spec
    assert spec.loader
    figures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(figures)
    old = [
        path.name for path in figures.DOCUMENTS if figures.updated(path) != path.read_text("utf-8")
    ]
    assert old == [], "run python docs/figures.py"
    assert len(figures.FIGURE.findall((ROOT / "docs" / "limits.md").read_text("utf-8"))) > 40


def test_both_languages_name_the_same_commands():
    english, chinese = (ROOT / "README.md", ROOT / "README.zh-CN.md")
    named = [{verb(words(c))[0].name for c in commands(path)} for path in (english, chinese)]
    assert named[0] == named[1]
    assert {*links(english)} - {"README.zh-CN.md"} <= {*links(chinese)}
    (shown,) = [block.text for block in blocks(chinese) if block.text.startswith("consistent ")]
    assert shown in english.read_text("utf-8")


@pytest.fixture
def world(tmp_path, monkeypatch, capfd):
    """A folder such as a user of the documents has: reports, a draft, results that were corrected.

    Labels are taken into a copy of the labelled reports.
    """
    monkeypatch.chdir(tmp_path)
    for folder, names in (("reports", TEXTS), ("scans", (SCAN, TEXTS[2]))):
        (tmp_path / folder).mkdir()
        for name in names:
            shutil.copy(SAMPLES / name, folder)
    other = (SAMPLES / TEXTS[0]).read_text("utf-8").replace("澄溪市", "清溪市")
    Path("report.pdf").write_text(other, "utf-8")
    Path("draft.docx").write_bytes(docx())
    with zipfile.ZipFile("more.zip", "w") as archive:
        archive.write(SAMPLES / TEXTS[1], "one.html")
    Path("gipr_ml").symlink_to(ROOT / "gipr_ml")
    shutil.copytree(ROOT / "training_data", "training_data")
    monkeypatch.setattr(training, "default_data", lambda: Path("training_data"))
    monkeypatch.setattr(read, "READERS", dict(read.READERS))
    call(["process", "reports", "--out", "corrected"], monkeypatch)
    capfd.readouterr()


def call(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["gipr", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def expanded(given: list[str]) -> list[str]:
    """Words with the name of a report that a reader has, and patterns as a shell puts them."""
    named = [word.replace("REPORT.json", f"{Path(TEXTS[2]).stem}.json") for word in given]
    return [name for word in named for name in _matching(word)]


def _matching(word: str) -> list[str]:
    return sorted(map(str, Path().glob(word))) if "*" in word else [word]


def takes_long(given: list[str]) -> bool:
    """Whether an example is only looked at: learning, scans that are made, models of a server."""
    return given[0] not in RUN or "scan" in given or any(":/" in word for word in given)


def run(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what a block shows: write the file that it names, or run its commands or its Python.

    What asks a service is run by the tests of the service.
    """
    language, _, name = block.info.partition(" ")
    if name:
        Path(name).write_text(block.text, "utf-8")
    elif language == "python" and "gipr_ml.client" not in block.text:
        exec(compile(block.text, "example", "exec"), {"__name__": "__main__"})
    for command in block.commands:
        given = expanded(words(command))
        found, rest = verb(given)
        if takes_long(given):
            with found.make_context(given[0], rest):
                pass
            if "--config" in given:
                training.read_settings(Path(given[given.index("--config") + 1]))
        else:
            assert call(given, monkeypatch) in FINISHED, command


EXAMPLES = [path for path in DOCUMENTS if any(b.commands or b.info.startswith("python")
                                              for b in blocks(path))]  # fmt: skip


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
@pytest.mark.usefixtures("world")
def test_examples_run(path, monkeypatch, capfd):
    said = ""
    for block in blocks(path):
        if block.info == "text":
            missing = [line for line in block.text.splitlines() if line not in said]
            assert missing == [], f"is not what {path.name} shows; it printed:\n{said}"
        elif block.commands or block.info not in ("", "sh"):
            run(block, monkeypatch)
            said = "".join(capfd.readouterr())
            assert "Traceback" not in said


def test_commands_of_examples_that_are_only_looked_at_run_in_other_tests():
    """As words of a call, in quotes."""
    others = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    called = "".join(path.read_text("utf-8") for path in others)
    named = {words(c)[0] for path in EXAMPLES for b in blocks(path) for c in b.commands}
    assert {name for name in named - RUN if f'"{name}"' not in called} == set()
