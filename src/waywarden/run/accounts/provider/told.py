"""What ``waywarden serve`` is told of an OpenID provider. The client's secret is in a file or the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from waywarden.terms.errors import ConfigError
from waywarden.web.accounts.provider import BACK
from waywarden.web.local.admitting import LOOPBACK

SECRET_VARIABLE = "WAYWARDEN_CLIENT_SECRET"  # noqa: S105 - the name of a variable
MOST_CHARACTERS = 500
"""Of the issuer, the client's number and its secret, each."""


@dataclass(frozen=True, slots=True)
class Told:
    """One provider, as ``waywarden serve`` is told of it.

    Parameters
    ----------
    issuer : str
        The provider's own name: an https address, or http on this machine.
    client_id, client_secret : str
        What the provider knows this server by.
    origin : str
        Where the page is opened.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    origin: str

    @property
    def host(self) -> str:
        """The provider's name for people: its host, and its port where it has one of its own."""
        return urlsplit(self.issuer).netloc

    @property
    def plain(self) -> bool:
        """Whether the provider is on this machine and may be asked by http."""
        return self.issuer.startswith("http://")

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends a browser back to."""
        return self.origin + BACK


@dataclass(frozen=True, slots=True)
class SignInWords:
    """The options of ``waywarden serve`` that are about a provider, as they were given; empty or None if not."""

    issuer: str = ""
    client_id: str = ""
    secret_file: Path | None = None


def read_told(words: SignInWords, origin: str, environment: Mapping[str, str]) -> Told | None:
    """Return the provider that was told of, None if none was; ConfigError where something is missing or cannot be."""
    if not words.issuer:
        if words.client_id or words.secret_file:
            raise ConfigError("--client-id and --client-secret go with --sign-in: add it, or leave both out")
        return None
    if not is_sound(words.issuer, plain=True) or "?" in words.issuer or len(words.issuer) > MOST_CHARACTERS:
        raise ConfigError(
            f"--sign-in wants the provider's issuer, such as https://login.example.org, got {words.issuer[:80]!r}: "
            "http is for a provider on this machine alone"
        )
    if not is_sound(origin, plain=True):
        raise ConfigError(
            f"--sign-in wants --origin with the https address at which the page is opened, got {origin!r}: the "
            "provider sends browsers back there"
        )
    if not 0 < len(words.client_id) <= MOST_CHARACTERS:
        raise ConfigError("--sign-in wants --client-id: the name or number under which the provider knows this server")
    return Told(words.issuer, words.client_id, _secret(words.secret_file, environment), origin)


def is_sound(address: str, *, plain: bool) -> bool:
    """Return whether ``address`` may be asked: https; with ``plain`` also http, on this machine.

    Examples
    --------
    >>> is_sound("https://login.example.org/a", plain=False), is_sound("http://login.example.org", plain=True)
    (True, False)
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or "#" in address or not address.isascii() or not address.isprintable():
        return False
    if " " in address:
        return False
    return parts.scheme == "https" or (plain and parts.scheme == "http" and host in LOOPBACK)


def _secret(path: Path | None, environment: Mapping[str, str]) -> str:
    if path is None:
        secret, where = environment.get(SECRET_VARIABLE, ""), SECRET_VARIABLE
    else:
        try:
            secret, where = path.read_text("utf-8"), str(path)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"the client's secret cannot be read from {path}: give a file that holds it") from error
    secret = secret.strip()
    if not 0 < len(secret) <= MOST_CHARACTERS or len(secret.splitlines()) != 1:
        raise ConfigError(
            f"--sign-in wants the client's secret, one line, in a file (--client-secret) or in {SECRET_VARIABLE}: "
            f"there is none in {where}"
        )
    return secret
