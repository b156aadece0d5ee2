"""Older office documents (DOC, WPS, RTF, XLS, ET), converted by LibreOffice where that is there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Literal

from gipr_ml.errors import InputError, UnknownFormat
from gipr_ml.files import scratch_folder
from gipr_ml.sources.docx import add_docx
from gipr_ml.sources.limits import OFFICE_SECONDS
from gipr_ml.sources.lines import LineList
from gipr_ml.sources.xlsx import add_xlsx

Target = Literal["docx", "xlsx"]

_PROGRAMS = ("soffice", "libreoffice")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BOOKS = tuple(name.encode("utf-16-le") for name in ("Workbook\0", "Book\0"))
"""Streams of an old office document that say that it is a workbook."""


_NOWHERE = "127.0.0.1", 9
"""Where nobody listens."""
_SETTINGS = (
    # A linked picture would be fetched, and old documents are not kept from it by the settings on
    # links: whatever LibreOffice asks of a network, it asks of a proxy that is not there.
    ("org.openoffice.Inet/Settings", "ooInetProxyType", "1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyName", _NOWHERE[0]),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", str(_NOWHERE[1])),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", _NOWHERE[0]),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", str(_NOWHERE[1])),
    ("org.openoffice.Inet/Settings", "ooInetNoProxy", ""),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
)
"""Where each setting of LibreOffice stands, its name and its value."""


_PARTS: dict[Target, tuple[str, str]] = {
    "docx": ("Writer", "libswlo.so"),
    "xlsx": ("Calc", "libsclo.so"),
}
"""The part of LibreOffice that opens a kind of document; on Linux the parts are installed apart."""


def missing_part(target: Target) -> str | None:
    """The part of LibreOffice that is not there: None where all is or nobody can tell."""
    program = find_office()
    if program is None:
        return "LibreOffice"
    folder = Path(program).resolve().parent
    part, library = _PARTS[target]
    parted = any((folder / file).exists() for _, file in _PARTS.values())
    return f"LibreOffice {part}" if parted and not (folder / library).exists() else None


def find_office() -> str | None:
    """The path of LibreOffice, or None where it is not installed."""
    return next((path for name in _PROGRAMS if (path := shutil.which(name))), None)


def add_office(lines: LineList, data: bytes) -> None:
    """Add the lines of an old office document, text or workbook.

    Raises `UnknownFormat` where LibreOffice is not installed, `InputError` where the document is
    encrypted or damaged or takes too long.
    """
    if _ENCRYPTED in data:
        raise InputError(f"{lines.name}: is protected by a password; save it without one")
    target: Target = "xlsx" if any(stream in data for stream in _BOOKS) else "docx"
    converted = _convert(data, lines.name, target)
    (add_xlsx if target == "xlsx" else add_docx)(lines, converted)


def _convert(data: bytes, name: str, target: Target) -> bytes:
    program = find_office()
    if (missing := missing_part(target)) or program is None:
        raise UnknownFormat(
            f"{name}: an old office document, which needs {missing}, and that is not installed "
            f"here; install it, or save the document as {target.upper()} or PDF"
        )
    with scratch_folder() as folder:
        # The name of the input never reaches the command line; its own suffix would not be
        # believed anyway, and .wps makes LibreOffice think of another program's format.
        suffix = "rtf" if data.startswith(b"{\\rtf") else {"docx": "doc", "xlsx": "xls"}[target]
        source = folder / f"document.{suffix}"
        source.write_bytes(data)
        _write_settings(folder / "profile" / "user")
        command = [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            target,
            "--outdir",
            str(folder / "out"),
            str(source),
        ]
        if not _run(command, str(folder)):
            raise InputError(
                f"{name}: LibreOffice took longer than {OFFICE_SECONDS} s; save the document anew"
            )
        result = folder / "out" / f"document.{target}"
        if not result.is_file():
            raise InputError(
                f"{name}: LibreOffice cannot read the document; it may be damaged, save it anew"
            )
        return result.read_bytes()


def _write_settings(user: Path) -> None:
    """The settings of a profile that LibreOffice has not used yet."""
    items = "".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>',
        "utf-8",
    )


def _run(command: list[str], folder: str) -> bool:
    """Run LibreOffice and all that it starts; False where it had to be stopped."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "HOME": folder},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(OFFICE_SECONDS)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            return False
        raise
    return True
