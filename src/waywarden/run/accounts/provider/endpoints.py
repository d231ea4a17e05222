"""Where the provider is asked what: OpenID Connect Discovery 1.0, its paragraphs 4.1 to 4.3."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from waywarden.run.accounts.provider.asking import BackChannel, ProviderError, shown
from waywarden.run.accounts.provider.told import Told, is_sound

WELL_KNOWN = "/.well-known/openid-configuration"
KEPT_S = 3600.0
"""So long what a provider says of itself is believed before it is asked again."""
BASIC, POST = "client_secret_basic", "client_secret_post"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What is needed of a provider's metadata.

    ``by_post``: the client's secret goes into the form, as the provider takes it in no header. ``names_itself``: each
    answer that it sends by a browser says whose it is (RFC 9207).
    """

    authorization: str
    token: str
    by_post: bool
    names_itself: bool


class Discovery:
    """Asks a provider for its endpoints when they are wanted, and remembers them for an hour."""

    def __init__(self, told: Told, channel: BackChannel, clock: Callable[[], float] = time.monotonic) -> None:
        self._told, self._channel, self._clock = told, channel, clock
        self._kept: tuple[float, Endpoints] | None = None

    def endpoints(self) -> Endpoints:
        """Return the endpoints; ProviderError where the provider does not say, or says what cannot be."""
        kept, now = self._kept, self._clock()
        if kept is not None and now - kept[0] < KEPT_S:
            return kept[1]
        answer = self._channel.ask(self._told.issuer.rstrip("/") + WELL_KNOWN)
        if answer.status != HTTPStatus.OK:
            why = f"answered {answer.status} when it was asked for {WELL_KNOWN}"
            raise ProviderError(self._told.host, why)
        found = read_endpoints(answer.body, self._told)
        self._kept = now, found
        return found


def read_endpoints(body: Mapping[str, Any], told: Told) -> Endpoints:
    """Return the endpoints that a provider's metadata names; ProviderError where they cannot be used."""
    if body.get("issuer") != told.issuer:
        raise ProviderError(
            told.host, f"calls itself '{shown(body.get('issuer'))}', and --sign-in calls it '{told.issuer}'",
            "whoever looks after this server makes the two the same",
        )  # fmt: skip
    authorization, token = (_address(body, f"{name}_endpoint", told) for name in ("authorization", "token"))
    methods = body.get("token_endpoint_auth_methods_supported", [BASIC])
    if not isinstance(methods, list) or not {BASIC, POST} & {each for each in methods if isinstance(each, str)}:
        raise ProviderError(told.host, f"takes a client's secret neither by {BASIC} nor by {POST}")
    names_itself = body.get("authorization_response_iss_parameter_supported") is True
    return Endpoints(authorization, token, BASIC not in methods, names_itself)


def _address(body: Mapping[str, Any], name: str, told: Told) -> str:
    found = body.get(name)
    if not isinstance(found, str) or not is_sound(found, plain=told.plain):
        raise ProviderError(told.host, f"names no {name} that is an https address")
    return found
