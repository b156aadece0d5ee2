"""No answer outside of the description, and no error of ours, whatever is sent.

More of the same: `python experiments/service_fuzz.py`.
"""

from __future__ import annotations

import httpx
from fuzzing import LEFT_OUT, fuzz


def test_every_answer_is_as_described(service):
    described = httpx.get(f"{service.url}/openapi.json").json()["paths"]
    sent = dict(fuzz(service.url, examples=6, derandomize=True))
    assert len(sent) == sum(
        len(methods) for path, methods in described.items() if path not in LEFT_OUT
    )
    assert sum(sent.values()) >= 100
