"""What the documents, the image and the compose file name is there."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest
import typer
import yaml
from conftest import ROOT, SAMPLES

from gipr_ml.cli.app import app
from gipr_ml.client import Client
from gipr_ml.service.api import make_app
from gipr_ml.service.settings import Settings

GUIDE = (ROOT / "docs" / "service.md").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def verbs() -> set[str]:
    return {*typer.main.get_group(app).commands}  # type: ignore[attr-defined]


def test_calls_of_the_guide_are_calls_of_the_service(quiet_context):
    described = {
        (method.upper(), re.sub(r"\{\w+\}", "*", path))
        for path, operations in make_app(quiet_context).openapi()["paths"].items()
        for method in operations
    }
    examples = re.findall(r"^curl .*?(?=\n(?:curl|```))", GUIDE, re.MULTILINE | re.DOTALL)
    assert len(examples) >= 12
    for example in examples:
        words = shlex.split(example)
        (url,) = [word for word in words if word.startswith("http://")]
        path = url.removeprefix("http://127.0.0.1:8000").partition("?")[0]
        sends = {"-F", "--json", "-X"} & {*words}
        known = re.sub(r"\$ID|\$DIGEST|(?<=export/)xlsx", "*", path)
        assert ("POST" if sends else "GET", known) in described, example


def test_commands_of_the_guide_are_commands(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    found = re.findall(r"(?:^    |`)gipr (\w+)", GUIDE, re.MULTILINE)
    assert {"serve", "token", "work"} <= {*found} <= verbs()


def test_the_python_example_of_the_guide_runs(service, tmp_path, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    text = (SAMPLES / "chengxi_culture_2023.txt").read_text("utf-8")
    (tmp_path / "report.txt").write_text(f"{text}\n指南\n", "utf-8")
    exec(code.replace("http://127.0.0.1:8000", service.url), {})
    assert capsys.readouterr().out == "consistent []\n"


def test_the_compose_file_starts_what_there_is():
    services = COMPOSE["services"]
    assert {*services} == {"service", "worker", "database", "mlflow"}
    for name in ("service", "worker"):
        assert services[name]["command"][0] in verbs()
        assert 'ENTRYPOINT ["gipr"]\n' in DOCKERFILE
        given = {key for key in services[name]["environment"] if key.startswith("GIPR_")}
        assert {key.removeprefix("GIPR_").lower() for key in given} <= {*Settings.model_fields}
    volumes = {v.partition(":")[0] for s in services.values() for v in s["volumes"]}
    assert volumes == {*COMPOSE["volumes"]}


def test_the_settings_of_the_compose_file_are_read(monkeypatch):
    for name, value in COMPOSE["services"]["service"]["environment"].items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert (settings.workers, settings.https) == (0, False)
    assert settings.database_url.startswith("postgresql+psycopg://gipr:")


def test_versions_of_images_are_pinned():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    images = {one["image"] for one in COMPOSE["services"].values()}
    images |= {*re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)}
    assert f"gipr-ml:{version}" in images
    assert all(re.search(r":\d+\.\d+[.\d]*", image) for image in images), images


@pytest.mark.parametrize("name", re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE))
def test_what_the_image_copies_is_there_and_not_ignored(name):
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for part in name.split():
        assert (ROOT / part).exists()
        assert f"!{part}" in ignored


def test_a_client_says_when_nobody_answers():
    with Client("http://127.0.0.1:9", seconds=1) as client:
        with pytest.raises(Exception, match="the service does not answer") as silent:
            client.status("0" * 32)
        assert silent.value.status == 0  # type: ignore[attr-defined]
