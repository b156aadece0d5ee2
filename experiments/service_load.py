"""50 clients reading results and 5 sending text reports, for 60 seconds, with 10,000 stored.

    python experiments/service_load.py --save

The clients are one other process on the same machine. Every client asks for the next result as soon
as it has the last one, of a report that is picked at random; every sender sends the next report as
soon as the last one is read, so the workers are never idle. Also measures the lists that pages open
with.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from service_trials import SAMPLES, Service, databases, machine, write_tables
from sqlalchemy import select

from gipr_ml.service.context import open_context
from gipr_ml.service.settings import Settings
from gipr_ml.service.store import schema

READERS, SENDERS, SECONDS, STORED = 50, 5, 60, 10_000
TEXTS = ("chengxi_culture_2023.txt", "wangchuan_forestry_2022_damaged.txt")
LISTS = {
    "queue, worst first": "/v1/reports",
    "search by agency and year": "/v1/reports?agency=文化局&year=2019",
    "search by finding": "/v1/reports?finding=t4.row_total",
    "summary": "/v1/summary",
    "agencies by year": "/v1/agencies",
    "years beside each other": "/v1/years",
}


# ---------------------------------------------------------------- the store


def fill(settings: Settings, number: int) -> list[str]:
    """Store `number` reports, copies of the samples under other agencies and years."""
    context = open_context(settings)
    with context.database.read() as connection:
        rows = {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in (schema.reports, schema.entries, schema.states, schema.findings)
        }
    names = []
    for start in range(0, number, 500):
        made: dict[str, list[dict[str, Any]]] = {name: [] for name in rows}
        for count in range(start, min(start + 500, number)):
            one, name = rows["reports"][count % len(rows["reports"])], uuid.uuid4().hex
            names.append(name)
            own = {"id": name, "sha256": uuid.uuid4().hex * 2, "year": 2010 + count % 15}
            own |= {"agency": f"{one['agency']}第{count // 15}处", "worst": random.random() * 300}
            made["reports"].append(one | own)
            for table in ("entries", "states", "findings"):
                copies = [row for row in rows[table] if row["report"] == one["id"]]
                made[table] += [row | {"report": name} for row in copies]
        with context.database.write() as connection:
            for table in (schema.reports, schema.entries, schema.states, schema.findings):
                connection.execute(table.insert(), made[table.name])
    context.database.close()
    return names


# ---------------------------------------------------------------- the clients


class Connection:
    """One connection that is kept open, and as little around it as can be."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port

    async def __aenter__(self) -> Connection:
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def ask(self, method: str, path: str, kind: str = "", body: bytes = b"") -> int:
        """Send a request and read the whole answer; gives the status."""
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
        if body:
            head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        self.writer.write(head.encode() + b"\r\n" + body)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length: ")[2].partition(b"\r")[0])
        await self.reader.readexactly(length)
        return int(answer.split(b" ", 2)[1])


async def attack(host: str, port: int, names: list[str], seconds: float) -> dict[str, Any]:
    """All readers and senders at once; times in milliseconds."""
    reads: list[float] = []
    sends: list[float] = []
    statuses: dict[str, int] = {}
    end = time.monotonic() + seconds
    text = (SAMPLES / TEXTS[0]).read_text("utf-8")

    def note(what: str, status: int, times: list[float], began: float) -> None:
        times.append(1000 * (time.perf_counter() - began))
        key = f"{what} {status}"
        statuses[key] = statuses.get(key, 0) + 1

    async def read(seed: int) -> None:
        chance = random.Random(seed)
        async with Connection(host, port) as connection:
            while time.monotonic() < end:
                path, began = f"/v1/reports/{chance.choice(names)}/result", time.perf_counter()
                note("read", await connection.ask("GET", path), reads, began)

    async def send(number: int) -> None:
        count = 0
        async with Connection(host, port) as connection:
            while time.monotonic() < end:
                kind, body = form(f"{number}-{count}.txt", f"{text}\n{number}-{count}\n")
                began, count = time.perf_counter(), count + 1
                status = await connection.ask("POST", "/v1/reports?wait=60", kind, body)
                note("send", status, sends, began)
                if status == 429:
                    await asyncio.sleep(1)

    await asyncio.gather(*(read(n) for n in range(READERS)), *(send(n) for n in range(SENDERS)))
    return {
        "answers": statuses,
        "reads a second": round(len(reads) / seconds, 1),
        "reads, p50 ms": quantile(reads, 0.5),
        "reads, p99 ms": quantile(reads, 0.99),
        "reads, slowest ms": round(max(reads, default=0), 1),
        "sent and read a second": round(len(sends) / seconds, 1),
        "sent and read, p50 ms": quantile(sends, 0.5),
        "sent and read, p99 ms": quantile(sends, 0.99),
    }


def form(name: str, text: str) -> tuple[str, bytes]:
    """A multipart form with one file."""
    mark = uuid.uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return f"multipart/form-data; boundary={mark}", f"{head}{text}\r\n--{mark}--\r\n".encode()


def quantile(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


# ---------------------------------------------------------------- the trial


def trial(folder: Path, database: str, seconds: float, stored: int) -> dict[str, Any]:
    service = Service(folder, database, workers=2, queue_length=100_000)
    service.start()
    with service.client() as client:
        for name in TEXTS:
            client.send(SAMPLES / name, wait=60)
    service.stop()
    names = fill(Settings(data=folder / "data", database=database), stored)
    (folder / "names.json").write_text(json.dumps(names))
    service.start()
    try:
        with service.client() as client:
            client.send((f"{uuid.uuid4()}.txt", b"warm up the workers"), wait=60)
        lists = measure_lists(service)
        command = [sys.executable, str(Path(__file__).resolve()), "--attack", service.url]
        command += ["--seconds", str(seconds)]
        told = subprocess.run(
            [*command, "--names", str(folder / "names.json")], capture_output=True, check=True
        )
        with service.client() as client:
            read = sum(1 for job in client.reports(progress="done", limit=500)) - stored
        return json.loads(told.stdout) | {"reports read meanwhile": read} | lists
    finally:
        service.stop()


def measure_lists(service: Service) -> dict[str, float]:
    import httpx

    found = {}
    with httpx.Client(base_url=service.url, timeout=60) as http:
        for name, path in LISTS.items():
            times = []
            for _ in range(5):
                began = time.perf_counter()
                http.get(path).raise_for_status()
                times.append(1000 * (time.perf_counter() - began))
            found[f"{name}, ms"] = round(sorted(times)[2], 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--stored", type=int, default=STORED)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--attack", help=argparse.SUPPRESS)
    parser.add_argument("--names", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.attack:
        host, port = options.attack.removeprefix("http://").rsplit(":", 1)
        names = json.loads(Path(options.names).read_text())
        print(json.dumps(asyncio.run(attack(host, int(port), names, options.seconds))))
        return
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, databases("load") as urls:
        for name, url in urls.items():
            found[name] = trial(Path(folder) / name, url, options.seconds, options.stored)
            print(name, json.dumps(found[name], indent=1), flush=True)
    if options.save:
        save(found, options.seconds, options.stored)


def save(found: dict[str, Any], seconds: float, stored: int) -> None:
    where = machine()
    head = [
        "# The service under load",
        "",
        f"`python experiments/service_load.py --save`: {READERS} clients read results, each the",
        f"next as soon as it has the last; {SENDERS} send text reports, each the next as soon as",
        f"the last is read; for {seconds:g} s, with {stored:,} reports stored, two workers, and",
        f"the clients on the same machine ({where}).",
    ]
    write_tables("service_load", {"machine": where, "found": found}, head, found)


if __name__ == "__main__":
    main()
