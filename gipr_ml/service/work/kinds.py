"""The kinds of jobs. Each ends its job in the transaction that brings its effect."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from gipr_ml.errors import ServiceError
from gipr_ml.export import loads
from gipr_ml.sandbox import Sandbox
from gipr_ml.service.context import Context
from gipr_ml.service.labels import LabelledReport, labels_of
from gipr_ml.service.store.jobs import Job
from gipr_ml.service.store.schema import reports
from gipr_ml.service.training import gather
from gipr_ml.types import PageImage
from gipr_ml.versions import model_digest, versions


class Doing:
    """A job under way, as its kind sees it."""

    def __init__(self, context: Context, job: Job, sandbox: Sandbox) -> None:
        self.context = context
        self.job = job
        self.sandbox = sandbox

    def progress(self, share: float, step: str) -> None:
        """Note how far the job is (0 to 1) and what it is at."""

    def tick(self) -> None:
        """To be called several times a second; raises where the job must not go on."""

    def call(
        self, task: str, values: Mapping[str, Any], block: bytes = b"", seconds: float | None = None
    ) -> tuple[Mapping[str, Any], tuple[bytes, ...]]:
        """Run a task in the sandbox under this job's lease."""
        answer = self.sandbox.call(
            task, values, (block,), progress=self.progress, tick=self.tick, seconds=seconds
        )
        return answer.values, tuple(answer.blocks)


def read(doing: Doing) -> None:
    """Read the file of a report and enter the reading into its history."""
    context, report = doing.context, str(doing.job.arguments["report"])
    with context.database.read() as connection:
        row = context.reports.get(connection, report)
    model = context.models.in_use()
    version = str(versions(model))
    data = context.files.path(row.sha256).read_bytes()
    values = {"name": row.name, "model": str(model), "most_pages": context.settings.pages}
    told, blocks = doing.call("gipr_ml.sandbox.tasks:read", values, data)
    result = loads(blocks[0])
    pages = [
        PageImage(page["number"], block, page["width"], page["height"])
        for page, block in zip(told["pages"], blocks[1:], strict=True)
    ]
    if pages:
        context.files.add_pages(row.sha256, pages)
    with context.database.write() as connection:
        context.jobs.hold(connection, doing.job)
        context.history.add_reading(connection, report, result, version, "gipr-ml")
        context.jobs.finish(connection, doing.job, {"report": report, "status": str(result.status)})


def unpack(doing: Doing) -> None:
    """Send the files of an archive, as if each had been sent by itself."""
    context, arguments = doing.context, doing.job.arguments
    settings = context.settings
    data = context.files.path(str(arguments["sha256"])).read_bytes()
    version = str(context.versions())
    sent = []
    with tempfile.TemporaryDirectory(prefix="gipr-", dir=settings.data) as folder:
        limits = {"most_files": settings.archive_files, "most_bytes": settings.archive_bytes}
        values = {"name": str(arguments["name"]), "folder": folder} | limits
        told, _ = doing.call("gipr_ml.sandbox.tasks:unpack", values, data)
        for number, name in enumerate(told["names"]):
            doing.tick()
            content = (Path(folder) / str(number)).read_bytes()
            # The archive has its place in the queue; what is in it does not need one each.
            done = context.reports.send(name, content, doing.job.created_by, version, None)
            sent.append({"name": name, "report": done.report, "known": done.known})
    with context.database.write() as connection:
        context.jobs.hold(connection, doing.job)
        result = {"reports": sent, "passed_over": told["passed_over"]}
        context.jobs.finish(connection, doing.job, result)
    context.reports.unpacked(str(arguments["sha256"]))


def train(doing: Doing) -> None:
    """Train a model on the labelled lines there are and on what was reviewed here."""
    context, arguments = doing.context, doing.job.arguments
    with tempfile.TemporaryDirectory(prefix="gipr-", dir=context.settings.data) as folder:
        reviewed = reviewed_labels(context)
        doing.tick()
        gather(context.training_data, reviewed, Path(folder) / "data")
        name = doing.job.id
        values = {
            "data": str(Path(folder) / "data"),
            "out": str(context.files.models / name),
            "seed": int(arguments["seed"]),
            "config": arguments["config"],
        }
        seconds = context.settings.train_seconds
        told, _ = doing.call("gipr_ml.service.training:train", values, seconds=seconds)
    about = {**told["about"], "reviewed_reports": len(reviewed)}
    with context.database.write() as connection:
        context.jobs.hold(connection, doing.job)
        digest = context.models.add(connection, name, about, doing.job.created_by)
        result = {"model": digest, "scores": about["scores"], "reviewed_reports": len(reviewed)}
        context.jobs.finish(connection, doing.job, result)


def compare(doing: Doing) -> None:
    """Put the scores of two models side by side."""
    context, arguments = doing.context, doing.job.arguments
    with context.database.write() as connection:
        context.jobs.hold(connection, doing.job)
        models = {
            side: _scores(context.models.get(connection, str(arguments[side])).about)
            for side in ("champion", "challenger")
        }
        both = models["champion"].keys() & models["challenger"].keys()
        gain = {name: models["challenger"][name] - models["champion"][name] for name in both}
        context.jobs.finish(connection, doing.job, {**arguments, **models, "gain": gain})


def promote(doing: Doing) -> None:
    """Read with another model from now on."""
    context, digest = doing.context, str(doing.job.arguments["model"])
    with context.database.write() as connection:
        context.jobs.hold(connection, doing.job)
        folder = context.models.folder(context.models.get(connection, digest).folder)
        if model_digest(folder) != digest:
            raise ServiceError(f"the model in {folder} is no longer the one that was entered")
        context.models.promote(connection, digest, doing.job.created_by)
        context.jobs.finish(connection, doing.job, {"model": digest})


def reviewed_labels(context: Context) -> list[LabelledReport]:
    """The labelled lines of every report whose review is done."""
    done = ("done", "second_wanted", "second_done")
    with context.database.read() as connection:
        names = connection.scalars(
            select(reports.c.id).where(reports.c.review.in_(done)).order_by(reports.c.sha256)
        ).all()
        states = (context.history.state(connection, name) for name in names)
        return [labels for state in states if (labels := labels_of(state)) is not None]


def _scores(about: str) -> dict[str, float]:
    """The single figures of a model's scores; of several seeds the mean."""
    scores = json.loads(about).get("scores", {})
    means = {k: v.get("mean") if isinstance(v, dict) else v for k, v in scores.items()}
    return {name: value for name, value in means.items() if isinstance(value, int | float)}


KINDS: Mapping[str, Callable[[Doing], None]] = {
    "read": read,
    "unpack": unpack,
    "train": train,
    "compare": compare,
    "promote": promote,
}
"""What does a job of each kind."""
