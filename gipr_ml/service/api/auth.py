"""Who calls, and whether they may: tokens for programs, sessions for the page.

On the loopback address nobody needs a token, unless a proxy passes on what others say. But a page
from elsewhere, open in the same browser, must not act in its user's name. So a change that comes
without a token must come from this service's own page, or from no page at all.
"""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from threading import Lock
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from gipr_ml.service.api.problems import Refusal
from gipr_ml.service.api.threads import quickly
from gipr_ml.service.context import Context
from gipr_ml.service.store.access import Role, Who

COOKIE = "gipr_session"
CSRF = "X-CSRF-Token"
LOCAL = "local"
"""Name of whoever is on this machine and has said no other."""
SAFE = ("GET", "HEAD", "OPTIONS")
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""What proxies add."""
_MOST_FAILURES = 20
_FAILURE_SECONDS = 60.0
_REMEMBERED = 10_000

_bearer = HTTPBearer(auto_error=False, description="A token of `gipr token add`.")


class Failures:
    """Wrong tokens by address: after some, the address has to wait."""

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = Lock()  # requests are identified in several threads

    def check(self, address: str) -> None:
        """Raise `Refusal` where the address has to wait."""
        number, began = self._by_address.get(address, (0, 0.0))
        left = began + _FAILURE_SECONDS - time.monotonic()
        if number >= _MOST_FAILURES and left > 0:
            wait = str(int(left) + 1)
            raise Refusal(
                429, "throttled", f"too many wrong tokens; wait {wait} s", {"Retry-After": wait}
            )

    def add(self, address: str) -> None:
        """Count a wrong token."""
        with self._lock:
            number, began = self._by_address.pop(address, (0, 0.0))
            now = time.monotonic()
            if now - began > _FAILURE_SECONDS:
                number, began = 0, now
            self._by_address[address] = (number + 1, began)
            while len(self._by_address) > _REMEMBERED:
                self._by_address.popitem(last=False)


def context_of(request: Request) -> Context:
    """The service that the request came to."""
    return cast(Context, request.app.state.context)


async def _here(request: Request) -> Context:
    # Not a plain function: those are run in a thread of their own, which costs more than this.
    return context_of(request)


def is_local(request: Request) -> bool:
    """Whether somebody on this machine calls, who needs no token.

    What a proxy passes on reaches the loopback address too, wherever it comes from.
    """
    passed_on = any(name in request.headers for name in _PASSED_ON)
    return context_of(request).settings.on_loopback and not passed_on


def identify(request: Request) -> Who:
    """Who calls. Raises `Refusal` with 401, 403 or 429."""
    context = context_of(request)
    given = request.headers.get("authorization")
    if given is not None:
        return _by_token(request, context, given)
    if secret := request.cookies.get(COOKIE):
        with context.database.read() as connection:
            who = context.access.by_session(connection, secret)
        # A session that was opened without a token is good for nothing where tokens are needed.
        if who is not None and (who.token is not None or is_local(request)):
            _check_csrf(request, who)
            return who
    if is_local(request):
        check_origin(request)
        return Who(LOCAL, "administer")
    raise _unknown("a token is needed: Authorization: Bearer TOKEN")


def _by_token(request: Request, context: Context, given: str) -> Who:
    failures = cast(Failures, request.app.state.failures)
    address = request.client.host if request.client else ""
    failures.check(address)
    kind, _, token = given.partition(" ")
    if kind.lower() != "bearer":
        raise _unknown("tokens are sent as: Authorization: Bearer TOKEN")
    with context.database.read() as connection:
        who = context.access.by_token(connection, token.strip())
    if who is None:
        failures.add(address)
        raise _unknown("this token is not known, or was revoked")
    return who


def _check_csrf(request: Request, who: Who) -> None:
    if request.method in SAFE:
        return
    check_origin(request)
    given = request.headers.get(CSRF, "")
    if who.csrf is None or not hmac.compare_digest(given.encode(), who.csrf.encode()):
        raise Refusal(403, "csrf", f"the header {CSRF} is missing or wrong; load the page again")


def check_origin(request: Request) -> None:
    """Refuse a change that a page from elsewhere sends."""
    if request.method in SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site not in (None, "same-origin", "none") or (
        origin is not None and _host(origin) != request.headers.get("host")
    ):
        raise Refusal(403, "origin", "a page from elsewhere may change nothing here")


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _unknown(words: str) -> Refusal:
    return Refusal(401, "unknown_caller", words, {"WWW-Authenticate": "Bearer"})


def _need(role: Role) -> Callable[..., Awaitable[Who]]:
    async def needed(request: Request, _scheme: Annotated[object, Depends(_bearer)]) -> Who:
        asks = "authorization" in request.headers or COOKIE in request.cookies
        who = await quickly(identify, request) if asks else identify(request)
        check_role(who, role)
        return who

    return needed


def check_role(who: Who, role: Role) -> None:
    """Raise `Refusal` where somebody may not do what needs this role."""
    if not who.may(role):
        raise Refusal(403, "role", f"this needs the role {role}; the token has {who.role}")


Here = Annotated[Context, Depends(_here)]
Reader = Annotated[Who, Depends(_need("read"))]
Reviewer = Annotated[Who, Depends(_need("review"))]
Administrator = Annotated[Who, Depends(_need("administer"))]
