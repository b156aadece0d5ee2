"""What a document may do to its reader, and what it may not do to anybody else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gipr_ml.errors import SandboxCrash, SandboxMemory, SandboxRefused, SandboxTime
from gipr_ml.export import dumps
from gipr_ml.sandbox import Limits, Sandbox
from gipr_ml.store import default_folder

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "gipr_ml" / "samples" / "chengxi_culture_2023.txt"
MEMORY = 400_000_000


@pytest.fixture
def sandbox(monkeypatch):
    path = os.pathsep.join([str(HERE), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    with Sandbox(Limits(seconds=60, memory=MEMORY)) as made:
        yield made


def test_values_and_blocks_go_there_and_back(sandbox):
    steps: list[tuple[float, str]] = []
    answer = sandbox.call(
        "sandbox_tasks:echo", {"年": [1, None]}, (b"abc", b""), progress=lambda *s: steps.append(s)
    )
    assert answer.values["given"] == {"年": [1, None]}
    assert list(answer.blocks) == [b"cba", b""]
    assert steps == [(0.5, "half")]


def test_the_child_is_kept_while_it_is_well(sandbox):
    pids = {sandbox.call("sandbox_tasks:echo").values["pid"] for _ in range(3)}
    with pytest.raises(SandboxRefused, match=r"x\.pdf: is no report"):
        sandbox.call("sandbox_tasks:refuse", {"name": "x.pdf"})
    pids.add(sandbox.call("sandbox_tasks:echo").values["pid"])
    assert len(pids) == 1


@pytest.mark.parametrize(
    ("task", "values", "seconds", "error", "words"),
    [
        ("hang", {}, 0.5, SandboxTime, "it took longer than 0.5 seconds"),
        ("grow", {"most": 10_000}, 60, SandboxMemory, "it needed more than 400 MB of memory"),
        ("allocate_at_once", {}, 60, SandboxMemory, "it needed more than 400 MB of memory"),
        ("die", {}, 60, SandboxCrash, "the reading process was ended by SIGSEGV"),
        ("fault", {}, 60, SandboxCrash, r"internal error \(KeyError: 'ours'\)"),
    ],
)
def test_what_goes_wrong_costs_that_call_alone(sandbox, task, values, seconds, error, words):
    with pytest.raises(error, match=f"^{words}$"):
        sandbox.call(f"sandbox_tasks:{task}", values, seconds=seconds)
    assert sandbox.call("sandbox_tasks:echo", {"a": 1}).values["given"] == {"a": 1}


def test_a_child_that_was_killed_while_idle_is_replaced(sandbox):
    first = sandbox.call("sandbox_tasks:echo").values["pid"]
    os.kill(first, 9)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert sandbox.call("sandbox_tasks:echo").values["pid"] != first


def test_a_child_that_has_grown_is_replaced(sandbox):
    first = sandbox.call("sandbox_tasks:keep", {"size": 300_000_000}).values["pid"]
    assert sandbox.call("sandbox_tasks:echo").values["pid"] != first


def test_what_tick_raises_ends_the_call(sandbox):
    class Enough(Exception):
        pass

    def tick() -> None:
        raise Enough

    with pytest.raises(Enough):
        sandbox.call("sandbox_tasks:hang", tick=tick)
    assert sandbox.pid is None


def test_what_the_child_has_started_ends_with_it(sandbox):
    started: list[int] = []
    with pytest.raises(SandboxTime):
        sandbox.call(
            "sandbox_tasks:start_and_hang",
            progress=lambda _share, step: started.append(int(step)),
            seconds=3,
        )
    assert _goes(started[0])


@pytest.mark.skipif(sys.platform != "linux", reason="bound to its parent on Linux alone")
def test_the_child_dies_with_its_parent_in_the_middle_of_its_work(sandbox):
    del sandbox  # for its PYTHONPATH
    code = (
        "from gipr_ml.sandbox import Sandbox\n"
        "Sandbox().call('sandbox_tasks:start_and_hang', progress=lambda _, s: print(s, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        grandchild = int(parent.stdout.readline())
        child = _parent_of(grandchild)
        parent.kill()
        parent.wait()
    assert _goes(child)
    os.kill(grandchild, 9)


def test_a_report_is_read_as_without_the_sandbox(sandbox):
    from gipr_ml import process

    values = {"name": SAMPLE.name, "model": str(default_folder()), "most_pages": 10}
    sandbox.limits = Limits()
    answer = sandbox.call("gipr_ml.sandbox.tasks:read", values, (SAMPLE.read_bytes(),))
    assert answer.blocks[0].decode() == dumps(process(SAMPLE))
    assert answer.values["pages"] == []


def _parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _goes(pid: int) -> bool:
    """Whether a process that was killed is gone, when the system has come to it."""
    return any(_is_gone(pid) for _ in range(100_000))


def _is_gone(pid: int) -> bool:
    """Not there, or only left to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True
