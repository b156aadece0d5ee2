"""The real service, as a user starts it."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

from gipr_ml.client import Client

CODE = "from gipr_ml.cli import main; main()"


class Service:
    """`gipr serve` on a free port, in a folder of its own; `before` is Python that runs first."""

    def __init__(self, folder: Path, database: str = "", before: str = "", **settings: Any) -> None:
        self.folder = folder
        self.code = f"{before}\n{CODE}"
        self.settings = {"data": str(folder / "data"), "database": database, "port": 0} | settings
        self.process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.folder.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.code, "serve"],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=(self.folder / "log").open("a"),
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"{line}{(self.folder / 'log').read_text()}"
        self.url = found[0]
        # Called again at the same address, as a service would be.
        self.settings["port"] = int(self.url.rpartition(":")[2])

    def environment(self) -> dict[str, str]:
        """The settings as environment variables."""
        given = {f"GIPR_{name.upper()}": str(value) for name, value in self.settings.items()}
        return os.environ | {"OMP_NUM_THREADS": "1"} | given

    def client(self, token: str | None = None) -> Client:
        """A client of it."""
        return Client(self.url, token)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another `gipr` command with the same settings, in this process."""
        from gipr_ml.cli import main

        out, err, code = io.StringIO(), io.StringIO(), 0
        argv = ["gipr", *arguments]
        with (
            mock.patch.dict(os.environ, self.environment()),
            mock.patch.object(sys, "argv", argv),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as stopped:
                code = int(stopped.code or 0)
        return subprocess.CompletedProcess(argv, code, out.getvalue(), err.getvalue())

    def stop(self) -> int:
        """Stop it as an administrator would; gives its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self._ended()

    def kill(self) -> None:
        """End it without any warning."""
        assert self.process is not None
        self.process.kill()
        self._ended()

    def workers(self) -> list[int]:
        """Process ids of its workers."""
        assert self.process is not None
        listed = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for path in listed for pid in path.read_text().split()]

    def _ended(self) -> int:
        assert self.process is not None
        code = self.process.wait(60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code
