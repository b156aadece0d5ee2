"""No job is lost and none is done twice, on either database."""

from __future__ import annotations

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from gipr_ml.errors import SandboxCrash
from gipr_ml.service.store.jobs import Jobs, LeaseLost, QueueFull
from gipr_ml.service.store.schema import jobs as table
from gipr_ml.service.work import Worker


@pytest.fixture
def queue(context):
    return context.jobs


def submit(queue: Jobs, *keys: str, most: int | None = None):
    with queue.database.write() as connection:
        return [queue.submit(connection, "read", key, {"n": key}, "li", most) for key in keys]


def get(queue: Jobs, name: str):
    with queue.database.read() as connection:
        return queue.get(connection, name)


def finish(queue: Jobs, job, **result):
    with queue.database.write() as connection:
        queue.hold(connection, job)
        queue.finish(connection, job, result)


def let_lease_end(queue: Jobs, job):
    with queue.database.write() as connection:
        connection.execute(update(table).where(table.c.id == job.id).values(lease=0))


def test_many_workers_take_each_job_once(queue):
    submit(queue, *(f"job {n}" for n in range(60)))

    def take_all(worker: str) -> list[str]:
        taken = []
        while (job := queue.claim(worker)) is not None:
            finish(queue, job, by=worker)
            taken.append(job.key)
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [key for keys in pool.map(take_all, "abcdef") for key in keys]
    assert Counter(taken) == Counter(f"job {n}" for n in range(60))


def test_jobs_are_taken_in_their_order(queue):
    submit(queue, "first")
    submit(queue, "second")
    assert [queue.claim("a").key, queue.claim("a").key, queue.claim("a")] == [
        "first",
        "second",
        None,
    ]


def test_the_same_job_is_queued_once(queue):
    (first,), (again,) = submit(queue, "same"), submit(queue, "same")
    assert first.id == again.id
    finish(queue, queue.claim("a"), fine=True)
    (done,) = submit(queue, "same")
    assert (done.id, done.state, done.result) == (first.id, "done", {"fine": True})


def test_a_silent_worker_loses_its_job_and_can_no_longer_end_it(queue):
    submit(queue, "x")
    first = queue.claim("silent")
    assert queue.claim("other") is None
    let_lease_end(queue, first)
    second = queue.claim("other")
    assert (second.id, second.attempts, second.worker) == (first.id, 2, "other")
    with pytest.raises(LeaseLost):
        finish(queue, first)
    with pytest.raises(LeaseLost):
        queue.renew(first, 0.5, "still here")
    with pytest.raises(LeaseLost):
        queue.fail(first, "mine")
    finish(queue, second, n=2)
    assert get(queue, first.id).result == {"n": 2}


def test_a_worker_that_renews_keeps_its_job(queue):
    submit(queue, "x")
    job = queue.claim("a")
    let_lease_end(queue, job)
    queue.renew(job, 0.25, "page 3")
    assert queue.claim("b") is None
    seen = get(queue, job.id)
    assert (seen.state, seen.progress, seen.step) == ("running", 0.25, "page 3")


def test_a_job_that_ends_its_workers_is_begun_twice_at_most(queue):
    submit(queue, "poison")
    for worker in "ab":
        let_lease_end(queue, queue.claim(worker))
    assert queue.claim("c") is None
    (row,) = submit_nothing(queue)
    assert (row.state, row.reason) == ("failed", "its worker died or went silent 2 times")


@pytest.mark.parametrize("jump", [-1e6, -100, 100, 1e6])
def test_a_clock_that_jumps_costs_no_job_and_does_none_twice(quiet_context, monkeypatch, jump):
    queue, real = quiet_context.jobs, time.time
    submit(queue, "held", "waits")
    first = queue.claim("a")
    monkeypatch.setattr("gipr_ml.service.store.database.time.time", lambda: real() + jump)
    taken = [queue.claim("b"), queue.claim("c")]
    assert {job.key for job in taken} == {"held", "waits"}
    with pytest.raises(LeaseLost):
        finish(queue, first)
    for job in taken:
        queue.renew(job, 0.5, "")
        finish(queue, job, by=job.worker)
    monkeypatch.undo()
    submit(queue, "later")
    finish(queue, queue.claim("d"))
    assert queue.claim("e") is None
    assert {job.state for job in submit_nothing(queue)} == {"done"}


def test_a_clock_that_is_set_right_takes_no_job_away(quiet_context, monkeypatch):
    queue, real = quiet_context.jobs, time.time
    submit(queue, "held")
    job = queue.claim("a")
    for jump in (-5, 0, 5):
        monkeypatch.setattr("gipr_ml.service.store.database.time.time", lambda: real() + jump)  # noqa: B023
        assert queue.claim("b") is None
    finish(queue, job)


def submit_nothing(queue: Jobs):
    with queue.database.read() as connection:
        return queue.listed(connection, [], 10)


def test_what_failed_can_be_tried_again(queue):
    (job,) = submit(queue, "x")
    queue.fail(queue.claim("a"), "no disk")
    assert (get(queue, job.id).state, get(queue, job.id).reason) == ("failed", "no disk")
    with queue.database.write() as connection:
        assert queue.retry(connection, job.id, 10)
        assert not queue.retry(connection, job.id, 10)
    assert (queue.claim("a").attempts, get(queue, job.id).reason) == (1, None)


def test_a_cancelled_job_is_nobodys(queue):
    (job,) = submit(queue, "x")
    held = queue.claim("a")
    with queue.database.write() as connection:
        assert queue.cancel(connection, job.id)
        assert not queue.cancel(connection, job.id)
    with pytest.raises(LeaseLost):
        finish(queue, held)
    assert get(queue, job.id).state == "cancelled"


def test_a_worker_that_stops_gives_its_job_back_untouched(queue):
    submit(queue, "x")
    queue.release(queue.claim("a"))
    assert queue.claim("b").attempts == 1


def test_a_full_queue_takes_no_more_but_knows_what_it_has(queue):
    submit(queue, "a", "b")
    with pytest.raises(QueueFull) as full:
        submit(queue, "c", most=2)
    assert (full.value.waiting, full.value.retry_after) == (2, 1)
    (known,) = submit(queue, "a", most=2)
    assert known.key == "a"


def test_an_effect_without_its_lease_leaves_nothing(context, make_report):
    sent = context.reports.send("a.txt", b"a", "li", "v", None)
    job = context.jobs.claim("a")
    let_lease_end(context.jobs, job)
    context.jobs.claim("b")

    def bring_the_effect() -> None:
        with context.database.write() as connection:
            context.history.add_reading(connection, sent.report, make_report(), "v", "a")
            context.jobs.hold(connection, job)

    with pytest.raises(LeaseLost):
        bring_the_effect()
    with context.database.read() as connection:
        assert context.history.steps(connection, sent.report) == []


def test_a_crash_is_tried_once_more_and_then_told(quiet_context, never, monkeypatch):
    sent = quiet_context.reports.send("a.txt", b"a", "li", "v", None)
    worker = Worker(quiet_context, never)

    def crash(*_arguments: object, **_named: object) -> None:
        raise SandboxCrash("the reading process was ended by SIGSEGV")

    monkeypatch.setattr(worker.sandbox, "call", crash)
    assert [worker.step(), worker.step(), worker.step()] == [True, True, False]
    seen = get(quiet_context.jobs, sent.job.id)
    assert (seen.state, seen.attempts) == ("failed", 2)
    assert seen.reason == "the reading process was ended by SIGSEGV"


def test_a_job_says_what_it_is_about(queue):
    (job,) = submit(queue, "文件")
    assert (job.kind, job.created_by, json.dumps(dict(job.arguments))) == (
        "read",
        "li",
        '{"n": "\\u6587\\u4ef6"}',
    )
