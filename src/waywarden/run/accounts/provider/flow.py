"""The authorization code flow with PKCE: OpenID Connect Core 1.0, 3.1; RFC 7636; RFC 9207; RFC 9700.

What a sign-in needs until its end (nonce, verifier, which browser) is in memory only, for ten minutes, and taken out by
the first who brings its state. So a state is good once, and a sign-in that this server did not begin does not end here.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock
from urllib.parse import quote_plus, urlencode

from waywarden.run.accounts.provider.asking import Answer, BackChannel, ProviderError
from waywarden.run.accounts.provider.endpoints import Discovery, Endpoints
from waywarden.run.accounts.provider.id_token import subject_of
from waywarden.run.accounts.provider.links import CODE_LIVES, Links
from waywarden.run.accounts.provider.told import Told
from waywarden.web.accounts.desk import Going
from waywarden.web.problems import RefusedError

LIVES = timedelta(minutes=10)
"""So long somebody may take at the provider."""
MOST_BEGUN = 10_000
"""So many sign-ins may be under way; of more, the oldest is forgotten."""
SECRET_BYTES = 32
_WORD = re.compile(r"[a-z_]{1,40}")
log = logging.getLogger("waywarden.accounts")


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that is under way in the browser with the secret ``browser``, in place of the session ``before``."""

    nonce: str
    verifier: str
    browser: str
    before: str
    until: datetime


class Pending:
    """Sign-ins that are under way, by their state; each can be taken once."""

    def __init__(self) -> None:
        self._begun: dict[str, Begun] = {}
        self._lock = Lock()

    def add(self, state: str, begun: Begun) -> None:
        """Remember a sign-in."""
        with self._lock:
            self._begun[state] = begun
            if len(self._begun) > MOST_BEGUN:
                self._begun.pop(next(iter(self._begun)))

    def take(self, state: str, now: datetime) -> Begun | None:
        """Return the sign-in of a state and forget it; None if there is none, or it took too long."""
        with self._lock:
            for old in [each for each, begun in self._begun.items() if begun.until <= now]:
                del self._begun[old]
            return self._begun.pop(state, None)


class AtProvider:
    """Signs in at one provider; may be used from many threads at once.

    Parameters
    ----------
    told : Told
    channel : BackChannel
    links : Links
    come_in : (account, session before) -> session
        Begins a session of an account that is not locked; RefusedError where it is.
    clock : () -> datetime
    """

    def __init__(
        self,
        told: Told,
        channel: BackChannel,
        links: Links,
        come_in: Callable[[str, str], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._told, self._channel, self._links, self._come_in, self._clock = told, channel, links, come_in, clock
        self._discovery = Discovery(told, channel)
        self._pending = Pending()

    def begin(self, before: str) -> Going:
        """Begin a sign-in, in place of the session ``before``; ProviderError where the provider is not to be had."""
        with _logged():
            endpoints = self._discovery.endpoints()
        state, nonce, verifier, browser = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(4))
        self._pending.add(state, Begun(nonce, verifier, browser, before, self._clock() + LIVES))
        asked = {
            "response_type": "code",
            "client_id": self._told.client_id,
            "redirect_uri": self._told.redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in endpoints.authorization else "?"
        return Going(endpoints.authorization + joint + urlencode(asked), browser)

    def finish(self, answer: Mapping[str, str], browser: str) -> str:
        """Return the secret of a new session; RefusedError in one sentence where there is to be none.

        Parameters
        ----------
        answer : mapping
            The parameters with which the provider sent the browser back: ``state``, ``code`` or ``error``, ``iss``.
        browser : str
            The secret that the browser got when the sign-in began; empty if it has none.
        """
        begun = self._pending.take(answer.get("state", ""), self._clock())
        if begun is None or not hmac.compare_digest(begun.browser.encode(), browser.encode()):
            log.warning("a sign-in came back that was not begun here, or was finished before")
            said = "that sign-in was not begun in this browser, took longer than 10 minutes, or is over: begin again"
            raise RefusedError(HTTPStatus.FORBIDDEN, said)
        with _logged():
            endpoints = self._discovery.endpoints()
            self._refuse_another_provider(answer, endpoints)
            tokens = self._redeem(endpoints, self._code(answer), begun.verifier)
            subject = subject_of(tokens.get("id_token"), self._told, begun.nonce, self._clock().timestamp())
        return self._session_of(self._links.who(self._told.issuer, subject), begun.before)

    def _session_of(self, who: str, before: str) -> str:
        name = self._links.account_of(who)
        if name is not None:
            return self._come_in(name, before)
        code = self._links.new_code(who, self._clock())
        log.warning("a sign-in at %s is linked to no account", self._told.host)
        said = (
            f"{self._told.host} vouches for you, and no account here is linked to you yet: within "
            f"{CODE_LIVES.seconds // 60} minutes, tell whoever looks after the accounts this code: {code}"
        )
        raise RefusedError(HTTPStatus.FORBIDDEN, said, more={"code": code})

    def _refuse_another_provider(self, answer: Mapping[str, str], endpoints: Endpoints) -> None:
        """RFC 9207, 2.4."""
        issuer = answer.get("iss")
        if issuer != self._told.issuer and (issuer is not None or endpoints.names_itself):
            raise ProviderError(self._told.host, "was not the one who answered (iss)", "begin again")

    def _code(self, answer: Mapping[str, str]) -> str:
        """Return the code that came; what else may come is in RFC 6749, 4.1.2.1."""
        code = answer.get("code", "")
        if "error" in answer or not code:
            word = answer.get("error", "no_code")
            why = f"let nobody in ({word if _WORD.fullmatch(word) else 'for a reason that it did not name'})"
            raise ProviderError(self._told.host, why, "begin again, or sign in with a password")
        return code

    def _redeem(self, endpoints: Endpoints, code: str, verifier: str) -> Mapping[str, object]:
        """Return what the code is good for; RFC 6749, 4.1.3, and 2.3.1 for how the secret is sent."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._told.redirect_uri,
            "code_verifier": verifier,
        }
        headers: dict[str, str] = {}
        if endpoints.by_post:
            form |= {"client_id": self._told.client_id, "client_secret": self._told.client_secret}
        else:
            both = f"{quote_plus(self._told.client_id)}:{quote_plus(self._told.client_secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        answer = self._channel.ask(endpoints.token, form, headers)
        if answer.status != HTTPStatus.OK:
            raise self._refused(answer)
        return answer.body

    def _refused(self, answer: Answer) -> ProviderError:
        word = answer.body.get("error")
        if word == "invalid_client" or answer.status == HTTPStatus.UNAUTHORIZED:
            why = "does not know this server by its client id and secret"
            return ProviderError(self._told.host, why, "whoever looks after this server gives it the right ones")
        named = word if isinstance(word, str) and _WORD.fullmatch(word) else "without a reason"
        return ProviderError(
            self._told.host, f"did not take its own code back ({answer.status}, {named})", "begin again"
        )


@contextlib.contextmanager
def _logged() -> Iterator[None]:
    """Let the log have what a provider did not do; neither a code nor a token is in it."""
    try:
        yield
    except ProviderError as error:
        log.warning("a sign-in failed: %s", error)
        raise


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, 4.2).

    Examples
    --------
    The verifier and the challenge of RFC 7636, appendix B:

    >>> challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCM1rvdzx4XyTu_Xc0IJhoR8'
    """
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
