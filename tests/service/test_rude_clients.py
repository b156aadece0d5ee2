"""Callers that send too much, too slowly, or ask for what is not theirs."""

from __future__ import annotations

import io
import socket
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from conftest import SAMPLES
from running import Service

from gipr_ml.service import limits

IMPATIENT = (
    "from gipr_ml.service import limits\n"
    "limits.HEAD_SECONDS = limits.BODY_SECONDS = 1.0\nlimits.SLOWEST = 10**9\n"
)
TEXT = SAMPLES / "chengxi_culture_2023.txt"
SECRET = "kept from everybody"


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that waits for nobody longer than a second."""
    made = Service(tmp_path_factory.mktemp("rude"), before=IMPATIENT, workers=1, wait_seconds=60)
    made.start()
    (made.folder / "secret").write_text(SECRET)
    (made.folder / "data" / "secret").write_text(SECRET)
    yield made
    made.stop()


def dial(service: Service) -> socket.socket:
    host, port = service.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), 60)


def say(service: Service, text: bytes) -> bytes:
    """Everything that is answered until the service hangs up."""
    with dial(service) as line:
        line.sendall(text)
        return hear(line)


def hear(line: socket.socket) -> bytes:
    told = b""
    try:
        while part := line.recv(65_536):
            told += part
    except ConnectionResetError:
        pass
    return told


def hear_answer(line: socket.socket) -> bytes:
    """One answer of /health, which may come in pieces."""
    told = b""
    while not told.endswith(b'{"status":"ok"}'):
        part = line.recv(65_536)
        assert part, told
        told += part
    return told


def head(service: Service, first: str, *more: str) -> bytes:
    lines = [f"{first} HTTP/1.1", f"Host: {service.url.removeprefix('http://')}", *more]
    return "\r\n".join(lines).encode() + b"\r\n"


def test_slow_callers_hold_nobody_up_and_are_sent_away(impatient: Service) -> None:
    body = ("Content-Type: application/json", "Content-Length: 1000")
    upload = ("Content-Type: multipart/form-data; boundary=x", "Content-Length: 100000")
    silent = [
        b"", b"G", head(impatient, "GET /health"), head(impatient, "GET /health") + b"X-A: ",
    ]  # fmt: skip
    dripping = [
        head(impatient, "POST /v1/check", *body) + b'\r\n{"forms": ',
        head(impatient, "POST /v1/reports", *upload) + b"\r\n--x\r\nContent-Disp",
    ]
    with ExitStack() as stack:
        held = []
        for text in [*silent * 100, *dripping * 20]:
            line = stack.enter_context(dial(impatient))
            line.sendall(text)
            held.append((text, line))
        with httpx.Client(base_url=impatient.url, timeout=60) as http:
            for _ in range(20):
                assert http.get("/v1/reports").status_code == 200
        for text, line in held:
            answer = hear(line)
            if text in dripping:
                assert answer.startswith(b"HTTP/1.1 408 ")
                assert b'"code":"slow"' in answer
            else:
                assert answer == b""


def test_a_caller_who_takes_his_time_between_two_calls_is_not_slow(impatient: Service) -> None:
    whole = head(impatient, "GET /health") + b"\r\n"
    with dial(impatient) as line, dial(impatient) as watch:
        line.sendall(whole)
        assert hear_answer(line).startswith(b"HTTP/1.1 200 OK")
        hear(watch)  # until somebody who said nothing is sent away
        line.sendall(whole)
        assert hear_answer(line).startswith(b"HTTP/1.1 200 OK")


def test_heads_are_bounded(impatient: Service) -> None:
    room = limits.HEAD_BYTES
    for first, more in (
        ("GET /" + "a" * (room - 2), ()),
        ("GET /v1/reports?text=" + "a" * (room - 20), ()),
        ("GET /health", ("X-A: " + "a" * room,)),
        ("GET /health", tuple(f"X-{n}: {'a' * 100}" for n in range(room // 100))),
    ):
        told = say(impatient, head(impatient, first, *more, "Connection: close") + b"\r\n")
        assert told.startswith(b"HTTP/1.1 431 "), first[:20]
    with httpx.Client(base_url=impatient.url) as http:
        assert http.get("/health", headers={"X-A": "a" * (room // 2)}).status_code == 200


def test_a_head_without_end_is_not_kept(impatient: Service) -> None:
    with dial(impatient) as line:
        line.sendall(head(impatient, "GET /health") + b"X-A: ")
        with pytest.raises(ConnectionError):
            line.sendall(b"a" * 50_000_000)
    with httpx.Client(base_url=impatient.url) as http:
        assert http.get("/health").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/page/../../settings.toml", "/page/%2e%2e/%2e%2e/serve.py", "/page/..%2f..%2fserve.py",
        "/page/....//serve.py", "/page//etc/passwd", "/page/%00", "/docs/..%2fguard.py",
        "/docs/%2e%2e/guard.py", "/v1/reports/../../secret", "/v1/reports/..%2f..%2fsecret",
        "/v1/reports/..%2f..%2fsecret/result", "/v1/models/comparisons/..%2f..%2fsecret",
        "/v1/models/comparisons/../../secret", "/v1/jobs/..%2fsecret", "//etc/passwd",
        "/v1/reports/%2e%2e/export/csv", "/v1/reports/a%0d%0aX: y/pages/1",
    ],
)  # fmt: skip
def test_no_path_leads_out(impatient: Service, path: str) -> None:
    told = say(impatient, head(impatient, f"GET {path}", "Connection: close") + b"\r\n")
    assert told.split(b" ")[1] in (b"400", b"404", b"422")
    assert SECRET.encode() not in told
    assert b"import" not in told
    assert b"root:" not in told


NAMES = (
    "../../../escaped.txt", "..\\..\\escaped.txt", "/tmp/escaped.txt", "C:\\escaped.txt", "..",
    "escaped\0.txt", "a\r\nSet-Cookie: x=1.txt", "." * 300 + ".txt", "年报\u202etxt.exe",
)  # fmt: skip


def test_names_lead_nowhere_and_end_no_header(impatient: Service) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, name in enumerate(NAMES):
            archive.writestr(name, TEXT.read_bytes() + b"%d zip" % number)
    files = [
        ("files", (name, TEXT.read_bytes() + b"%d file" % number))
        for number, name in enumerate(NAMES)
    ]
    root = impatient.folder.parent
    before = set(root.rglob("*escaped*"))
    with httpx.Client(base_url=impatient.url, timeout=60) as http:
        files.append(("files", ("a.zip", packed.getvalue())))
        http.post("/v1/reports?wait=60", files=files).raise_for_status()
        shown = http.get("/v1/reports?limit=500").json()["reports"]
        assert len(shown) > len(NAMES)
        for one in shown:
            assert not {"/", "\\", "\0", "\n", "\r"} & {*one["name"]}
            http.get(
                f"/v1/reports/{one['id']}?wait=60"
            ).raise_for_status()  # what was in the archive
            kind = http.get(f"/v1/reports/{one['id']}/export/json").headers
            assert "set-cookie" not in kind
            assert kind["content-disposition"].isascii()
    assert set(root.rglob("*escaped*")) == before == set()
    assert not Path("/tmp/escaped.txt").exists()
    stray = [p.name for p in (impatient.folder / "data").iterdir() if p.name.startswith("gipr-")]
    assert stray == []
