"""Models as files: skops containers of plain arrays, beside a manifest with their digests.

A skops file is a zip of a JSON schema and `.npy` members. `pack_arrays` makes one with skops;
`load_arrays` reads the arrays without importing skops and scikit-learn, which takes more time than
all the rest of a cold start, and accepts nothing but arrays of plain numbers and text: there is no
object in the file that could be called to life.
"""

from __future__ import annotations

import hashlib
import io
import json
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gipr_ml.errors import ModelError
from gipr_ml.files import make_folder, settle, write_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]

FORMAT = 1
"""Version of the layout of a model folder."""

LARGEST = 64 * 1024 * 1024
"""Bytes that a member of a model file may unpack to."""

_NO_MODEL = (
    zipfile.BadZipFile,
    zlib.error,
    tokenize.TokenError,
    LookupError,
    TypeError,
    ValueError,
    EOFError,
    OSError,
    SyntaxError,
    RuntimeError,
)
"""What reading a file raises that is no model: of `zipfile`, `json` and the header of an array."""

_PACKAGE = Path(__file__).resolve().parent
_EPOCH = (1980, 1, 1, 0, 0, 0)


def default_folder() -> Path:
    """Where the shipped models lie: inside of the installed package, else in the repository."""
    inside = _PACKAGE / "models"
    return inside if inside.is_dir() else _PACKAGE.parent / "models"


def pack_arrays(arrays: Arrays) -> bytes:
    """Arrays as a skops file: the same bytes for the same arrays."""
    import skops.io

    return _normalised(skops.io.dumps(dict(arrays)))


def _normalised(data: bytes) -> bytes:
    """The same container with members named by their order, and without the time of day."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        schema = json.loads(source.read("schema.json"))
        members = {}
        for place, node in enumerate(schema["content"].values()):
            members[f"{place}.npy"] = source.read(node["file"])
            node["file"] = f"{place}.npy"
    _renumber(schema)
    members["schema.json"] = json.dumps(schema, indent=2).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, content)
    return packed.getvalue()


def _renumber(schema: Any, known: dict[int, int] | None = None) -> None:
    """Replace the addresses that skops uses as ids by their order of appearance."""
    known = {} if known is None else known
    if isinstance(schema, dict):
        if isinstance(schema.get("__id__"), int):
            schema["__id__"] = known.setdefault(schema["__id__"], len(known))
        for value in schema.values():
            _renumber(value, known)
    elif isinstance(schema, list):
        for value in schema:
            _renumber(value, known)


def load_arrays(path: Path, sha256: str | None = None) -> dict[str, NDArray[Any]]:
    """The arrays of a skops file.

    Raises ModelError if it is missing, damaged, or holds anything but arrays.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"The model file {path} cannot be read ({error.strerror}); train one with: gipr train"
        ) from None
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise ModelError(
            f"The model file {path} is not the one that its manifest describes: it was damaged or"
            " changed; restore it or train again with: gipr train"
        )
    try:
        return _read_container(data)
    except _NO_MODEL as error:
        raise ModelError(
            f"The file {path} is no model of this program, or a damaged one ({error});"
            " train again with: gipr train"
        ) from None


def _read_container(data: bytes) -> dict[str, NDArray[Any]]:
    import numpy as np

    arrays = {}
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        schema = json.loads(_member(container, "schema.json"))
        named = schema["content"]
        if schema["__class__"] != "dict" or schema["__module__"] != "builtins":
            raise ValueError("it holds no named arrays")
        if not isinstance(named, dict):
            raise ValueError("it holds no named arrays")
        for name, node in named.items():
            if node["__loader__"] != "NdArrayNode" or node["type"] != "numpy":
                raise ValueError(f"{name} is no array")
            member = io.BytesIO(_member(container, node["file"]))
            try:
                array = np.load(member, allow_pickle=False)
            except MemoryError:  # a shape that is stated and not there
                raise ValueError(f"{name} is damaged") from None
            if not isinstance(array, np.ndarray):
                raise ValueError(f"{name} is no array")
            arrays[name] = array
    return arrays


def _member(container: zipfile.ZipFile, name: str) -> bytes:
    with container.open(name) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"{name} is too large")
    return data


def read_manifest(folder: Path, name: str) -> dict[str, Any]:
    """The manifest of a model folder. Raises ModelError if there is none that can be used."""
    path = folder / name
    settle(folder)
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except OSError:
        raise ModelError(
            f"There is no model in {folder} ({name} is missing); train one with: gipr train"
        ) from None
    except (ValueError, RecursionError):
        raise ModelError(
            f"The model manifest {path} is damaged; restore it or train again with: gipr train"
        ) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ModelError(
            f"The model in {folder} is of another version than this program reads (format"
            f" {FORMAT}); train again with: gipr train"
        )
    return manifest


def write_manifest(folder: Path, name: str, manifest: Mapping[str, Any]) -> None:
    """Write a manifest; it comes last, so that a folder without one holds no model."""
    text = json.dumps({"format": FORMAT, **manifest}, ensure_ascii=False, indent=2, sort_keys=True)
    write_file(folder / name, (text + "\n").encode())


def save_arrays(
    folder: Path,
    kind: str,
    arrays: Arrays,
    about: Mapping[str, object],
    parts: Mapping[str, Arrays] | None = None,
) -> str:
    """Write arrays as the model `kind` of a folder, with `about` in its manifest.

    `parts` are further arrays under names of their own. Returns the digest of the model. Files are
    named by their digests and the manifest is replaced last: whoever interrupts this leaves the old
    model in place.
    """
    make_folder(folder)
    own = _save_file(folder, kind, arrays)
    named = {
        name: _save_file(folder, f"{kind}-{name}", part) for name, part in (parts or {}).items()
    }
    write_manifest(folder, f"{kind}.json", {**about, **named, **own})
    kept = {own["file"], *(part["file"] for part in named.values())}
    for old in folder.glob(f"{kind}-*.skops"):
        if old.name not in kept:
            old.unlink()
    return own["sha256"]


def _save_file(folder: Path, stem: str, arrays: Arrays) -> dict[str, str]:
    data = pack_arrays(arrays)
    digest = hashlib.sha256(data).hexdigest()
    name = f"{stem}-{digest[:12]}.skops"
    write_file(folder / name, data)
    return {"file": name, "sha256": digest}


def read_arrays(
    folder: Path, kind: str, part: str | None = None
) -> tuple[dict[str, NDArray[Any]], str]:
    """The arrays of the model `kind` of a folder, or of one of its parts, and their digest.

    Raises ModelError if the model is missing, damaged or not the one of its manifest.
    """
    manifest = read_manifest(folder, f"{kind}.json")
    own = manifest.get(part) if part else manifest
    own = own if isinstance(own, dict) else {}
    name, digest = own.get("file"), own.get("sha256")
    if not isinstance(name, str) or not isinstance(digest, str) or Path(name).name != name:
        raise ModelError(
            f"The model manifest in {folder} names no model file; train again with: gipr train"
        )
    return load_arrays(folder / name, digest), digest
