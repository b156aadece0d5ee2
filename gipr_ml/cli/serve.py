"""`gipr serve` and `gipr work`: the service and its workers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", help="Settings, a TOML file; see --print-settings.", metavar="FILE"),
]


def serve(
    settings: SettingsFile = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder to keep everything in.", metavar="DIR")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="Processes that read.")] = None,
    print_settings: Annotated[
        bool, typer.Option("--print-settings", help="Print every setting, explained, and stop.")
    ] = False,
) -> None:
    """Run the HTTP service: reports are sent, read, checked, corrected and kept."""
    from gipr_ml.service.settings import EXAMPLE, read_settings

    if print_settings:
        typer.echo(EXAMPLE.read_text("utf-8"), nl=False)
        return
    from gipr_ml.service.serve import serve as run

    run(read_settings(settings, host=host, port=port, data=data, workers=workers))


def work(settings: SettingsFile = None) -> None:
    """Run one worker of a service, on this or another machine, until it is stopped."""
    import threading

    from gipr_ml.service.serve import stop_on_signals
    from gipr_ml.service.serve import work as run
    from gipr_ml.service.settings import read_settings

    stop = threading.Event()
    stop_on_signals(stop)
    run(read_settings(settings), stop)
