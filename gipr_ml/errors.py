"""Every error a user can meet: a stable code and one sentence (what, where, what to do).

`InputError` and what is below it mean that an input is bad, never that the program has a fault.
"""

from __future__ import annotations


class GiprError(Exception):
    """Base of all errors of this package. `str(error)` is the sentence for the user."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[type[GiprError], tuple[str]]:
        return type(self), (self.message,)


class InputError(GiprError):
    """The file cannot be read as a report."""

    code = "input"


class EmptyInput(InputError):
    """The file holds no text."""

    code = "input.empty"


class UnknownFormat(InputError):
    """The file is of a kind that is not read."""

    code = "input.format"


class BadEncoding(InputError):
    """The text is in no encoding that Chinese documents use."""

    code = "input.encoding"


class TooLarge(InputError):
    """The file is beyond the limits."""

    code = "input.size"


class ResultError(InputError):
    """A result or a table of figures does not have the documented form."""

    code = "input.result"


class FormsError(GiprError):
    """The files of forms or rules are wrong; the message lists every fault."""

    code = "forms"


class ModelError(GiprError):
    """A model is missing, damaged or of another kind."""

    code = "model"


class TrainingError(GiprError):
    """The labelled lines cannot be trained on."""

    code = "training"


class LabelError(GiprError):
    """A label sheet cannot be taken over; the message lists every fault by its row."""

    code = "labels"


class RegistryError(GiprError):
    """MLflow cannot be reached, or does not hold what was asked for."""

    code = "registry"


class PromotionError(GiprError):
    """A model may not take the place of the champion; the message says why."""

    code = "promotion"


class MissingPart(GiprError):
    """A library or program that this needs is not installed; the message says which."""

    code = "missing"


class UsageError(GiprError):
    """The command or function was called wrongly."""

    code = "usage"


class SandboxError(GiprError):
    """Work in the child process came to no result; the message says why."""

    code = "sandbox"


class SandboxRefused(SandboxError):
    """The task refused what it was given, in words of its own."""

    code = "sandbox.refused"


class SandboxTime(SandboxError):
    """The work took longer than its limit."""

    code = "sandbox.time"


class SandboxMemory(SandboxError):
    """The work needed more memory than its limit."""

    code = "sandbox.memory"


class SandboxCrash(SandboxError):
    """The child process died or made an error of ours."""

    code = "sandbox.crash"


class ServiceError(GiprError):
    """The service cannot start, or not do what it was asked; the message says what to do."""

    code = "service"


class LedgerError(GiprError):
    """The ledger of a folder of results is damaged or cannot be written."""

    code = "ledger"


class OutputError(GiprError):
    """Results cannot be written where they should go."""

    code = "output"


class EngineError(GiprError):
    """The machines that read have gone, or are not those that were asked for."""

    code = "engine"
