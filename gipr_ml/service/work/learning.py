"""Jobs of the learning loop: training, comparing, promoting, going back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from gipr_ml.errors import PromotionError
from gipr_ml.files import make_folder, scratch_folder, write_file
from gipr_ml.learning.promotion_log import last_promotion
from gipr_ml.service.context import Context
from gipr_ml.service.labels import Reviewed, reviewed_of, write_reviewed
from gipr_ml.service.state import REVIEWED
from gipr_ml.service.store.schema import reports
from gipr_ml.service.work.doing import Doing

TASKS = "gipr_ml.service.tasks"
LINES = 100
"""Lines that models disagree on, kept with a comparison; its page has all of them."""


def train(doing: Doing) -> None:
    """Train a model on the labelled reports there are and on what was reviewed here."""
    context, arguments, name = doing.context, doing.job.arguments, doing.job.id
    with scratch_folder(context.settings.data) as folder:
        for one in reviewed(context):
            doing.tick()
            write_reviewed(one, folder / "reviewed")
        values = {
            "base": str(context.training_data),
            "reviewed": str(folder / "reviewed"),
            "folder": str(folder / "data"),
            "out": str(context.files.models / name),
            "champion": str(context.models.in_use()),
            "seed": int(arguments["seed"]),
            "config": context.settings.training_config or None,
        }
        about = dict(_call(doing, "train", values)[0]["about"])
    with context.database.write() as connection:
        context.jobs.hold(connection, doing.job)
        about["reviewed_reports"] = len(about.pop("added"))
        passed_over = about.pop("passed_over")
        digest = context.models.add(connection, name, about, doing.job.created_by)
        result = {name: about.get(name) for name in ("scores", "reviewed_reports", "mlflow")}
        result |= {"model": digest, "passed_over": _named(connection, passed_over)}
        context.jobs.finish(connection, doing.job, result)


def reviewed(context: Context) -> Iterator[Reviewed]:
    """Every report whose review is done."""
    query = select(reports.c.id).where(reports.c.review.in_(REVIEWED)).order_by(reports.c.sha256)
    with context.database.read() as connection:
        names = connection.scalars(query).all()
    for name in names:
        with context.database.read() as connection:
            try:
                found = reviewed_of(name, context.history.state(connection, name))
            except KeyError:  # deleted meanwhile
                continue
        if found is not None:
            yield found


def compare(doing: Doing) -> None:
    """Compare two models on the frozen reports."""
    context, arguments = doing.context, doing.job.arguments
    names = [str(arguments[side]) for side in ("champion", "challenger")]
    with context.database.read() as connection:
        folders = [str(_folder(context, connection, name)) for name in names]
    values = {"names": names, "folders": folders, "data": str(context.training_data)}
    told, (page,) = _call(doing, "compare", values)
    path = context.files.comparison(doing.job.id)
    make_folder(path.parent)
    write_file(path, page)
    with context.database.write() as connection:
        context.jobs.hold(connection, doing.job)
        context.jobs.finish(connection, doing.job, {**arguments, "table": _short(told["table"])})


def promote(doing: Doing) -> None:
    """Read with another model from now on, unless it is worse and nobody overrides that."""
    context, arguments = doing.context, doing.job.arguments
    challenger = str(arguments["model"])
    with context.database.read() as connection:
        champion = context.models.champion(connection)
        if champion == challenger:
            raise PromotionError("this model is the one in use already; nothing is to be done")
        folders = {
            f"{side}_folder": str(_folder(context, connection, digest))
            for side, digest in (("challenger", challenger), ("champion", champion))
        }
    values = {
        "challenger": challenger,
        "champion": champion,
        **folders,
        "data": str(context.training_data),
        "margin": arguments["margin"],
        "override": arguments["override"],
    }
    told, _ = _call(doing, "promote", values)
    entry = told["entry"]
    result = {"model": challenger, "champion": champion, "promoted": entry is not None}
    result |= {"reasons": told["reasons"], "table": _short(told["table"])}
    _enter(doing, champion, entry, result)


def roll_back(doing: Doing) -> None:
    """Read with the model before the last promotion again."""
    context = doing.context
    with context.database.read() as connection:
        last = last_promotion([one.entry for one in context.models.promotions(connection)])
        if last is None:
            raise PromotionError("there is no promotion to take back")
        champion, before = str(last["model"]), str(last["replaces"])
        try:
            folder = _folder(context, connection, before)
        except KeyError:
            raise PromotionError(
                f"the model {before} is no longer there, for it came with an earlier version of"
                " the program; promote another model instead"
            ) from None
    told, _ = _call(doing, "roll_back", {"folder": str(folder)})
    entry = {
        "action": "rollback", "model": before, "replaces": champion, "version": told["version"],
        "reason": "rolled back", "overridden": [], "figures": {},
    }  # fmt: skip
    _enter(doing, champion, entry, {"model": before})


def _enter(
    doing: Doing, champion: str, entry: Mapping[str, Any] | None, result: Mapping[str, Any]
) -> None:
    """End the job with its entry in the log of promotions, if there is one."""
    context = doing.context
    with context.database.write() as connection:
        context.jobs.hold(connection, doing.job)
        if entry is not None:
            context.models.enter(connection, entry, champion, doing.job.created_by)
        context.jobs.finish(connection, doing.job, result)


def _call(
    doing: Doing, task: str, values: Mapping[str, Any]
) -> tuple[Mapping[str, Any], tuple[bytes, ...]]:
    seconds = doing.context.settings.train_seconds
    return doing.call(f"{TASKS}:{task}", values, seconds=seconds)


def _folder(context: Context, connection: Connection, digest: str) -> Path:
    """Where a model lies. Raises `ServiceError` where another lies there by now."""
    return context.models.trusted(context.models.get(connection, digest))


def _short(table: Mapping[str, Any]) -> dict[str, Any]:
    """A comparison without its curves and most of its lines, which its page has."""
    changed = [line for line in table["lines"] if line["verdict"] != "wrong in both"]
    kept = {name: table[name] for name in ("frozen", "method", "figures", "labels", "documents")}
    return {**kept, "lines": changed[:LINES], "changed": len(changed)}


def _named(connection: Connection, passed_over: Mapping[str, str]) -> list[dict[str, str]]:
    """Reports that were passed over, as people know them."""
    query = select(reports.c.id, reports.c.name).where(reports.c.id.in_(passed_over))
    return [
        {"report": row.id, "name": row.name, "why": passed_over[row.id]}
        for row in connection.execute(query.order_by(reports.c.name, reports.c.id))
    ]
