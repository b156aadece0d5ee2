"""Requests made from the API's own description, and answers held against it."""

from __future__ import annotations

from collections.abc import Iterator

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LEFT_OUT = "/v1/models/train"
"""Each call would train a model."""


def fuzz(url: str, examples: int, derandomize: bool) -> Iterator[tuple[str, int]]:
    """Send `examples` requests to each operation; gives each with how many were sent.

    Raises what schemathesis says of the first answer that is not as described.
    """
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json").exclude(path=LEFT_OUT)
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

        run()
        yield operation.label, sent
