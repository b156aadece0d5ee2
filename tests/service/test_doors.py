"""Who may pass which door of the service, of all that the application has."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import SAMPLES
from doors import DOORS, SAFE, Door
from running import Service
from starlette.routing import Mount, Route

from gipr_ml.service.api import make_app
from gipr_ml.service.api.guard import HEADERS
from gipr_ml.service.changes import ReviewChange
from gipr_ml.service.context import Context, open_context
from gipr_ml.service.settings import Settings
from gipr_ml.service.store.access import ROLES
from gipr_ml.service.work import Worker
from gipr_ml.types import PageImage

TEXT = SAMPLES / "chengxi_culture_2023.txt"
each_door = pytest.mark.parametrize("door", DOORS, ids=str)
each_change = pytest.mark.parametrize("door", [one for one in DOORS if one.changes], ids=str)


@dataclass
class House:
    """A service that needs tokens, with something behind every door."""

    service: Service
    tokens: Mapping[str, str]
    there: dict[str, str] = field(default_factory=dict)
    count: Iterator[int] = field(default_factory=itertools.count)

    def call(self, door: Door, http: httpx.Client, **headers: str) -> httpx.Response:
        """Go through a door with what it needs to be passed by whoever may."""
        names = self.there
        if door.report != "reviewed":
            names = self.there | self._another(cancelled=door.report == "cancelled")
        path, says = door.path, door.says
        for name, value in names.items():
            path = path.replace(f"{{{name}}}", value)
            if says is not None:
                says = _filled(says, f"{{{name}}}", value)
        if path == "/page":
            path = "/page/index.html"
        files = (
            [("files", self._file())] if (door.method, path) == ("POST", "/v1/reports") else None
        )
        return http.request(door.method, path, json=says, files=files, headers=headers)

    def open(self, **headers: str) -> httpx.Client:
        """A caller; there is no TLS here, so no certificates have to be loaded either."""
        return httpx.Client(base_url=self.service.url, headers=headers, verify=False)

    def bearer(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"}

    def _file(self) -> tuple[str, bytes]:
        number = next(self.count)
        return f"{number}.txt", TEXT.read_bytes() + f"\n{number}\n".encode()

    def _another(self, *, cancelled: bool) -> dict[str, str]:
        """A report that nobody reads, for there is no worker."""
        with self.open(**self.bearer("review")) as http:
            (sent,) = http.post("/v1/reports", files=[("files", self._file())]).json()["sent"]
            if cancelled:
                http.post(f"/v1/reports/{sent['report']}/cancel").raise_for_status()
        return {"report": sent["report"], "job": sent["job"]}


def _filled(says: Any, name: str, value: str) -> Any:
    return {key: value if part == name else part for key, part in says.items()}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    service = Service(folder, host="0.0.0.0", workers=0)
    tokens = {
        role: service.run("token", "add", role, "--role", role).stdout.strip() for role in ROLES
    }
    made = House(service, tokens)
    context = open_context(Settings(data=folder / "data"))
    made.there |= _furnish(context)
    context.database.close()
    service.start()
    service.url = service.url.replace("0.0.0.0", "127.0.0.1")
    yield made
    service.stop()


def _furnish(context: Context) -> dict[str, str]:
    """A report that was reviewed and has a page, and a comparison; gives what stands in paths."""
    import threading

    sent = context.reports.send(TEXT.name, TEXT.read_bytes(), "a", str(context.versions()), None)
    worker = Worker(context, threading.Event())
    with worker.sandbox:
        assert worker.step()
    done = ReviewChange(review="done", leave_open=True)
    with context.database.write() as connection:
        context.history.add(connection, sent.report, [done], "a")
        digest = context.models.champion(connection)
        sha256 = context.reports.get(connection, sent.report).sha256
    context.files.add_pages(sha256, [PageImage(1, b"a picture", 10, 10)])
    page = context.files.comparison(sent.job.id)
    page.parent.mkdir()
    page.write_text("<p>a page</p>")
    there = {"report": sent.report, "job": sent.job.id, "digest": digest}
    return there | {"number": "1", "kind": "csv", "name": "docs.js"}


def _there(routes: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Each method and address of an application, read off its own routes."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _there(route.original_router.routes)
        elif isinstance(route, Route):
            for method in route.methods or ():
                if method != "HEAD":
                    yield method, route.path
        else:
            assert isinstance(route, Mount), f"a kind of route that nobody has thought of: {route}"
            yield "GET", route.path


def test_every_door_is_listed(quiet_context: Context) -> None:
    assert sorted(_there(make_app(quiet_context).routes)) == sorted(
        (d.method, d.path) for d in DOORS
    )


@each_door
@pytest.mark.parametrize("role", [None, *ROLES])
def test_whoever_may_passes_and_nobody_else(house: House, door: Door, role: str | None) -> None:
    headers = {} if role is None else house.bearer(role)
    with house.open(**headers) as http:
        answer = house.call(door, http)
    if door.role is None or (role is not None and ROLES.index(role) >= ROLES.index(door.role)):
        assert answer.is_success, answer.text
    elif role is None:
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "role")
    for name, value in HEADERS.items():
        if not (name == "Content-Security-Policy" and "comparisons" in door.path):
            assert answer.headers[name] == value
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


FOREIGN = (
    {"Origin": "http://elsewhere.example"}, {"Origin": "null"}, {"Origin": "http://["},
    {"Origin": "http://127.0.0.1"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)  # fmt: skip


@each_change
def test_a_page_from_elsewhere_changes_nothing_in_a_session(house: House, door: Door) -> None:
    with house.open() as page:
        opened = page.post("/v1/session", headers=house.bearer("administer"))
        csrf = opened.json()["csrf"]
        for headers in FOREIGN:
            answer = house.call(door, page, **headers, **{"X-CSRF-Token": csrf})
            assert (answer.status_code, answer.json()["code"]) == (403, "origin"), headers
        for wrong in ({}, {"X-CSRF-Token": csrf[:-1]}):
            answer = house.call(door, page, **wrong)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
        own = {"Origin": house.service.url, "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": csrf}
        assert house.call(door, page, **own).is_success


@each_change
def test_a_page_from_elsewhere_changes_nothing_on_this_machine(
    service: Service, door: Door
) -> None:
    path = door.path.replace("{report}", "0" * 32).replace("{job}", "0" * 32)
    path = path.replace("{digest}", "0" * 12)
    files = [("files", ("a.txt", b"x"))] if path == "/v1/reports" else None
    with httpx.Client(base_url=service.url, verify=False) as page:
        for headers in FOREIGN:
            says = None if files else door.says
            answer = page.request(door.method, path, headers=headers, json=says, files=files)
            assert (answer.status_code, answer.json()["code"]) == (403, "origin"), headers


def test_nobody_is_given_leave_to_read_from_elsewhere(house: House) -> None:
    with house.open() as http:
        asked = {"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "POST"}
        for door in DOORS:
            answer = http.options(door.path.replace("{", "").replace("}", ""), headers=asked)
            assert not [name for name in answer.headers if name.startswith("access-control")]


def test_what_only_looks_leaves_everything_as_it_was(house: House) -> None:
    with house.open(**house.bearer("administer")) as http:

        def seen() -> list[str]:
            doors = ("/v1/reports?limit=500", "/v1/jobs?limit=500", "/v1/models")
            history = f"/v1/reports/{house.there['report']}/history"
            return [http.get(path).text for path in (*doors, history)]

        before = seen()
        for door in DOORS:
            if door.method in SAFE:
                house.call(door, http)
        assert seen() == before


def test_a_session_without_a_token_ends_where_tokens_begin(tmp_path: Path) -> None:
    """Opened while only this machine could call, by whoever was on it."""
    folder = tmp_path / "moved"
    alone = Service(folder, workers=0)
    alone.run("token", "add", "a", "--role", "administer")
    alone.start()
    with httpx.Client(verify=False) as page:
        page.post(f"{alone.url}/v1/session", json={"name": "王"}).raise_for_status()
        assert page.get(f"{alone.url}/v1/reports").status_code == 200
        alone.stop()
        open_to_all = Service(folder, workers=0, host="0.0.0.0")
        open_to_all.settings["port"] = alone.settings["port"]
        open_to_all.start()
        answer = page.get(f"{alone.url}/v1/reports")
        open_to_all.stop()
    assert answer.status_code == 401
