"""The file that explains the settings says what the program does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from gipr_ml.errors import UsageError
from gipr_ml.service.settings import EXAMPLE, Settings, read_settings


def test_every_setting_is_explained_with_its_default():
    explained = tomllib.loads(EXAMPLE.read_text("utf-8"))
    defaults = Settings().model_dump(mode="json")
    assert explained == defaults


def test_the_environment_beats_the_file_and_the_command_beats_both(tmp_path, monkeypatch):
    path = tmp_path / "settings.toml"
    path.write_text('port = 1\nhost = "127.0.0.2"\nworkers = 3\n')
    monkeypatch.setenv("GIPR_PORT", "2")
    monkeypatch.setenv("GIPR_WORKERS", "4")
    settings = read_settings(path, workers=5, data=None)
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.2", 2, 5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot = 1", "the setting prot is wrong: Extra inputs are not permitted"),
        ("port = 99999", "the setting port is wrong: Input should be less than or equal to 65535"),
        ("port = ", "is no valid TOML"),
        ('trusted_proxies = ["*"]', "the setting trusted_proxies.0 is wrong: value is not a valid"),
        ('trusted_proxies = ["::/0"]', "name the proxies, not every address"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, text, words):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=re.escape(words)):
        read_settings(path)
    with pytest.raises(UsageError, match=r"none\.toml cannot be read"):
        read_settings(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.9.9.9", True),
     ("0.0.0.0", False), ("::", False), ("192.168.0.5", False), ("example.org", False)],
)  # fmt: skip
def test_which_addresses_are_this_machine_alone(host, local):
    assert Settings(host=host).on_loopback is local


def test_urls_of_databases():
    assert Settings(data=Path("/x")).database_url == "sqlite:////x/gipr.db"
    url = Settings(database="postgresql://a:b@c/d").database_url
    assert url == "postgresql+psycopg://a:b@c/d"


def test_what_the_command_says_is_held_against_the_same_limits():
    with pytest.raises(UsageError, match=r"the setting workers is wrong: .* 256"):
        read_settings(workers=100_000)
