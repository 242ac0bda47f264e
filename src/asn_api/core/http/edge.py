"""The outermost layer: request ids, gzip and size of bodies, security headers, access log, metrics."""

import logging
import re
import secrets
import time
import zlib
from functools import cache
from typing import Any

import orjson
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from asn_api.core.http.problems import MEDIA_TYPE, document
from asn_api.errors import Problem

log = logging.getLogger("asn_api.access")

REQUESTS = Counter("asn_http_requests_total", "Requests answered", ("operation", "method", "status"))
DURATION = Histogram(
    "asn_http_request_seconds",
    "Time to the first byte of the answer",
    ("operation",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000"),
]
UPLOADS = "/v1/files/"
_API_CSP = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")


class Edge:
    """Wraps the application. `body_limit` is in bytes, after decompression."""

    def __init__(self, app: ASGIApp, *, body_limit: int, docs: str) -> None:
        self.app = app
        self.body_limit = body_limit
        self.docs = docs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        request_id = _request_id(headers)
        scope["asn_request_id"] = request_id
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                elapsed = time.perf_counter() - began
                answer = message["headers"]
                answer.append((b"x-request-id", request_id.encode()))
                answer.append((b"server-timing", b"app;dur=%.1f" % (elapsed * 1000)))
                answer.extend(_SECURITY)
                answer.extend(scope.get("asn_rate_limit", ()))
                given = {name for name, _ in answer}
                if b"content-security-policy" not in given:
                    answer.append(_API_CSP)
                if b"cache-control" not in given and scope["path"].startswith("/v1"):
                    answer.append((b"cache-control", b"no-store"))
            await send(message)

        try:
            if _is_upload(scope, headers):
                if headers.get(b"content-encoding", b"identity").lower() != b"identity":
                    raise Problem("ENCODING_UNSUPPORTED", headers={"Accept-Encoding": "identity"})
            elif scope["method"] not in ("GET", "HEAD", "OPTIONS"):
                receive = await self._body(scope, headers, receive)
            await self.app(scope, receive, sending)
        except Problem as problem:
            await _refuse(problem, headers, request_id, self.docs, sending)
        finally:
            _account(scope, status, time.perf_counter() - began)

    async def _body(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Receive:
        """The whole body, decompressed and within the limit, as one message."""
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self.body_limit:
            raise Problem("BODY_TOO_LARGE", limit=self.body_limit)
        encoding = headers.get(b"content-encoding", b"identity").lower()
        if encoding not in (b"identity", b"gzip"):
            raise Problem("ENCODING_UNSUPPORTED", headers={"Accept-Encoding": "gzip"})
        received = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return _replaying(message)
            received += message.get("body", b"")
            if len(received) > self.body_limit:
                raise Problem("BODY_TOO_LARGE", limit=self.body_limit)
            if not message.get("more_body"):
                break
        body = bytes(received)
        if encoding == b"gzip":
            body = self._unzipped(body)
            kept = [
                pair for pair in scope["headers"] if pair[0] not in (b"content-encoding", b"content-length")
            ]
            scope["headers"] = [*kept, (b"content-length", str(len(body)).encode())]
        return _replaying({"type": "http.request", "body": body, "more_body": False}, receive)

    def _unzipped(self, body: bytes) -> bytes:
        inflate = zlib.decompressobj(wbits=31)
        try:
            plain = inflate.decompress(body, self.body_limit + 1)
        except zlib.error:
            raise Problem("GZIP_INVALID") from None
        if len(plain) > self.body_limit:
            raise Problem("BODY_TOO_LARGE", limit=self.body_limit)
        if not inflate.eof or inflate.unused_data:
            raise Problem("GZIP_INVALID")
        return plain


def _is_upload(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Pieces of files arrive slowly and in any size: their bytes go to the store as they come."""
    if not scope["path"].startswith(UPLOADS):
        return False
    if scope["method"] == "POST" and b"x-http-method-override" in headers:
        # tus 1.0.0: for networks that let nothing but GET and POST through.
        scope["method"] = headers[b"x-http-method-override"].decode("latin-1").upper()
    return bool(scope["method"] == "PATCH")


def _replaying(first: Message, receive: Receive | None = None) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if not given or receive is None:
            given = True
            return first
        return await receive()

    return replay


def _request_id(headers: dict[bytes, bytes]) -> str:
    """The caller's X-Request-Id, else the trace id of its traceparent, else a new one."""
    given = headers.get(b"x-request-id", b"").decode("latin-1")
    if _REQUEST_ID.fullmatch(given):
        return given
    trace = _TRACEPARENT.fullmatch(headers.get(b"traceparent", b"").decode("latin-1"))
    return trace[1] if trace else secrets.token_hex(16)


async def _refuse(
    problem: Problem, headers: dict[bytes, bytes], request_id: str, docs: str, send: Send
) -> None:
    language = "en" if headers.get(b"accept-language", b"").lower().startswith(b"en") else "id"
    body = document(problem, language, request_id, docs)  # type: ignore[arg-type]
    given = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    start: Message = {
        "type": "http.response.start",
        "status": problem.status,
        "headers": [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *given,
        ],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})


@cache
def _meters(operation: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(operation, method, str(status)), DURATION.labels(operation)


def _account(scope: Scope, status: int, elapsed: float) -> None:
    endpoint: Any = scope.get("endpoint")
    operation = getattr(endpoint, "__name__", "none")
    requests, duration = _meters(operation, scope["method"], status)
    requests.inc()
    duration.observe(elapsed)
    if log.isEnabledFor(logging.INFO):
        # The operation, not the path: paths carry ids of people and must not reach a log.
        line = {
            "event": "request",
            "operation": operation,
            "method": scope["method"],
            "status": status,
            "ms": round(elapsed * 1000, 1),
            "request_id": scope["asn_request_id"],
            "account": scope.get("asn_account"),
        }
        # Not `info`: it walks the stack to find its caller, whom this line does not name.
        log.handle(log.makeRecord(log.name, logging.INFO, "", 0, orjson.dumps(line).decode(), (), None))
