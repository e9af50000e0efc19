"""What every request gets from outside the application: an id, careful headers, a line in the log, and a place in the figures."""

import time
from http import HTTPStatus

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

from tupli_schemas.base import new_id

REQUESTS = Counter("tupli_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("tupli_request_seconds", "From a request's first byte to its answer's last.", ["method", "route"])

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
"""On every answer. Whoever serves a page that needs more says so itself."""

_log = structlog.get_logger("tupli_server.requests")


class Observer:
    """Wraps an application from outside, so that no answer is without an id: not even one of a middleware, or to nonsense."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return await self._app(scope, receive, send)
        started, request_id, status = time.perf_counter(), new_id(), [HTTPStatus.INTERNAL_SERVER_ERROR.value]
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                headers = MutableScopeHeaders.from_message(message)
                headers["X-Request-Id"] = request_id
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            _note(scope, status[0], time.perf_counter() - started)
        return None


def _note(scope: Scope, status: int, seconds: float) -> None:
    """One line and two figures. They name the route, never the query or the body: those may hold what is private."""
    route = str(scope.get("path_template") or "unknown")
    method = str(scope.get("method"))
    REQUESTS.labels(method if method in _METHODS else "other", route, str(status)).inc()
    SECONDS.labels(method if method in _METHODS else "other", route).observe(seconds)
    user = getattr(scope.get("user"), "name", None) or None
    _log.info("request", method=method, route=route, status=status, ms=round(seconds * 1_000, 1), user=user)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
