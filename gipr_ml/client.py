"""A small client of the service.

from gipr_ml.client import Client

with Client("http://127.0.0.1:8000") as client:
    sent = client.send("report.pdf", wait=60)
    report = client.result(sent[0].report)     # a `gipr_ml.types.Report`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from gipr_ml.errors import GiprError
from gipr_ml.export import loads
from gipr_ml.types import Report

_SECONDS = 60.0


class CallError(GiprError):
    """The service refused a call; `str(error)` is its sentence."""

    code = "call"

    def __init__(self, message: str, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        """HTTP status; 0 where the service did not answer."""
        self.retry_after = retry_after
        """Seconds after which to try again, where the service says so."""

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return type(self), (self.message, self.status, self.retry_after)


@dataclass(frozen=True)
class Sent:
    """What became of a file that was sent."""

    name: str
    report: str | None
    """Id of the report, or None for an archive."""
    job: str
    known: bool
    state: str


class Client:
    """Calls of one service. Every method raises `CallError`."""

    def __init__(self, url: str, token: str | None = None, *, seconds: float = _SECONDS) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=seconds)
        self._seconds = seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, *files: str | Path | tuple[str, bytes], wait: float = 0) -> list[Sent]:
        """Send files, by path or as name and content; `wait` seconds for them to be read."""
        parts = [
            (
                "files",
                file if isinstance(file, tuple) else (Path(file).name, Path(file).read_bytes()),
            )
            for file in files
        ]
        told = self._call("POST", "/v1/reports", wait=wait, files=parts).json()
        return [Sent(**one) for one in told["sent"]]

    def status(self, report: str, wait: float = 0) -> dict[str, Any]:
        """A report as lists show it, with the progress of its reading."""
        return self._json("GET", f"/v1/reports/{report}", wait=wait)

    def result(self, report: str, at: int | None = None) -> Report:
        """The report as it stands, or as it stood after the entry `at`."""
        params = {} if at is None else {"at": at}
        return loads(self._call("GET", f"/v1/reports/{report}/result", params=params).content)

    def raw_result(self, report: str) -> dict[str, Any]:
        """The same as the JSON that the service sends, with what people did under `review`."""
        return self._json("GET", f"/v1/reports/{report}/result")

    def reports(self, **which: str | int) -> Iterator[dict[str, Any]]:
        """All reports that fit: agency, year, status, review, progress, finding, sort."""
        after: dict[str, Any] = {}
        while True:
            page = self._json("GET", "/v1/reports", params={**which, **after})
            yield from page["reports"]
            if page["next"] is None:
                return
            after = {"after": page["next"]}

    def export(self, report: str, kind: str) -> bytes:
        """The result as json, csv, xlsx, parquet or html."""
        return self._call("GET", f"/v1/reports/{report}/export/{kind}").content

    def change(
        self,
        report: str,
        *changes: Mapping[str, Any],
        after: int | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Make changes, such as {"kind": "value", "cell": KEY, "value": 3}; gives the result."""
        body = {"changes": [dict(change) for change in changes], "after": after, "key": key}
        return self._json("POST", f"/v1/reports/{report}/changes", json=body)

    def history(self, report: str) -> Sequence[dict[str, Any]]:
        """What was read, corrected and decided, by whom and when."""
        entries: list[dict[str, Any]] = self._json("GET", f"/v1/reports/{report}/history")[
            "entries"
        ]
        return entries

    def check(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        """Check figures without a file: `forms` and `cells`."""
        return self._json("POST", "/v1/check", json=dict(figures))

    def job(self, job: str, wait: float = 0) -> dict[str, Any]:
        """A job with its progress."""
        return self._json("GET", f"/v1/jobs/{job}", wait=wait)

    def models(self) -> list[dict[str, Any]]:
        """The models there are."""
        found: list[dict[str, Any]] = self._json("GET", "/v1/models")["models"]
        return found

    def train(self, seed: int = 0) -> dict[str, Any]:
        """Start a training; gives its job."""
        return self._json("POST", "/v1/models/train", json={"seed": seed})

    def compare(self, challenger: str, champion: str | None = None) -> dict[str, Any]:
        """Compare a model with the one in use, or another; gives the job."""
        body = {"challenger": challenger, "champion": champion}
        return self._json("POST", "/v1/models/compare", json=body)

    def promote(self, model: str, override: str | None = None) -> dict[str, Any]:
        """Read with another model from now on, unless it is worse; gives the job, whose result says
        whether it was `promoted` and else the `reasons`. `override`: why these do not count."""
        return self._json("POST", f"/v1/models/{model}/promote", json={"override": override})

    def roll_back(self) -> dict[str, Any]:
        """Read with the model before the last promotion again; gives the job."""
        return self._json("POST", "/v1/models/rollback")

    def retry(self, job: str) -> dict[str, Any]:
        """Queue a job anew that failed or was cancelled."""
        return self._json("POST", f"/v1/jobs/{job}/retry")

    def delete(self, report: str) -> None:
        """Forget a report."""
        self._call("DELETE", f"/v1/reports/{report}")

    def _json(self, method: str, path: str, wait: float = 0, **parts: Any) -> dict[str, Any]:
        told: dict[str, Any] = self._call(method, path, wait=wait, **parts).json()
        return told

    def _call(self, method: str, path: str, wait: float = 0, **parts: Any) -> httpx.Response:
        if wait:
            parts["params"] = {**parts.get("params", {}), "wait": wait}
        try:
            answer = self._http.request(method, path, timeout=self._seconds + wait, **parts)
        except httpx.HTTPError as error:
            raise CallError(f"the service does not answer ({error})") from error
        if answer.is_success:
            return answer
        try:
            words = str(answer.json()["detail"])
        except (ValueError, KeyError, TypeError):
            words = f"the service answered with status {answer.status_code}"
        after = answer.headers.get("retry-after")
        raise CallError(words, answer.status_code, float(after) if after else None)
