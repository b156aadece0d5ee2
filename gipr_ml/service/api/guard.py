"""What every request passes first: its host, its size, its kind; and what every answer carries."""

from __future__ import annotations

import asyncio
import time

from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Counter, Histogram
from sqlalchemy.exc import DBAPIError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gipr_ml.service import limits
from gipr_ml.service.api.auth import check_role, identify
from gipr_ml.service.api.problems import Refusal, problem
from gipr_ml.service.api.threads import quickly
from gipr_ml.service.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_SMALL = 2_000_000
"""Bytes of a body that is no upload."""
_UPLOAD = "/v1/reports"
_FORM_ROOM = 1_000_000
"""Bytes that a form needs around its files."""


class Guard:
    """The outermost layer of the service."""

    def __init__(self, app: ASGIApp, settings: Settings, registry: CollectorRegistry) -> None:
        self.app = app
        self.settings = settings
        self.hosts = _hosts(settings)
        self.seconds = Histogram(
            "gipr_request_seconds", "Time of requests", ["method", "route"], registry=registry
        )
        self.requests = Counter(
            "gipr_requests", "Requests", ["method", "route", "status"], registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/v1"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, answer)
        else:
            await self.app(scope, self._counted(scope, receive), answer)
        route = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.seconds.labels(method, route).observe(time.perf_counter() - began)
        self.requests.labels(method, route, str(status)).inc()

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").rpartition("@")[2]
        name = host if host.endswith("]") else host.rsplit(":", 1)[0]
        if "*" not in self.hosts and name.lower() not in self.hosts:
            words = "the service is not called by this name; see the setting allowed_hosts"
            return problem(400, "host", words)
        if _head(scope) > limits.HEAD_BYTES:
            words = f"address and headers are longer than {limits.HEAD_BYTES} bytes together"
            return problem(431, "head", words, _CLOSE)
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._most(scope):
            return _too_large(self._most(scope))
        has_body = length not in ("", "0") or "transfer-encoding" in headers
        if scope["method"] in ("POST", "PUT", "PATCH") and has_body:
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            wanted = "multipart/form-data" if _is_upload(scope) else "application/json"
            if kind != wanted:
                words = f"the body must be {wanted}, not {kind or 'of no type'}"
                return problem(415, "media_type", words)
        return None

    def _most(self, scope: Scope) -> int:
        return self.settings.upload_bytes + _FORM_ROOM if _is_upload(scope) else _SMALL

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        """`receive`, which refuses a body that grows beyond the limit, or hardly grows at all.

        Of whoever may not send reports, nothing is kept: the form is taken apart before a handler
        asks who sent it.
        """
        most, seen, more, began = self._most(scope), 0, True, time.monotonic()
        asked, refusal = not _is_upload(scope), None

        async def counted() -> Message:
            nonlocal seen, more, asked, refusal
            if not more:  # what comes now is that the caller has gone
                return await receive()
            if not asked:
                asked, refusal = True, await _sender_refused(scope)
            end = began + limits.BODY_SECONDS + seen / limits.SLOWEST
            try:
                message = await asyncio.wait_for(receive(), max(0.0, end - time.monotonic()))
            except TimeoutError:
                raise Refusal(408, "slow", "the body comes too slowly", _CLOSE) from None
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                more = message.get("more_body", False)
                if seen > most:
                    raise Refusal(413, "too_large", _too_many(most), _CLOSE)
                if refusal is not None and more:
                    return {**message, "body": b""}
                if refusal is not None:  # a caller who is still sending would not hear it
                    raise refusal
            return message

        return counted


_CLOSE = {"Connection": "close"}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


async def _sender_refused(scope: Scope) -> Refusal | None:
    """Why a caller may not send reports, if so."""
    try:
        check_role(await quickly(identify, Request(scope)), "review")
    except Refusal as refusal:
        return refusal
    except DBAPIError:  # which is told where others ask the database
        pass
    return None


def _is_upload(scope: Scope) -> bool:
    return (scope["method"], scope["path"]) == ("POST", _UPLOAD)


def _too_many(most: int) -> str:
    return f"what was sent is larger than the {most / 1e6:g} MB that are allowed"


def _too_large(most: int) -> JSONResponse:
    return problem(413, "too_large", _too_many(most), _CLOSE)


def _head(scope: Scope) -> int:
    """Bytes of the address and the headers."""
    parts = [
        scope["raw_path"],
        scope["query_string"],
        *(b for pair in scope["headers"] for b in pair),
    ]
    return sum(map(len, parts))


def _hosts(settings: Settings) -> frozenset[str]:
    """Names by which the service may be called.

    On this machine alone nobody needs a token, so a page whose name was made to point here must not
    be served. Where tokens are needed, such a page has none, and any name will do unless some are
    set.
    """
    if not settings.on_loopback and not settings.allowed_hosts:
        return frozenset({"*"})
    return frozenset(name.lower() for name in (*_LOOPBACK, *settings.allowed_hosts))
