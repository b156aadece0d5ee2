"""What holds for every verb."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.main import get_command

from gipr_ml.cli.app import app

COMMANDS = get_command(app).commands
README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name):
    assert COMMANDS[name].help
    for parameter in COMMANDS[name].params:
        assert getattr(parameter, "help", None), f"gipr {name}: {parameter.name}"


def test_help_lists_every_command(gipr):
    done = gipr("--help")
    assert done.code == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", done.out, re.MULTILINE)


def test_the_readme_names_every_command_and_no_other():
    named = set(re.findall(r"\bgipr ([a-z]+)\b", README.read_text("utf-8")))
    assert named == set(COMMANDS)


def test_make_run_prints_what_the_readme_shows(gipr, samples, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = re.search(r"```\n(consistent .*?)```", README.read_text("utf-8"), re.DOTALL)
    assert shown
    assert shown[1].startswith(gipr("process", samples, "--out", "out").out)


def test_the_version_is_that_of_the_package(gipr):
    assert gipr("--version").out.strip() == f"gipr-ml {version('gipr-ml')}"


def test_doctor_finds_everything_in_order(gipr):
    done = gipr("doctor")
    assert done.code == 0
    assert "Everything that is needed is there." in done.out
    assert ".html" in done.out


def test_an_unknown_command_is_a_wrong_call(gipr):
    assert gipr("proces").code == 2
