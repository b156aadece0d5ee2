"""What the documents hold: commands, options, paths, links and examples."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from typer.main import get_command

from gipr_ml.cli.app import app

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "training_data").glob("*.md")),
    ROOT / "models" / "CARD.md",
]
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]

_PROGRAM = ("gipr", ".venv/bin/gipr")
_OPTION = re.compile(r"--[a-z][a-z-]*")
_FOLDERS = "docs|experiments|gipr_ml|models|tests|training_data"
_PATH = re.compile(
    rf"(?:{_FOLDERS})/[\w*./-]+|[A-Z]\w+(?:\.\w+)*\.md|(?:constraints|pyproject)\.\w+"
)
_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A piece of code in a document."""

    info: str
    """What stands behind its fence: a language, or a language and a file name."""
    text: str

    @property
    def commands(self) -> list[str]:
        """Its lines that call `gipr`; a line that ends with a backslash goes on."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line for line in lines if line.split(" ", 1)[0] in _PROGRAM]


def blocks(path: Path) -> list[Block]:
    """The fenced and indented code of a document, in order."""
    tokens = _PARSER.parse(path.read_text("utf-8"))
    return [Block(token.info.strip(), token.content) for token in tokens
            if token.type in ("fence", "code_block")]  # fmt: skip


def inline(path: Path) -> list[str]:
    """The code within sentences."""
    tokens = _PARSER.parse(path.read_text("utf-8"))
    return [t.content for token in tokens for t in token.children or () if t.type == "code_inline"]


def links(path: Path) -> Iterator[str]:
    """Files of the repository that a document links to or shows."""
    for token in _PARSER.parse(path.read_text("utf-8")):
        for child in token.children or ():
            target = str(child.attrGet("href") or child.attrGet("src") or "")
            if target and not re.match(r"[a-z]+:|#", target):
                yield target.partition("#")[0]


def commands(path: Path) -> list[str]:
    """Every call of `gipr` that a document names, in blocks and in sentences."""
    named = [code for code in inline(path) if code.split(" ", 1)[0] in _PROGRAM]
    return [*(line for block in blocks(path) for line in block.commands), *named]


def words(command: str) -> list[str]:
    """A command as a shell takes it apart: without `gipr`, a remark, and where its output goes."""
    found = shlex.split(command, comments=True)[1:]
    return found[: found.index(">")] if ">" in found else found


def paths(path: Path) -> list[str]:
    """Paths of the repository that a document names, without places held free by CAPITALS."""
    found = [code for code in inline(path) if _PATH.fullmatch(code)]
    return [code for code in found if not re.search(r"[A-Z]{4,}(?!\.md)", code)]


def verb(given: list[str]) -> tuple[Any, list[str]]:
    """The command that words call, and what is left of them. Raises LookupError for none."""
    command: Any = get_command(app)
    while hasattr(command, "commands") and given and not given[0].startswith("-"):
        if given[0] not in command.commands:
            raise LookupError(f"there is no command gipr {given[0]}")
        command, given = command.commands[given[0]], given[1:]
    return command, given


def options(command: Any) -> set[str]:
    """The options of a command."""
    return {name for p in command.params for name in (*p.opts, *p.secondary_opts)} | {"--help"}


def every_option() -> set[str]:
    """The options of all commands together."""

    def below(command: Any) -> Iterator[str]:
        yield from options(command)
        for one in getattr(command, "commands", {}).values():
            yield from below(one)

    return set(below(get_command(app)))


def options_in(texts: list[str]) -> set[str]:
    """The options with which words, or pieces of code in a sentence, begin."""
    return {found[0] for text in texts if (found := _OPTION.match(text))}
