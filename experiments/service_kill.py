"""Kill the server and its workers at random moments while 200 jobs are under way.

    python experiments/service_kill.py --save

On SQLite and on PostgreSQL. Counts jobs lost, jobs done twice, and corrections lost or made twice:
all must be 0. A correction whose answer was lost is sent again under the same key.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from service_trials import SAMPLES, Service, databases, persist, write_tables

from gipr_ml.client import Client

CELL = "t4/reconsideration/total"
ENDED = ("done", "failed", "cancelled")
SAMPLE = SAMPLES / "chengxi_culture_2023.txt"


class Killer(threading.Thread):
    """Kills one process after the other, and starts the server again."""

    def __init__(self, service: Service, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.service, self.chance, self.enough = service, chance, threading.Event()
        self.killed: Counter[str] = Counter()

    def run(self) -> None:
        while not self.enough.wait(self.chance.uniform(0.3, 6)):
            workers = self.service.workers()
            if self.chance.random() < 0.35 or not workers:
                self.service.kill()
                self.killed["server"] += 1
                time.sleep(self.chance.uniform(0, 0.5))
                self.service.start()
            else:
                os.kill(self.chance.choice(workers), signal.SIGKILL)
                self.killed["worker"] += 1


def trial(service: Service, jobs: int, seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    text = SAMPLE.read_text("utf-8")
    began = time.monotonic()
    service.start()
    killer = Killer(service, chance)
    killer.start()
    client: Client = service.client()
    sent: list[str] = []
    corrections: dict[str, int] = {}
    for number in range(jobs):
        (one,) = persist(client.send, (f"{number}.txt", f"{text}\n附件 {number}\n".encode()))
        sent.append(one.report)
        if number % 4 == 3:
            report = sent[number // 2]
            if report in corrections or persist(client.status, report, wait=60)["status"] is None:
                continue
            change = {"kind": "value", "cell": CELL, "value": 1000 + number}
            persist(client.change, report, change, key=f"change-{number:06}")
            corrections[report] = 1000 + number
    while persist(client.status, sent[-1], wait=5)["progress"] not in ENDED:
        pass
    killer.enough.set()
    killer.join()
    told = [persist(client.status, report, wait=60) for report in sent]
    failed = [one["job"] for one in told if one["progress"] == "failed"]
    attempts = [client.job(one["job"])["attempts"] for one in told]
    for job in failed:
        client.retry(job)
    told = [persist(client.status, report, wait=60) for report in sent]
    steps = {report: client.history(report) for report in sent}
    listed = Counter(one["id"] for one in client.reports())
    wrong = {
        "jobs sent": jobs,
        "servers killed": killer.killed["server"],
        "workers killed": killer.killed["worker"],
        "jobs begun more than once": sum(number > 1 for number in attempts),
        "jobs failed because two workers were killed over them": len(failed),
        "jobs lost": sum(one["progress"] not in ENDED for one in told)
        + sum(report not in listed for report in sent),
        "jobs failed for good": sum(one["progress"] == "failed" for one in told),
        "jobs done twice": sum(
            sum(step["kind"] == "read" for step in report) > 1 for report in steps.values()
        )
        + len(listed)
        - len(set(sent)),
        "corrections made": len(corrections),
        "corrections lost": sum(
            value not in [s["body"].get("value") for s in steps[report]]
            for report, value in corrections.items()
        ),
        "corrections made twice": sum(
            sum(s["kind"] == "value" for s in steps[report]) > 1 for report in corrections
        ),
        "seconds": round(time.monotonic() - began),
    }
    client.close()
    service.stop()
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, databases("kill") as urls:
        for name, url in urls.items():
            made = Service(Path(folder) / name, url, workers=2, lease_seconds=3)
            found[name] = trial(made, options.jobs, options.seed)
            print(name, json.dumps(found[name]), flush=True)
    if options.save:
        save(found)


def save(found: dict[str, Any]) -> None:
    head = [
        "# Kill -9 while jobs are under way",
        "",
        "`python experiments/service_kill.py --save`: the server (a third of the times) or a",
        "worker is killed every 0.3 to 6 seconds until all jobs have ended; whoever sends tries",
        "again until there is an answer. A job over which two workers were killed has failed and",
        "says so; it is tried again at the end.",
    ]
    write_tables("service_kill", found, head, found)


if __name__ == "__main__":
    main()
