"""The targets by name: what they take, and how much of the time is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True)
class Target:
    """Something that bytes are tried on."""

    function: str
    """`module.function`; it raises where a promise is broken. That input is refused in words is
    none."""
    longest: int = 1024
    """Bytes of an input."""
    share: float = 1.0
    """Of the time, beside those of the others."""

    def run(self, data: bytes) -> None:
        """Try `data`; only what this one target needs is loaded."""
        module, _, name = self.function.partition(".")
        getattr(import_module(module), name)(data)


TARGETS: dict[str, Target] = {
    "text": Target("reading.text", 1536, 3),
    "markdown": Target("reading.markdown", 1536),
    "html": Target("reading.html", 1536, 3),
    "html_tree": Target("reading.tree", 1024, 2),
    "mhtml": Target("reading.mhtml", 2048),
    "parsed_json": Target("reading.parsed", 512, 2),
    "docx": Target("reading.docx", 1024, 2),
    "xlsx": Target("reading.xlsx", 1024, 2),
    "ofd": Target("reading.ofd", 1024, 2),
    "package_part": Target("reading.package", 2048),
    "archive": Target("reading.archive", 512, 2),
    "pdf": Target("reading.pdf", 2048, 2),
    "encoding": Target("figures.decoded", 512, 6),
    "line_labels": Target("figures.label", 1024, 2),
    "matcher": Target("figures.match", 64),
    "assemble": Target("figures.assemble", 2048, 8),
    "report": Target("figures.report", 2048, 4),
    "checker": Target("figures.cells", 1024, 6),
    "narrative": Target("figures.narrative", 512, 2),
    "prose_numbers": Target("figures.figures_of_prose", 256, 4),
    "rules": Target("files.rules", 512),
    "settings": Target("files.settings", 512, 2),
    "label_lines": Target("files.lines", 512, 3),
    "label_sheets": Target("files.sheets", 512, 3),
    "model_file": Target("files.model", 512, 2),
    "result": Target("files.result", 512, 5),
    "sandbox_message": Target("files.message", 512, 2),
    "names": Target("files.names", 256, 2),
    "named_inputs": Target("callers.named", 128, 2),
    "ledger": Target("callers.ledger", 128, 2),
    "http": Target("callers.http", 512, 4),
}
