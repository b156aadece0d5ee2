"""What `gipr` exits with; `process` and `check` use all of these."""

CONSISTENT = 0
"""Done; everything was read and is consistent."""
FAILED = 1
"""The program itself failed."""
MISUSED = 2
"""It was called wrongly."""
UNREADABLE = 3
"""Finished, but some inputs could not be read."""
REVIEW = 4
"""Finished, everything was read, and some reports need review."""
INTERRUPTED = 130
"""Stopped by the user."""
