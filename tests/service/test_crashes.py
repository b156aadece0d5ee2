"""Nothing is lost and nothing is done twice, whenever a process is killed."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from contextlib import suppress

import pytest
from conftest import SAMPLES
from running import Service

from gipr_ml.client import CallError

TEXT = (SAMPLES / "chengxi_culture_2023.txt").read_text("utf-8")
CELL = "t4/reconsideration/total"
JOBS = 20


@pytest.fixture
def mortal(tmp_path, database_url):
    made = Service(tmp_path / "mortal", database_url, workers=2, lease_seconds=2, wait_seconds=120)
    made.start()
    yield made
    with suppress(ProcessLookupError):
        made.stop()


def persist(call, *arguments, **named):
    """A call made again until it is answered, as a careful caller would."""
    for _ in range(100):
        try:
            return call(*arguments, **named)
        except CallError as error:
            if error.status not in (0, 429, 503):
                raise
    raise AssertionError("the service does not come back")


def test_kill_minus_nine_loses_no_job_and_no_correction(mortal):
    chance = random.Random(7)
    sent: list[str] = []
    with mortal.client() as client:
        for number in range(JOBS):
            file = (f"{number}.txt", f"{TEXT}\n附件 {number}\n".encode())
            (one,) = persist(client.send, file)
            sent.append(one.report)
            if number % 7 == 3:
                for pid in mortal.workers():
                    if chance.random() < 0.5:
                        os.kill(pid, signal.SIGKILL)
            if number == 11:
                mortal.kill()
                mortal.start()
            if number % 5 == 4:
                # Sent again although it was answered: the answer could have been lost.
                earlier = sent[chance.randrange(len(sent))]
                assert persist(client.status, earlier, wait=60)["progress"] == "done"
                change = {"kind": "value", "cell": CELL, "value": number}
                for _ in range(2):
                    persist(client.change, earlier, change, key=f"change-{number:03}")
        for report in sent:
            assert persist(client.status, report, wait=120)["progress"] == "done"
        assert len(set(sent)) == JOBS
        listed = [one["id"] for one in client.reports()]
        assert Counter(listed) == Counter(sent)
        steps = [step for report in sent for step in client.history(report)]
        assert sum(step["kind"] == "read" for step in steps) == JOBS
        values = sorted(step["body"]["value"] for step in steps if step["kind"] == "value")
        assert values == [4, 9, 14, 19]


@pytest.mark.parametrize("database_url", [""], ids=["sqlite"])
def test_a_stopped_service_goes_on_where_it_was(mortal):
    with mortal.client() as client:
        files = [(f"{n}.txt", f"{TEXT}\n停 {n}\n".encode()) for n in range(6)]
        sent = client.send(*files)
        assert mortal.stop() == 0
        mortal.start()
        for one in sent:
            told = client.status(one.report, wait=60)
            assert (told["progress"], told["status"]) == ("done", "consistent")
        for one in sent:
            assert client.job(one.job)["attempts"] == 1
