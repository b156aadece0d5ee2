"""One connection of the server: nobody holds it open by sending slowly, or fills it with a head.

uvicorn waits for a request as long as it takes, and with httptools keeps whatever it is sent until
the head of the request ends. On Windows, where httptools is not used, its other parser limits the
head by itself.
"""

from __future__ import annotations

from asyncio import Protocol, TimerHandle, Transport
from functools import cache

from gipr_ml.service import limits

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


@cache
def connection() -> type[Protocol] | str:
    """What uvicorn makes of each connection: its setting `http`."""
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        return "auto"

    class Connection(HttpToolsProtocol):
        """A connection whose requests begin in time, and with a head of a bounded size."""

        _timer: TimerHandle | None = None
        _head = 0
        """Bytes that were sent since the head began."""

        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._begin()

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._begin()

        def on_headers_complete(self) -> None:
            self._end()
            super().on_headers_complete()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self._timer is None:
                return
            self._head += len(data)
            if self._head > limits.HEAD_BYTES and not self.transport.is_closing():
                self._end()
                self.transport.write(_TOO_LARGE)
                self.transport.close()

        def connection_lost(self, exc: Exception | None) -> None:
            self._end()
            super().connection_lost(exc)

        def _begin(self) -> None:
            if self._timer is None:
                self._head = 0
                self._timer = self.loop.call_later(limits.HEAD_SECONDS, self._too_slow)

        def _end(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _too_slow(self) -> None:
            self._timer = None
            self.transport.abort()

    return Connection
