"""What the back channel takes for an answer, what is believed, and what ``serve`` is told. ASVS clauses in brackets."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run.command_line import ask, write_city
from run.offices import SITE, Office
from run.provider import (
    CLIENT_ID,
    METADATA,
    PROVIDER,
    SESSION,
    TOKEN,
    MadeUpProvider,
    made_up_provider,
    sign_in,
    signed,
)  # fmt: skip
from waywarden.run.accounts.provider import asking
from waywarden.run.accounts.provider.asking import MOST_BYTES, BackChannel, ProviderError, shown
from waywarden.run.accounts.provider.endpoints import KEPT_S, Discovery, read_endpoints
from waywarden.run.accounts.provider.id_token import LEEWAY_S, subject_of
from waywarden.run.accounts.provider.told import SignInWords, Told, is_sound, read_told
from waywarden.terms.errors import ConfigError

TOLD = Told("https://login.example.org/t", "roads", "s", "https://roads.example.org")
NOW = 1_770_000_000.0
CLAIMS = {"iss": TOLD.issuer, "sub": "a", "aud": "roads", "iat": NOW, "exp": NOW + 300, "nonce": "n"}
RIGHT = {"issuer": TOLD.issuer, "authorization_endpoint": "https://a.example/a", "token_endpoint": "https://t.example"}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(list(CLAIMS.values())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


def is_right(claims: dict[str, Any]) -> bool:
    """Say in other words which claims are believed."""

    def number(name: str) -> float:
        value = claims.get(name)
        return value if type(value) in {int, float} and abs(value) < 1e12 else float("nan")

    audience = claims.get("aud")
    for_us = audience == "roads" or (type(audience) is list and "roads" in audience)
    alone = type(audience) is str or audience == ["roads"]
    azp = claims.get("azp")
    return bool(
        claims.get("iss") == TOLD.issuer and claims.get("nonce") == "n" and for_us
        and (azp == "roads" or (azp is None and alone))
        and abs(number("iat") - NOW) <= LEEWAY_S and number("exp") + LEEWAY_S >= NOW
        and ("nbf" not in claims or number("nbf") - LEEWAY_S <= NOW)
        and type(claims.get("sub")) is str and 0 < len(claims["sub"]) <= 255
    )  # fmt: skip


@given(
    st.dictionaries(st.sampled_from([*CLAIMS, "azp", "nbf"]), ANYTHING, max_size=3), st.sets(st.sampled_from([*CLAIMS]))
)
def test_claims_are_believed_only_if_all_of_them_are_right(other: dict[str, Any], gone: set[str]) -> None:
    """[3.5.3]"""
    claims = {**{name: value for name, value in CLAIMS.items() if name not in gone}, **other}
    claims = json.loads(json.dumps(claims))
    try:
        assert subject_of(signed(claims), TOLD, "n", NOW) == claims["sub"]
        believed = True
    except ProviderError:
        believed = False
    assert believed == is_right(claims)


@given(ANYTHING | st.binary().map(lambda b: b.decode("latin-1")) | st.from_regex(r"[A-Za-z0-9_-]*\.[\w-]*\.[\w-]*"))
def test_what_is_no_token_is_refused_in_a_sentence(token: object) -> None:
    with pytest.raises(ProviderError) as error:
        subject_of(token, TOLD, "n", NOW)
    assert len(str(error.value).splitlines()) == 1


@given(st.dictionaries(st.sampled_from([*RIGHT, "token_endpoint_auth_methods_supported"]), ANYTHING))
def test_a_provider_that_says_anything_of_itself_is_read_or_refused(other: dict[str, Any]) -> None:
    try:
        found = read_endpoints({**RIGHT, **other}, TOLD)
    except ProviderError as error:
        lines = str(error).splitlines()
    else:
        lines = ["read"]
        assert (found.authorization[:8], found.token[:8]) == ("https://", "https://")
    assert len(lines) == 1


@given(st.text())
def test_what_a_provider_says_fits_into_a_sentence(text: str) -> None:
    assert len(shown(text)) <= 60
    assert len(shown(text).splitlines()) <= 1


@pytest.mark.parametrize(
    ("address", "sound", "plain"),
    [
        ("https://login.example.org", True, True),
        ("http://login.example.org", False, False),
        ("http://127.0.0.1:80/x", False, True),
        ("http://localhost", False, True),
        ("http://127.0.0.1.evil.example", False, False),
        ("https://user@login.example.org", False, False),
        ("https://login.example.org#x", False, False),
        ("https://login.example.org:port", False, False),
        ("https://", False, False),
        ("https://a b", False, False),
        ("https://a\r\nb", False, False),
        ("https://é.example", False, False),
        ("file:///etc/passwd", False, False),
        ("javascript:alert(1)", False, False),
    ],
)
def test_what_may_be_asked(address: str, *, sound: bool, plain: bool) -> None:
    """[9.2.1, 12.6.1]"""
    assert (is_sound(address, plain=False), is_sound(address, plain=True)) == (sound, plain)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"issuer": "https://login.example.org/t/"}, "calls itself 'https://login.example.org/t/'"),
        ({"issuer": None}, "calls itself 'None'"),
        ({"token_endpoint": "http://login.example.org/token"}, "names no token_endpoint that is an https address"),
        ({"token_endpoint": "http://127.0.0.1/token"}, "names no token_endpoint"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "names no authorization_endpoint"),
        ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, "takes a client's secret neither by"),
        ({"token_endpoint_auth_methods_supported": 7}, "takes a client's secret neither by"),
    ],
)
def test_a_provider_that_says_what_cannot_be(other: dict[str, Any], sentence: str) -> None:
    assert read_endpoints(RIGHT, TOLD).token == "https://t.example"
    with pytest.raises(ProviderError, match=sentence):
        read_endpoints({**RIGHT, **other}, TOLD)


def answers(status: int, body: str, **headers: str) -> Callable[[Any], None]:
    return lambda handler: handler.answer(status, body, **headers)


def drips(handler: Any) -> None:
    """Send a byte now and then, for ever, each in time."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        time.sleep(0.1)


def hangs(handler: Any) -> None:
    time.sleep(1.5)


FAULTS: dict[str, tuple[Callable[[Any], None], str]] = {
    "oversized": (answers(200, '{"a": "' + "x" * MOST_BYTES + '"}'), f"answered with more than {MOST_BYTES} bytes"),
    "redirect": (answers(302, "{}", Location="/elsewhere"), "answered 302, a redirect, which is not followed"),
    "temporary redirect": (answers(307, "{}", Location="/elsewhere"), "answered 307, a redirect"),
    "no JSON": (answers(200, "<html>"), "answered 200 with something that is no JSON object"),
    "a list": (answers(200, "[]"), "no JSON object"),
    "deep": (answers(200, "[" * 60_000), "no JSON object"),
    "out of order": (answers(500, "{}"), "500"),
    "drips": (drips, "did not answer within 0.8 s"),
    "hangs": (hangs, "did not answer within 0.8 s"),
    "no HTTP": (lambda handler: handler.wfile.write(b"hello\r\n\r\n"), "no HTTP"),
    "breaks off": (lambda handler: None, "broke off"),
}


@pytest.mark.parametrize("path", [METADATA, TOKEN])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_provider_that_answers_wrongly_lets_nobody_in(
    shop: Office,
    provider: MadeUpProvider,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    path: str,
) -> None:
    """[12.6.1] One sentence, at once, nothing followed, and passwords as before."""
    monkeypatch.setattr(asking, "PATIENCE_S", 0.8)
    monkeypatch.setattr(BackChannel.__init__, "__defaults__", (None, 0.8))
    answer, sentence = FAULTS[fault]
    browser = shop.browser()
    provider.raw[path] = answer
    began = time.monotonic()
    if path == METADATA:
        begun = browser.client.post(PROVIDER, headers={"Origin": SITE})
        assert begun.status_code == 502
        said = begun.json()["detail"]
    else:
        said = sign_in(browser, provider)
    assert time.monotonic() - began < 3
    assert sentence in said
    assert said.startswith(shop.told.host)
    assert "/elsewhere" not in provider.asked
    assert browser.client.get(SESSION).json()["account"] is None
    assert browser.sign_in("inspector").triage("d1").status_code == 201


def test_a_provider_that_is_down_is_said_and_comes_back(shop: Office, provider: MadeUpProvider) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        gone = unused.getsockname()[1]
    channel = BackChannel("h")
    with pytest.raises(ProviderError, match=r"h cannot be reached \(Connection refused\): try again later, or sign in"):
        channel.ask(f"http://127.0.0.1:{gone}/")
    with pytest.raises(ProviderError, match="cannot be reached"):
        channel.ask("https://no-such-host.invalid/")
    now = [0.0]
    discovery = Discovery(shop.told, channel, lambda: now[0])
    provider.raw[METADATA] = answers(503, "{}")
    with pytest.raises(ProviderError, match="answered 503 when it was asked for /"):
        discovery.endpoints()
    del provider.raw[METADATA]
    assert discovery.endpoints() is discovery.endpoints(), "asked once an hour"
    now[0] += KEPT_S
    discovery.endpoints()
    assert provider.asked.count(METADATA) == 3


def test_a_wrong_secret_is_said(shop: Office, provider: MadeUpProvider) -> None:
    shop.told = Told(provider.site, CLIENT_ID, "wrong", SITE)
    said = sign_in(shop.browser(), provider)
    assert said == (
        f"{shop.told.host} does not know this server by its client id and secret: whoever looks after this server "
        "gives it the right ones"
    )


def test_one_that_hangs_takes_few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """[11.1.4] Others who write go on."""
    monkeypatch.setattr(asking, "WAIT_S", 0.1)
    with made_up_provider() as provider:
        provider.raw["/"] = hangs
        channel, said = BackChannel("h"), []

        def ask_it() -> None:
            try:
                channel.ask(f"{provider.site}/")
            except ProviderError as error:
                said.append(str(error))

        threads = [threading.Thread(target=ask_it) for _ in range(7)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(10)
    assert len([each for each in said if "keeps others waiting" in each]) == 3


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with made_up_provider() as provider:
        assert BackChannel("h").ask(provider.site + METADATA).status == 200


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a certificate for localhost that nobody trusts, with its key."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("NOT RUN: openssl is not on this machine")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", path, "-out", path]  # fmt: skip
    subprocess.run([program, *map(str, words)], check=True, capture_output=True)
    return path


@pytest.fixture
def https_port(certificate: Path) -> Iterator[int]:
    """Serve ``{}`` by https under that certificate; return the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                taken, _ = listening.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(taken, server_side=True) as talk:
                    talk.recv(4096)
                    talk.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            except OSError:
                taken.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)


def test_a_certificate_that_is_not_trusted_is_refused(certificate: Path, https_port: int) -> None:
    """[9.2.1] It stands in for the token's signature, so nothing goes without it; nor one for another host."""
    with pytest.raises(ProviderError, match="certificate that this machine does not trust"):
        BackChannel("h").ask(f"https://localhost:{https_port}/")
    trusting = ssl.create_default_context(cafile=certificate)
    assert BackChannel("h", trusting).ask(f"https://localhost:{https_port}/").body == {}
    with pytest.raises(ProviderError, match=r"certificate that this machine does not trust .*127\.0\.0\.1"):
        BackChannel("h", trusting).ask(f"https://127.0.0.1:{https_port}/")


def secret_in(folder: Path, text: str = "s\n") -> Path:
    path = folder / "secret"
    path.write_text(text, "utf-8")
    return path


def test_what_serve_is_told(tmp_path: Path) -> None:
    """[2.10.4] The secret comes from a file or the environment, and shows nowhere."""
    issuer, origin = "https://login.example.org/t", "https://roads.example.org"
    for words, environment in (
        (SignInWords(issuer, "roads", secret_in(tmp_path)), {}),
        (SignInWords(issuer, "roads"), {"WAYWARDEN_CLIENT_SECRET": "s"}),
    ):
        told = read_told(words, origin, environment)
        assert (told.client_secret, told.host) == ("s", "login.example.org")
        assert told.redirect_uri == "https://roads.example.org/sign-in/back"
        assert "'s'" not in repr(told)
    assert read_told(SignInWords(), origin, {"WAYWARDEN_CLIENT_SECRET": "s"}) is None


@pytest.mark.parametrize(
    ("words", "origin", "secret", "sentence"),
    [
        (("http://login.example.org", "roads"), "https://a", "s", "http is for a provider on this machine alone"),
        (("login.example.org", "roads"), "https://a", "s", "wants the provider's issuer"),
        (("https://login.example.org?x", "roads"), "https://a", "s", "wants the provider's issuer"),
        (("https://login.example.org", ""), "https://a", "s", "wants --client-id"),
        (("https://login.example.org", "roads"), "", "s", "wants --origin"),
        (("https://login.example.org", "roads"), "http://roads.example.org", "s", "wants --origin with the https"),
        (("https://login.example.org", "roads"), "https://a", None, "in WAYWARDEN_CLIENT_SECRET: there is none"),
        (("https://login.example.org", "roads"), "https://a", "  \n", "there is none in"),
        (("https://login.example.org", "roads"), "https://a", "a\nb", "one line"),
        (("", "roads"), "https://a", "s", "go with --sign-in"),
    ],
)
def test_what_serve_cannot_be_told(
    tmp_path: Path, words: tuple[str, str], origin: str, secret: str | None, sentence: str
) -> None:
    path = None if secret is None else secret_in(tmp_path, secret)
    with pytest.raises(ConfigError) as error:
        read_told(SignInWords(*words, path), origin, {})
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_secret_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read from .*gone"):
        read_told(SignInWords("https://a.example", "roads", tmp_path / "gone"), "https://a", {})


def test_serve_tells_the_desk(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from starlette.testclient import TestClient

    from run.offices import CITY
    from waywarden.store.nothing import NoRecords
    from waywarden.web.app import create_app

    served: dict[str, Any] = {}
    monkeypatch.setattr("waywarden.run.main.say_who_signs_in", lambda: None)
    monkeypatch.setattr("waywarden.run.main.serve.serve", lambda *_, **more: served.update(more))
    city = write_city(tmp_path, ("a", '"a.mp4"'))
    words = ("serve", "--city", city, "--store", office.path, "--sign-in", "https://login.example.org")
    told = (*words, "--client-id", "roads", "--client-secret", secret_in(tmp_path))
    done = ask(*told, "--origin", "https://roads.example.org")
    assert done.code == 0
    assert "https://roads.example.org/sign-in/back" in " ".join(done.lines)
    client = TestClient(create_app(CITY, NoRecords(), beside=served["beside"]), base_url="https://roads.example.org")
    assert client.get(SESSION).json()["provider"] == "login.example.org"
    for wrong in (told, words):
        said = ask(*wrong)
        assert (said.code, len(said.lines)) == (2, 1)


def test_no_secret_is_an_argument() -> None:
    assert "FILE" in ask("serve", "--help").out.split("--client-secret")[1][:40]
