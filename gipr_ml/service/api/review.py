"""Correcting, deciding, undoing; and the history of it all."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gipr_ml.export import from_dict
from gipr_ml.learning.labelling.library import labelled_lines
from gipr_ml.service.api.auth import Here, Reader, Reviewer
from gipr_ml.service.api.problems import Refusal, no_result
from gipr_ml.service.api.reports import Id
from gipr_ml.service.api.schemas import ChangesBody, PreviewBody, StepList, StepView
from gipr_ml.service.figures import FiguresBody
from gipr_ml.service.labels import reviewed_of
from gipr_ml.service.state import build_state
from gipr_ml.service.view import ResultView, iso, result_json

router = APIRouter(prefix="/v1", tags=["review"])
_JSON = "application/json"


@router.post("/reports/{report}/changes", responses={200: {"model": ResultView}})
def change(report: Id, body: ChangesBody, here: Here, who: Reviewer) -> Response:
    """Correct a cell, label a line, decide on a finding, end a review, or undo one of these.

    Each change is an entry of the history, and nothing that was read is ever overwritten. The
    answer is the result as it stands now. 409 where somebody else was faster.
    """
    with here.database.write() as connection:
        try:
            state = here.history.add(
                connection, report, body.changes, who.name, body.after, body.key
            )
        except KeyError:
            raise no_result() from None
    return Response(result_json(state), media_type=_JSON)


@router.post("/reports/{report}/preview", responses={200: {"model": ResultView}})
def preview(report: Id, body: PreviewBody, here: Here, who: Reader) -> Response:
    """The result that changes would lead to, checked anew; nothing is kept."""
    with here.database.read() as connection:
        try:
            state = here.history.preview(connection, report, body.changes, who.name)
        except KeyError:
            raise no_result() from None
    return Response(result_json(state), media_type=_JSON)


@router.get("/reports/{report}/history", response_model=StepList)
def history(report: Id, here: Here, _who: Reader) -> StepList:
    """What was read, corrected and decided, by whom and when."""
    with here.database.read() as connection:
        steps = here.history.steps(connection, report)
    if not steps:
        raise no_result()
    return StepList(
        entries=[
            StepView.model_validate(
                {"number": s.number, "at": iso(s.at), "by": s.by, "kind": s.kind, "body": s.body}
            )
            for s in steps
        ]
    )


@router.get(
    "/reports/{report}/labels",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {}}}},
)
def labels(report: Id, here: Here, _who: Reader) -> Response:
    """The lines of a reviewed report with their labels, as training takes them."""
    with here.database.read() as connection:
        try:
            reviewed = reviewed_of(report, here.history.state(connection, report))
        except KeyError:
            raise no_result() from None
    if reviewed is None:
        raise Refusal(409, "not_reviewed", "its review is not done, so its labels are not sure")
    return Response(labelled_lines(reviewed.sheet()), media_type="application/x-ndjson")


@router.post("/check", tags=["check"], responses={200: {"model": ResultView}})
def check(body: FiguresBody, _who: Reader) -> Response:
    """Check figures without a file: findings, proposals and status from cells."""
    from gipr_ml.pipeline import check as check_report

    report = check_report(from_dict(body.result()))
    return Response(result_json(build_state(report, [], 0)), media_type=_JSON)
