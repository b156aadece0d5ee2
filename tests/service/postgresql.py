"""A PostgreSQL server of our own, for as long as the tests run."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_UNSAFE = ("fsync=off", "full_page_writes=off")
"""Quick, and right as long as the machine itself does not fail."""


def find_binaries() -> Path | None:
    """The folder of the server's programs; Debian keeps them out of the path."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


@contextmanager
def run_server(binaries: Path) -> Iterator[str]:
    """Start a server with an empty cluster; gives its URL without a database."""
    with running_server(binaries) as server:
        yield server.url


class Server:
    """A server that can be stopped and started again."""

    def __init__(self, url: str, start: Callable[[], None], stop: Callable[[], None]) -> None:
        self.url, self.start, self.stop = url, start, stop


@contextmanager
def running_server(binaries: Path) -> Iterator[Server]:
    """Start a server with an empty cluster, of which nobody else knows."""
    with tempfile.TemporaryDirectory(prefix="gipr-pg-") as name:
        folder = Path(name)
        user = _user(folder)
        data, port = folder / "data", _free_port()

        def run(program: str, *arguments: str) -> None:
            subprocess.run(
                [binaries / program, "-D", data, *arguments],
                user=user,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                cwd=folder,
                stdout=subprocess.DEVNULL,
                check=True,
            )

        run("initdb", "--username=gipr", "--auth=trust", "--encoding=UTF8", "--no-sync")
        settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={name}"]
        options = " ".join(f"-c {setting}" for setting in (*settings, *_UNSAFE))

        def start() -> None:
            run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")

        def stop() -> None:
            run("pg_ctl", "-w", "-m", "immediate", "stop")

        start()
        try:
            yield Server(f"postgresql://gipr@127.0.0.1:{port}", start, stop)
        finally:
            stop()


def new_database(server: str, name: str) -> str:
    """An empty database; gives its URL."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"{server}/{name}"


def _user(folder: Path) -> str | None:
    """Root may not run the server: then the user that the package has made does."""
    if os.geteuid() != 0:
        return None
    account = pwd.getpwnam("postgres")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return "postgres"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
