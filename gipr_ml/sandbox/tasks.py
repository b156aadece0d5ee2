"""Tasks for reading, run in the child."""

from __future__ import annotations

from pathlib import Path

from gipr_ml import pipeline
from gipr_ml.errors import InputError, TooLarge
from gipr_ml.export import dumps
from gipr_ml.files import write_file
from gipr_ml.sandbox.messages import Answer, Call
from gipr_ml.sources import page_images, read_bytes
from gipr_ml.sources.archive import read_archive
from gipr_ml.sources.read import READERS
from gipr_ml.types import PageImage, Report, Status


def read(call: Call) -> Answer:
    """Read the report in the first block.

    Values: `name`, `model` (folder), `most_pages`. The answer has the result file and behind it
    the pictures of the pages, whose `number`, `width` and `height` stand in `pages`.
    """
    (data,), name = call.blocks, str(call.values["name"])
    call.progress(0.05, "opening")
    report, images = _read(data, name, call)
    pages = [{"number": i.number, "width": i.width, "height": i.height} for i in images]
    result = dumps(report).encode("utf-8", "replace")
    return Answer({"pages": pages}, (result, *(image.data for image in images)))


def _read(data: bytes, name: str, call: Call) -> tuple[Report, tuple[PageImage, ...]]:
    most = int(call.values["most_pages"])
    try:
        document = read_bytes(data, name)
        if len(document.pages) > most:
            raise TooLarge(f"{name}: it has {len(document.pages)} pages; at most {most} are read")
        call.progress(0.7, "reading")
        report = pipeline.process_document(document, model=Path(call.values["model"]))
    except InputError as error:
        return pipeline.rejected(name, data, error), ()
    call.progress(0.85, "pages")
    if report.status is Status.REJECTED:
        return report, ()
    try:
        return report, page_images(data, name)
    except InputError:
        return report, ()


def unpack(call: Call) -> Answer:
    """Write the reports of the archive in the first block into the folder `folder`.

    Values: `name`, `folder`, `most_files`, `most_bytes`. The answer lists the `names` in the order
    of the files 0, 1 and so on, and how many were passed over. Raises `InputError` for an archive
    that cannot be opened or is beyond the limits.
    """
    (data,), name, values = call.blocks, str(call.values["name"]), call.values
    names: list[str] = []
    passed_over = total = 0
    for path, content in read_archive(data, name):
        total += len(content)
        if total > int(values["most_bytes"]):
            raise TooLarge(f"{name}: the archive unpacks to more than {values['most_bytes']} bytes")
        if Path(path).suffix.lower() not in READERS:
            passed_over += 1
            continue
        if len(names) == int(values["most_files"]):
            raise TooLarge(f"{name}: the archive holds more than {values['most_files']} files")
        write_file(Path(values["folder"]) / str(len(names)), content)
        names.append(Path(path).name)
        call.progress(0.5, f"unpacked {len(names)}")
    return Answer({"names": names, "passed_over": passed_over})
