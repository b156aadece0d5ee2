"""Who may do what, and what a page from elsewhere may not."""

from __future__ import annotations

import re
import shutil

import httpx
import numpy as np
import pytest
from running import Service
from starlette.testclient import TestClient

from gipr_ml.service.api import make_app
from gipr_ml.service.store.access import ROLES
from gipr_ml.service.store.schema import tokens
from gipr_ml.store import default_folder, read_arrays, read_manifest, save_arrays

ANY = "0" * 32


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A service that other machines could reach, and a token of each role."""
    made = Service(tmp_path_factory.mktemp("guarded"), host="0.0.0.0", workers=0)
    secrets = {
        role: made.run("token", "add", role, "--role", role).stdout.strip() for role in ROLES
    }
    made.start()
    made.url = made.url.replace("0.0.0.0", "127.0.0.1")
    yield made, secrets
    made.stop()


def test_without_tokens_it_starts_on_this_machine_alone(tmp_path):
    made = Service(tmp_path / "open", host="0.0.0.0", workers=0).run("serve")
    assert made.returncode == 1
    assert made.stderr == (
        "gipr: 0.0.0.0 can be reached from other machines, so callers need tokens; make one first:"
        " gipr token add NAME --role administer\n"
    )


def test_only_digests_of_tokens_are_kept(quiet_context):
    secret = quiet_context.access.add_token("李", "review")
    with quiet_context.database.read() as connection:
        (row,) = connection.execute(tokens.select())
        kept = " ".join(str(value) for value in row)
        assert quiet_context.access.by_token(connection, secret).name == "李"
        assert quiet_context.access.by_token(connection, secret[:-1]) is None
    assert secret not in kept
    assert len(secret) > 43
    assert re.fullmatch("[0-9a-f]{64}", row.sha256)


def test_tokens_are_listed_and_revoked(tmp_path):
    service = Service(tmp_path / "tokens", workers=0)
    assert service.run("token", "add", "a", "--role", "read").returncode == 0
    again = service.run("token", "add", "a")
    assert (again.returncode, again.stderr) == (
        2, "gipr: there is a token of the name 'a' already\n",
    )  # fmt: skip
    assert service.run("token", "revoke", "a").returncode == 0
    assert service.run("token", "list").stdout.rstrip().endswith("revoked")


def test_a_revoked_token_and_its_sessions_are_worth_nothing(guarded):
    service, _ = guarded
    secret = service.run("token", "add", "short", "--role", "read").stdout.strip()
    with httpx.Client(base_url=service.url) as page:
        bearer = {"Authorization": f"Bearer {secret}"}
        assert page.post("/v1/session", headers=bearer).status_code == 200
        assert page.get("/v1/reports").status_code == 200
        service.run("token", "revoke", "short")
        assert page.get("/v1/reports").status_code == 401
        assert page.get("/v1/reports", headers=bearer).status_code == 401


def test_a_session_that_is_opened_while_its_token_is_revoked_is_worth_nothing(quiet_context):
    access, database = quiet_context.access, quiet_context.database
    token = access.add_token("short", "review")
    with database.read() as connection:
        who = access.by_token(connection, token)
    with database.write() as connection:
        before, _ = access.open_session(connection, who, 1)
        assert access.by_session(connection, before) is not None
    access.revoke("short")
    with database.write() as connection:
        after, _ = access.open_session(connection, who, 1)
        assert access.by_session(connection, before) is None
        assert access.by_session(connection, after) is None


@pytest.mark.parametrize(
    "added",
    [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"Via": "1.1 a"},
     {"X-Real-IP": "127.0.0.1"}, {"X-Forwarded-Host": "127.0.0.1"}],
)  # fmt: skip
def test_what_a_proxy_passes_on_needs_a_token(service, added):
    with httpx.Client(base_url=service.url) as page:
        page.post("/v1/session", json={"name": "王"}).raise_for_status()
        assert page.get("/v1/reports").status_code == 200
        assert page.get("/v1/reports", headers=added).status_code == 401
        assert page.post("/v1/session", headers=added).status_code == 401
    secret = service.run("token", "add", str(added), "--role", "read").stdout.strip()
    known = {"Authorization": f"Bearer {secret}"} | added
    assert httpx.get(f"{service.url}/v1/reports", headers=known).status_code == 200


def test_nothing_is_taken_of_whoever_may_not_send(guarded):
    """A form is no form here, which only whoever may send is told: nobody looked at it before."""
    service, secrets = guarded
    said = {"Content-Type": "multipart/form-data; boundary=x"}
    told = {}
    for role in (None, *ROLES):
        bearer = {} if role is None else {"Authorization": f"Bearer {secrets[role]}"}
        body = b"no form" + b"." * 3_000_000
        told[role] = httpx.post(f"{service.url}/v1/reports", headers=said | bearer, content=body)
    assert {role: answer.status_code for role, answer in told.items()} == {
        None: 401, "read": 403, "review": 400, "administer": 400,
    }  # fmt: skip


def test_jobs_of_administrators_are_ended_and_begun_again_by_them_alone(guarded):
    service, secrets = guarded
    bearer = {role: {"Authorization": f"Bearer {secrets[role]}"} for role in ROLES}
    with httpx.Client(base_url=service.url) as http:
        for path in ("train", "rollback"):
            job = http.post(f"/v1/models/{path}", json={}, headers=bearer["administer"]).json()
            for deed, state in (("cancel", "cancelled"), ("retry", "queued")):
                path = f"/v1/jobs/{job['id']}/{deed}"
                answer = http.post(path, headers=bearer["review"])
                assert (answer.status_code, answer.json()["code"]) == (403, "role")
                assert http.post(path, headers=bearer["administer"]).json()["state"] == state


def test_a_session_changes_something_only_with_its_csrf_token(guarded):
    service, secrets = guarded
    with httpx.Client(base_url=service.url) as page:
        opened = page.post(
            "/v1/session", headers={"Authorization": f"Bearer {secrets['administer']}"}
        )
        cookie = opened.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        csrf = opened.json()["csrf"]
        path = f"/v1/reports/{ANY}"
        assert page.get("/v1/session").json() == {
            "name": "administer", "role": "administer", "local": False, "csrf": csrf,
        }  # fmt: skip
        assert page.delete(path).json()["code"] == "csrf"
        assert page.delete(path, headers={"X-CSRF-Token": "0" * 64}).json()["code"] == "csrf"
        assert page.delete(path, headers={"X-CSRF-Token": csrf}).status_code == 404
        foreign = {"X-CSRF-Token": csrf, "Origin": "http://elsewhere.example"}
        assert page.delete(path, headers=foreign).json()["code"] == "origin"
        assert page.delete("/v1/session", headers={"X-CSRF-Token": csrf}).status_code == 204
        assert page.get("/v1/session").status_code == 401


def test_on_this_machine_its_own_page_may(service):
    headers = {"Origin": service.url, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=service.url, headers=headers) as page:
        told = page.post("/v1/session", json={"name": "王敏"}).json()
        assert (told["name"], told["role"]) == ("王敏", "administer")
        assert page.delete(f"/v1/reports/{ANY}").json()["code"] == "csrf"
        again = page.delete(f"/v1/reports/{ANY}", headers={"X-CSRF-Token": told["csrf"]})
        assert again.status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil", ""])
def test_it_is_not_called_by_another_name(service, host):
    answer = httpx.get(service.url + "/v1/reports", headers={"Host": host})
    assert answer.status_code == 400


def test_where_tokens_are_needed_any_name_will_do(guarded):
    service, secrets = guarded
    headers = {"Host": "reports.example.cn", "Authorization": f"Bearer {secrets['read']}"}
    assert httpx.get(service.url + "/v1/reports", headers=headers).status_code == 200


def test_whoever_guesses_tokens_has_to_wait(tmp_path):
    service = Service(tmp_path / "guessed", workers=0)
    service.start()
    wrong = {"Authorization": "Bearer gipr_wrong"}
    with httpx.Client(base_url=service.url, headers=wrong) as guesser:
        # Nobody is believed who only says that he is somebody else.
        codes = [_guess(guesser, f"203.0.113.{number}") for number in range(22)]
        assert codes == [401] * 20 + [429] * 2
        assert int(guesser.get("/v1/reports").headers["retry-after"]) <= 61
    service.stop()


def test_whoever_guesses_behind_a_trusted_proxy_waits_alone(tmp_path):
    service = Service(tmp_path / "behind", workers=0, trusted_proxies='["127.0.0.1/32"]')
    service.start()
    wrong = {"Authorization": "Bearer gipr_wrong"}
    with httpx.Client(base_url=service.url, headers=wrong) as proxy:
        # The proxy adds the address of the caller behind what the caller says.
        codes = [_guess(proxy, f"198.51.100.{number}, 203.0.113.7") for number in range(21)]
        assert codes == [401] * 20 + [429]
        assert _guess(proxy, "203.0.113.8") == 401
    service.stop()


def _guess(client, caller):
    return client.get("/v1/reports", headers={"X-Forwarded-For": caller}).status_code


def test_a_model_that_was_put_in_the_place_of_another_reads_nothing(quiet_context):
    """Even where its own manifest fits it: the digest that was entered is what is trusted."""
    context, shipped = quiet_context, default_folder()
    own = context.files.models / "own"
    shutil.copytree(shipped, own, ignore=shutil.ignore_patterns("history"))
    arrays, _ = read_arrays(own, "lines")
    about = read_manifest(own, "lines.json")
    plain = {name: about[name] for name in about.keys() - {"format", "file", "sha256"}}
    save_arrays(own, "lines", {**arrays, "more": np.zeros(1)}, plain)
    with context.database.write() as connection:
        digest = context.models.add(connection, "own", {}, "a")
        champion = context.models.champion(connection)
        context.models.enter(connection, {"model": digest}, champion, "a")
    assert context.models.in_use() == own
    save_arrays(own, "lines", {**arrays, "more": np.ones(1)}, plain)
    with TestClient(make_app(context), base_url="http://127.0.0.1") as http:
        answer = http.post("/v1/reports", files=[("files", ("a.txt", b"text"))])
        assert answer.status_code == 503
        assert answer.json()["detail"].endswith("is no longer the one that was entered")
        assert http.get("/ready").status_code == 503
