"""Models: which there are, which one reads; training, comparing and promoting them as jobs."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from gipr_ml.learning.comparison.page import policy
from gipr_ml.learning.promotion_log import last_promotion
from gipr_ml.service.api.auth import Administrator, Here, Reader, Reviewer
from gipr_ml.service.api.jobs import JobId
from gipr_ml.service.api.problems import not_found
from gipr_ml.service.api.schemas import JobView, ModelList, ModelView, PromotionView
from gipr_ml.service.context import Context
from gipr_ml.service.store.jobs import JobKind
from gipr_ml.service.store.models import SHIPPED, Promotion
from gipr_ml.service.view import iso

router = APIRouter(prefix="/v1/models", tags=["models"])
Digest = Annotated[str, Path(pattern="^[0-9a-f]{12,64}$", description="Digest of the model.")]
_SHOWN = 50
"""Promotions that are told, the newest first."""


class TrainBody(BaseModel):
    """How to train."""

    seed: int = Field(0, ge=0, le=10**6, description="The same seed makes the same model.")


class CompareBody(BaseModel):
    """Which models to compare."""

    challenger: str = Field(pattern="^[0-9a-f]{12,64}$")
    champion: str | None = Field(
        None, pattern="^[0-9a-f]{12,64}$", description="Else the one in use."
    )


class PromoteBody(BaseModel):
    """How to promote."""

    margin: Annotated[
        float | None,
        Field(ge=0, le=1, description="How much worse a figure may be; else as `gipr promote`."),
    ] = None
    override: Annotated[
        str | None,
        Field(
            max_length=2000,
            pattern=r"\S",
            description="Why the model is promoted whatever stands against it; this is recorded.",
        ),
    ] = None


@router.get("", response_model=ModelList)
def models(here: Here, _who: Reader) -> ModelList:
    """The models there are, which one is in use, their scores, and how they came into use."""
    with here.database.read() as connection:
        rows = here.models.listed(connection)
        log = here.models.promotions(connection)
    back = last_promotion([one.entry for one in log])
    return ModelList(
        models=[_model(row) for row in rows],
        promotions=[_promotion(one) for one in reversed(log[-_SHOWN:])],
        back=None if back is None else str(back["replaces"]),
        mlflow=_mlflow(here),
    )


@router.post("/train", status_code=202, response_model=JobView)
def train(body: TrainBody, here: Here, who: Administrator) -> JobView:
    """Train a model on the labelled reports there are and on every report whose review is done."""
    return _submit(here, who.name, "train", {"seed": body.seed})


@router.post("/compare", status_code=202, response_model=JobView)
def compare(body: CompareBody, here: Here, who: Reviewer) -> JobView:
    """Compare two models on the frozen reports, which neither has learnt from."""
    with here.database.read() as connection:
        champion = body.champion or here.models.champion(connection)
        for digest in (champion, body.challenger):
            _known(here, connection, digest)
    arguments = {"champion": champion, "challenger": body.challenger}
    return _submit(here, who.name, "compare", arguments)


@router.get(
    "/comparisons/{job}",
    response_class=Response,
    responses={200: {"content": {"text/html; charset=utf-8": {}}}},
)
def comparison(job: JobId, here: Here, _who: Reader) -> Response:
    """All of a comparison as a page, with its plots, labels and lines."""
    try:
        page = here.files.comparison(job).read_bytes()
    except OSError:
        raise not_found("comparison") from None
    headers = {"Content-Security-Policy": f"{policy()}; frame-ancestors 'none'"}
    return Response(page, headers=headers, media_type="text/html; charset=utf-8")


@router.post("/rollback", status_code=202, response_model=JobView)
def roll_back(here: Here, who: Administrator) -> JobView:
    """Read with the model before the last promotion again."""
    return _submit(here, who.name, "rollback", {})


@router.post("/{digest}/promote", status_code=202, response_model=JobView)
def promote(
    digest: Digest,
    here: Here,
    who: Administrator,
    body: PromoteBody | None = None,
) -> JobView:
    """Read with this model from now on; what was read before stays as it is.

    The job holds it against the model in use first. Where that tells against it, the result says
    `promoted: false` and the `reasons`, and nothing is changed.
    """
    with here.database.read() as connection:
        _known(here, connection, digest)
    how = body or PromoteBody()
    arguments = {"model": digest, "margin": how.margin, "override": how.override}
    return _submit(here, who.name, "promote", arguments)


def _submit(here: Context, by: str, kind: JobKind, arguments: Mapping[str, Any]) -> JobView:
    """Queue a job: asked for again, it is done again, for what it looks at may have changed."""
    most = here.settings.queue_length
    with here.database.write() as connection:
        key = f"{kind}:{uuid.uuid4().hex}"
        return JobView.of(here.jobs.submit(connection, kind, key, arguments, by, most))


def _known(here: Context, connection: Connection, digest: str) -> None:
    try:
        here.models.get(connection, digest)
    except KeyError:
        raise not_found("model") from None


def _mlflow(here: Context) -> str | None:
    """Where people find MLflow."""
    said = here.settings.mlflow_url or os.environ.get("MLFLOW_TRACKING_URI", "")
    return said.rstrip("/") if said.startswith(("http://", "https://")) else None


def _model(row: Any) -> ModelView:
    about = json.loads(row.about)
    scores = about.pop("scores", {})
    return ModelView(
        digest=row.digest,
        in_use=row.in_use,
        shipped=row.folder == SHIPPED,
        made_at=iso(row.made_at),
        made_by=row.made_by,
        scores=scores,
        about=about,
    )


def _promotion(one: Promotion) -> PromotionView:
    return PromotionView.model_validate({**one.entry, "at": iso(one.at), "by": one.by})
