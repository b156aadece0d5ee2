"""The command `gipr`: one file a verb, each a thin skin over the Python functions."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import traceback
from pathlib import Path

from gipr_ml.cli.codes import FAILED, INTERRUPTED, MISUSED
from gipr_ml.errors import GiprError, UsageError
from gipr_ml.files import NO_ROOM


def main() -> None:
    """Run `gipr`. Whatever goes wrong, people get a sentence and scripts get an exit code."""
    from gipr_ml.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="gipr")
    except UsageError as error:
        _stop(str(error), MISUSED)
    except GiprError as error:
        _stop(str(error), FAILED)
    except KeyboardInterrupt:
        _stop("stopped", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            _stop(f"cannot write ({error.strerror}); make room and run the same again", FAILED)
        log = Path(tempfile.gettempdir()) / f"gipr-error-{os.getpid()}.log"
        log.write_text(traceback.format_exc(), encoding="utf-8", errors="backslashreplace")
        _stop(
            f"internal error ({type(error).__name__}: {error}); please report it with {log}", FAILED
        )


def _stop(sentence: str, code: int) -> None:
    print(f"gipr: {sentence}", file=sys.stderr)
    sys.exit(code)
