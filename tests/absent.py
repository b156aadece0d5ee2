"""What a test needs and does not find."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def absent(words: str) -> NoReturn:
    """Skip the test, which the summary then tells; where everything should be there (CI), fail."""
    if os.environ.get("CI"):
        pytest.fail(words, pytrace=False)
    pytest.skip(words)
