"""Requests made from the API's own description, and answers held against it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, HookContext
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gipr_ml.client import CallError, Client

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CELL = "t4/reconsideration/total"
SAMPLE = Path(__file__).parents[2] / "gipr_ml/samples/wangchuan_forestry_2022_damaged.txt"
LEFT_OUT = ("/v1/models/train", "/v1/models/compare")
"""Each call would keep a worker busy for long."""

Ids = dict[str, str]


def fuzz(url: str, examples: int, derandomize: bool) -> Iterator[tuple[str, int]]:
    """Send `examples` requests to each operation; gives each with how many were sent.

    Three ids of four are those of something that is there. Raises what schemathesis says of the
    first answer that is not as described.
    """
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json").exclude(path=list(LEFT_OUT))
    client = Client(url)
    there: Ids = {}

    @schema.hook
    def map_path_parameters(
        _context: HookContext, path_parameters: dict[str, str] | None
    ) -> object:
        return {
            name: there.get(name, value) if str(value)[:1] not in "0123" else value
            for name, value in (path_parameters or {}).items()
        }

    @schema.hook
    def map_body(_context: HookContext, body: object) -> object:
        changes = body.get("changes", ()) if isinstance(body, dict) else ()
        for change in changes if isinstance(changes, list) else ():
            if isinstance(change, dict) and change.get("kind") == "value":
                change["cell"] = CELL
        return body

    limits = settings(
        max_examples=examples,
        deadline=None,
        derandomize=derandomize,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    for found in schema.get_all_operations():
        operation, sent = found.ok(), 0

        @limits
        @given(case=operation.as_strategy())
        def run(case: Case) -> None:
            nonlocal sent
            sent += 1
            case.call_and_validate(checks=CHECKS)

        there.update(_something(client, operation.label, there))
        run()
        yield operation.label, sent
    client.close()


def _something(client: Client, text: str, known: Ids) -> Ids:
    """Ids of a report that was read, its job, and a model: those `known` as long as it is there."""
    with suppress(CallError, KeyError):
        client.status(known["report"])
        return known
    data = SAMPLE.read_bytes() + f"\n{text}\n".encode()
    (sent,) = client.send((f"{len(text)}.txt", data), wait=60)
    (model, *_) = client.models()
    return {"report": sent.report or "", "job": sent.job, "digest": model["digest"]}
