"""Folders that are there for a while go, even where their process was killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from gipr_ml.files import LOCK, scratch_folder, sweep
from gipr_ml.service.context import open_context
from gipr_ml.service.settings import Settings
from gipr_ml.service.work import Worker

MAKE = """
import sys
from pathlib import Path
from gipr_ml.files import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("written")
    print(folder, flush=True)
    sys.stdin.read()
"""


def maker(place: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that has made a folder in `place`, and that folder."""
    command = [sys.executable, "-c", MAKE, str(place)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


@pytest.mark.skipif(sys.platform == "win32", reason="they stay there")
def test_the_folder_of_a_killed_process_goes_and_those_of_others_stay(tmp_path: Path) -> None:
    (killed, gone), (living, kept) = maker(tmp_path), maker(tmp_path)
    killed.kill()
    killed.communicate()
    (tmp_path / "gipr-of-somebody").mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / LOCK).touch()
    (tmp_path / "gipr-link").symlink_to(elsewhere)
    assert (gone / "half").exists()
    with scratch_folder(tmp_path) as own:
        assert not gone.exists()
        sweep(tmp_path)
        assert own.is_dir()
    assert not own.exists()
    assert (kept / "half").read_text() == "written"
    living.communicate()
    assert living.returncode == 0
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"gipr-of-somebody", "gipr-link", "elsewhere"}
    assert (elsewhere / LOCK).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="they stay there")
def test_a_worker_begins_by_removing_what_a_killed_one_left(tmp_path: Path) -> None:
    context = open_context(Settings(data=tmp_path))
    killed, gone = maker(tmp_path)
    killed.kill()
    killed.communicate()
    assert gone.exists()
    stop = Event()
    stop.set()
    Worker(context, stop).run()
    assert not gone.exists()
    context.database.close()
