"""The processes: the server, and the workers that it starts and starts again."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from gipr_ml.errors import ServiceError
from gipr_ml.service.context import open_context
from gipr_ml.service.limits import bound_heaps, raise_open_files
from gipr_ml.service.settings import Settings

_SOON, _LATE = 1.0, 30.0
"""Seconds before a worker that died is started again: longer each time it dies at once."""
_STEADY = 60.0
_PARTING = 15.0
"""Seconds that workers have to give their jobs back when the service stops."""

log = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Run the service until it is told to stop.

    Raises `ServiceError` where it must not or cannot start.
    """
    import uvicorn

    from gipr_ml.service.api import make_app
    from gipr_ml.service.connection import connection

    bound_heaps()
    listening = _listen(settings)
    context = open_context(settings)
    if not settings.on_loopback and not context.access.any_tokens():
        raise ServiceError(
            f"{settings.host} can be reached from other machines, so callers need tokens; make one"
            " first: gipr token add NAME --role administer"
        )
    raise_open_files()
    config = uvicorn.Config(
        make_app(context),
        http=connection(),
        log_level="warning",
        server_header=False,
        date_header=True,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in settings.trusted_proxies],
    )
    host, port = listening.getsockname()[:2]
    # The server stops by itself on these, and raises them once more when it has stopped: by then
    # there is nothing left to do but to end the workers in peace.
    stop_on_signals(threading.Event())
    with _workers(settings), listening:
        name = f"[{host}]" if ":" in host else host
        print(f"gipr-ml serves on http://{name}:{port} (stop with Ctrl-C)", flush=True)
        uvicorn.Server(config).run(sockets=[listening])
    context.database.close()


def work(settings: Settings, stop: threading.Event) -> None:
    """Run one worker until `stop` is set."""
    from gipr_ml.service.work import Worker

    context = open_context(settings)
    Worker(context, stop).run()
    context.database.close()


def worker_main() -> None:
    """A worker that ends with the service that started it: its standard input then ends."""
    stop = threading.Event()
    stop_on_signals(stop)

    def watch() -> None:
        with suppress(OSError):
            while os.read(0, 1024):
                pass
        stop.set()

    threading.Thread(target=watch, daemon=True).start()
    settings = Settings.model_validate_json(os.environ["GIPR_WORKER_SETTINGS"])
    with suppress(OSError):
        os.nice(10)  # people who look at results come before the reading of new ones
    work(settings, stop)


def stop_on_signals(stop: threading.Event) -> None:
    """Set `stop` on SIGINT and SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise ServiceError(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); choose another"
            " with --host and --port"
        ) from None
    return listening


@contextmanager
def _workers(settings: Settings) -> Iterator[None]:
    """The workers of the service, each watched by a thread that starts it again."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=_keep_up, args=(lambda: _start(settings), stop), daemon=True)
        for _ in range(settings.workers)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(_PARTING)


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    code = "from gipr_ml.service.serve import worker_main; worker_main()"
    # The settings as they are: what stands in the environment has had its say.
    others = {name: value for name, value in os.environ.items() if not name.startswith("GIPR_")}
    environment = others | {
        "GIPR_WORKER_SETTINGS": settings.model_dump_json(),
        # Two readers that each use every core only get in each other's way.
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
    }
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )


def _keep_up(start: Callable[[], subprocess.Popen[bytes]], stop: threading.Event) -> None:
    pause = _SOON
    while not stop.is_set():
        began, process = time.monotonic(), start()
        while process.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            _end(process)
            return
        log.warning("a worker ended with code %s; it is started again", process.returncode)
        pause = _SOON if time.monotonic() - began > _STEADY else min(_LATE, pause * 2)
        stop.wait(pause)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PARTING - 2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
