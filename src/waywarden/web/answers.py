"""How answers are sent: entity tags, and headers that keep a browser from asking anybody else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from waywarden.web.problems import NotBuiltError

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data: blob:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "worker-src 'self' blob:; "
    "base-uri 'none'; "
    "form-action 'none'; "
    "frame-ancestors 'none'"
)
SHEETS = "/sheets/"
"""Where the crews' offline page is. It may run its own worker, from a file, and show pictures that it keeps."""
SHEETS_POLICY = CONTENT_SECURITY_POLICY.replace("worker-src 'self' blob:", "worker-src 'self'").replace(
    "img-src 'self' data: blob:", "img-src 'self' blob:"
)
SECURITY_HEADERS: dict[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HASHED_FILES = "/static/assets/"
"""Vite puts a hash into these files' names, so they may be kept for good."""
STATIC = Path(__file__).parent / "static"


def built(name: str) -> str:
    """Return the path of a page that was built; NotBuiltError where it was not."""
    path = STATIC / name
    if not path.is_file():
        raise NotBuiltError("the page is not built in this checkout: run 'npm ci && npm run build' in page/")
    return str(path)


def answer(request: Request, body: str, media_type: str) -> Response:
    """Return ``body`` with its entity tag, or 304 if the asker has it already (RFC 9110, 13.1.2)."""
    return answer_bytes(request, body.encode(), media_type)


def answer_bytes(request: Request, content: bytes, media_type: str) -> Response:
    """Return ``content`` with its entity tag, or 304."""
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if _has(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)


def answer_json(request: Request, body: object, media_type: str = "application/json") -> Response:
    """Return ``body`` as JSON with its entity tag."""
    return answer(request, json.dumps(body, ensure_ascii=False, separators=(",", ":")), media_type)


def answer_html(request: Request, body: str) -> Response:
    """Return a page with its entity tag."""
    return answer(request, body, "text/html")


def _has(request: Request, tag: str) -> bool:
    given = request.headers.get("if-none-match", "")
    tags = [part.strip() for part in given.split(",")]
    return "*" in tags or tag in tags or tag.removeprefix("W/") in tags


def rfc3339(at: datetime) -> str:
    """Return ``at`` as RFC 3339 in UTC.

    Examples
    --------
    >>> rfc3339(datetime(2026, 5, 4, 7, 30, tzinfo=UTC))
    '2026-05-04T07:30:00Z'
    """
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class SecurityHeaders:
    """ASGI middleware that puts ``SECURITY_HEADERS``, and ``more`` of them, on every answer."""

    def __init__(self, app: ASGIApp, more: Mapping[str, str]) -> None:
        self._app = app
        self._headers = {**SECURITY_HEADERS, **more}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers to what comes back."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                if scope["path"].startswith(SHEETS):
                    headers["Content-Security-Policy"] = SHEETS_POLICY
                if scope["path"].startswith(HASHED_FILES) and message["status"] == 200:
                    headers["Cache-Control"] = "public, max-age=31536000, immutable"
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
