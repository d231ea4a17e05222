"""An OpenID provider on this machine that really does the flow, and can be made to do it wrongly."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from run.command_line import ask
from run.offices import SITE, Browser, Office

CLIENT_ID, CLIENT_SECRET = "roads +1", "s%cret/of the+client"
SUBJECT = "8f14e45f-ceea-467f-a0e6-b8f1a1b3d2c4"
PROVIDER, SESSION = "/api/v1/session/provider", "/api/v1/session"
METADATA, TOKEN = "/.well-known/openid-configuration", "/token"
Rewrite = Callable[[dict[str, Any]], None]
Raw = Callable[["_Handler"], None]


class MadeUpProvider:
    """Signs everybody in as ``subject``, once they click.

    ``rewrite`` changes the claims of the next tokens, ``metadata`` what it says of itself; ``raw`` answers in its place
    on a path. ``asked`` is every path that was asked for, ``codes`` those that were given out and not taken back.
    """

    def __init__(self) -> None:
        self.subject = SUBJECT
        self.rewrite: Rewrite = lambda claims: None
        self.metadata: dict[str, Any] = {}
        self.raw: dict[str, Raw] = {}
        self.token_of: Callable[[dict[str, Any]], object] = signed
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.site = ""
        self.says_iss = True

    def known_of_itself(self) -> dict[str, Any]:
        return {
            "issuer": self.site,
            "authorization_endpoint": f"{self.site}/authorize?tenant=1",
            "token_endpoint": f"{self.site}{TOKEN}",
            "authorization_response_iss_parameter_supported": self.says_iss,
            **self.metadata,
        }

    def consent(self, asked: dict[str, str]) -> str:
        """Return where a browser that was sent here with ``asked`` goes back to, once its user agreed."""
        assert (asked["response_type"], asked["scope"]) == ("code", "openid")
        assert (asked["client_id"], asked["code_challenge_method"]) == (CLIENT_ID, "S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "session_state": "x.y"}
        if self.says_iss:
            back["iss"] = self.site
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def redeem(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Return the answer of the token endpoint, to a client that was found to be the right one."""
        asked = self.codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if asked["code_challenge"] != challenge.decode():
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        now = int(time.time())
        claims = {
            "iss": self.site, "sub": self.subject, "aud": CLIENT_ID, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "name": "Somebody Real", "email": "somebody@example.org",
        }  # fmt: skip
        self.rewrite(claims)
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self.token_of(claims)}


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(claims: dict[str, Any]) -> str:
    """Return an ID token, signed by HMAC with the client's secret, as Core 1.0, 10.1 has it."""
    said = f"{part({'alg': 'HS256'})}.{part(claims)}"
    seal = hmac.digest(CLIENT_SECRET.encode(), said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


class _Handler(BaseHTTPRequestHandler):
    provider: MadeUpProvider

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        self.provider.asked.append(where.path)
        if where.path in self.provider.raw:
            self.provider.raw[where.path](self)
        elif where.path == METADATA:
            self.answer(200, json.dumps(self.provider.known_of_itself()))
        elif where.path == "/authorize":
            asked = dict(parse_qsl(where.query))
            assert asked.pop("tenant") == "1"
            page = f'<!doctype html><title>Provider</title><a href="{self.provider.consent(asked)}">Go on</a>'
            self.answer(200, page.replace("&", "&amp;"), "text/html")
        else:
            self.answer(204 if where.path == "/favicon.ico" else 404, "")

    def do_POST(self) -> None:
        self.provider.asked.append(self.path)
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.provider.forms.append(form)
        if self.path in self.provider.raw:
            self.provider.raw[self.path](self)
            return
        given = (form.get("client_id", ""), form.get("client_secret", ""))
        if "Authorization" in self.headers:
            both = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
            given = tuple(unquote_plus(each) for each in both.split(":"))
        if given != (CLIENT_ID, CLIENT_SECRET):
            self.answer(401, '{"error": "invalid_client"}')
            return
        status, body = self.provider.redeem(form)
        self.answer(status, json.dumps(body))

    def answer(self, status: int, body: str, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Whoever broke off knows that already."""


@contextmanager
def made_up_provider(host: str = "127.0.0.1") -> Iterator[MadeUpProvider]:
    """Run a provider; ``host`` is its name, of this machine."""
    provider = MadeUpProvider()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": provider}))
    provider.site = f"http://{host}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def go(browser: Browser) -> dict[str, str]:
    """Begin a sign-in; return what the browser takes to the provider."""
    begun = browser.client.post(PROVIDER, headers={"Origin": SITE})
    assert begun.status_code == 200, begun.text
    asked = dict(parse_qsl(urlsplit(begun.json()["address"]).query))
    assert asked.pop("tenant") == "1", "what the endpoint's address had before is still there"
    return asked


def come_back(browser: Browser, address: str) -> str | None:
    """Go where the provider sends the browser; return what the page then says."""
    path = address.removeprefix(SITE)
    answer = browser.client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/road#tab=triage")
    assert answer.headers["cache-control"] == "no-store"
    return browser.client.get(PROVIDER).json()["said"]


def sign_in(browser: Browser, provider: MadeUpProvider) -> str | None:
    """Sign in at the provider; return what the page says afterwards, None if nothing."""
    said = come_back(browser, provider.consent(go(browser)))
    browser.csrf = browser.client.get(SESSION).json()["csrf"] or ""
    return said


def link(office: Office, provider: MadeUpProvider, account: str = "inspector") -> str:
    """Link the provider's subject to an account; return the code that did it."""
    said = sign_in(office.browser(), provider)
    assert said is not None
    code = re.search(r"code: ([2-9A-Z]{4}-[2-9A-Z]{4})$", said)
    assert code is not None, said
    done = ask("accounts", "link", account, code[1], "--store", office.path)
    assert done.code == 0, done.lines
    return code[1]
