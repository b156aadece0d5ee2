"""Jobs that read. Each ends its job in the transaction that brings its effect."""

from __future__ import annotations

from gipr_ml.export import loads
from gipr_ml.files import scratch_folder
from gipr_ml.service.work.doing import Doing
from gipr_ml.types import PageImage
from gipr_ml.versions import versions


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
    with scratch_folder(settings.data) as folder:
        limits = {"most_files": settings.archive_files, "most_bytes": settings.archive_bytes}
        values = {"name": str(arguments["name"]), "folder": str(folder)} | limits
        told, _ = doing.call("gipr_ml.sandbox.tasks:unpack", values, data)
        for number, name in enumerate(told["names"]):
            doing.tick()
            content = (folder / str(number)).read_bytes()
            # The archive has its place in the queue; what is in it does not need one each.
            done = context.reports.send(name, content, doing.job.created_by, version, None)
            sent.append({"name": name, "report": done.report, "known": done.known})
    with context.database.write() as connection:
        context.jobs.hold(connection, doing.job)
        result = {"reports": sent, "passed_over": told["passed_over"]}
        context.jobs.finish(connection, doing.job, result)
    context.reports.forget(str(arguments["sha256"]))
