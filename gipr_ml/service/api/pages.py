"""The review page: its files, and the forms that it shows."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gipr_ml.service.api.auth import Reader
from gipr_ml.service.official import FormsView, forms_view

FILES = Path(__file__).parents[1] / "pages"
router = APIRouter()


class _Files(StaticFiles):
    """Files that a browser asks for again each time, so that a new version is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def install(app: FastAPI) -> None:
    """Serve the files of the page."""
    app.mount("/page", _Files(directory=FILES))


@router.get("/", include_in_schema=False)
async def page() -> FileResponse:
    """The review page."""
    return FileResponse(FILES / "index.html", headers={"Cache-Control": "no-cache"})


@router.get("/v1/forms", response_model=FormsView, tags=["check"])
def forms(_who: Reader) -> FormsView:
    """The official tables as they are printed, their rules, and the labels of lines."""
    return forms_view()
