"""What the server takes from the system."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import threading

import anyio
import pytest

from gipr_ml.service import limits
from gipr_ml.service.api.threads import HEAVY, heavily

THREADS = 8
PROGRAM = f"""
import ctypes, sys, threading
from gipr_ml.service.limits import LARGE, bound_heaps

library = ctypes.CDLL(None)
library.malloc.restype = library.fopen.restype = ctypes.c_void_p
library.malloc.argtypes = (ctypes.c_size_t,)
library.malloc_info.argtypes = (ctypes.c_int, ctypes.c_void_p)
library.fclose.argtypes = (ctypes.c_void_p,)
if sys.argv[2] == "bound":
    bound_heaps()
together = threading.Barrier({THREADS})

def take():
    together.wait()
    library.malloc(1000)
    together.wait()

threads = [threading.Thread(target=take) for _ in range({THREADS})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
file = library.fopen(sys.argv[1].encode(), b"w")
library.malloc_info(0, file)
library.fclose(file)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="needs the GNU C library")
def test_threads_share_a_few_heaps(tmp_path):
    heaps = {}
    for how in ("bound", "free"):
        told = tmp_path / how
        subprocess.run([sys.executable, "-c", PROGRAM, str(told), how], check=True)
        heaps[how] = told.read_text().count("<heap nr=")
    assert heaps["bound"] == limits.HEAPS < heaps["free"]


def test_what_needs_much_memory_is_done_by_a_few_at_a_time():
    under_way, most, enough = 0, 0, threading.Barrier(HEAVY)

    def work() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        enough.wait(10)  # until as many as may are at it
        under_way -= 1

    async def everybody() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(3 * HEAVY):
                tasks.start_soon(heavily, work)

    anyio.run(everybody)
    assert most == HEAVY
