"""Tasks that behave badly, for the tests of the sandbox."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from gipr_ml.errors import InputError
from gipr_ml.sandbox import Answer, Call


def echo(call: Call) -> Answer:
    print("a library that prints")
    call.progress(0.5, "half")
    return Answer({"given": dict(call.values), "pid": os.getpid()}, [b[::-1] for b in call.blocks])


def hang(call: Call) -> Answer:
    del call
    while True:
        pass


def start_and_hang(call: Call) -> Answer:
    code = "import sys, time; print('up', flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        call.progress(0.1, str(child.pid))
        while True:
            pass


def grow(call: Call) -> Answer:
    held = []
    while True:
        held.append(bytearray(20_000_000))
        if len(held) > int(call.values["most"]):
            return Answer()


def allocate_at_once(call: Call) -> Answer:
    del call
    return Answer({"size": len(bytearray(10**12))})


def keep(call: Call) -> Answer:
    globals()["kept"] = bytearray(b"x") * int(call.values["size"])
    return Answer({"pid": os.getpid()})


def die(call: Call) -> Answer:
    del call
    os.kill(os.getpid(), signal.SIGSEGV)
    return Answer()


def refuse(call: Call) -> Answer:
    raise InputError(f"{call.values['name']}: is no report")


def fault(call: Call) -> Answer:
    del call
    raise KeyError("ours")
