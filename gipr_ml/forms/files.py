"""Files of forms and rules in TOML, each held against a model of what it may say."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from gipr_ml.errors import FormsError
from gipr_ml.files import read_toml

FOLDER = Path(__file__).parent
"""The files that come with the program."""


class Strict(BaseModel):
    """A file or a part of one; a field that it does not know is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_File = TypeVar("_File", bound=Strict)


def read_file(path: Path, kind: type[_File]) -> _File:
    """The file as `kind`. Raises `FormsError` with every fault of it, one a line."""
    try:
        return kind.model_validate(read_toml(path))
    except OSError as error:
        raise FormsError(f"{path.name}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        faults = [
            f"{path.name}: {'.'.join(map(str, detail['loc']))}: "
            + str(detail["msg"]).removeprefix("Value error, ")
            for detail in error.errors()
        ]
        raise FormsError("\n".join(faults)) from None
    except ValueError as error:
        raise FormsError(f"{path.name}: {error}") from None
