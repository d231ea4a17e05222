"""What is believed of an ID token: OpenID Connect Core 1.0, 3.1.3.7. No signature is checked.

It came in the answer to a question that this server itself asked of the provider, by TLS; then the certificate stands
in for the signature (the same paragraph, item 6). docs/decisions/0150 says why it is done so.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Any

from waywarden.run.accounts.provider.asking import ProviderError, json_object, shown
from waywarden.run.accounts.provider.told import Told

LEEWAY_S = 300.0
"""So far the provider's clock may be from ours."""
LATEST_S = 1e12
"""Seconds since 1970 that are still a time."""
MOST_CHARACTERS = 16_384
LONGEST_SUBJECT = 255
"""OpenID Connect Core 1.0, 2."""
AGAIN = "begin again"
SET_CLOCK = "whoever looks after this server sets its clock, or the provider's"


def subject_of(id_token: object, told: Told, nonce: str, now_s: float) -> str:
    """Return whom the provider vouches for; ProviderError where anything about the token is not as it has to be.

    Parameters
    ----------
    id_token : object
        As the token endpoint's JSON has it: three parts in base64url with dots between them.
    nonce : str
        What was sent along when this sign-in began.
    now_s : float
        Seconds since 1970.
    """
    claims = _claims(id_token, told)
    _refuse_others(claims, told)
    _refuse_other_times(claims, told, now_s)
    given, subject = claims.get("nonce"), claims.get("sub")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), nonce.encode()):
        raise ProviderError(told.host, "gave a token that belongs to another sign-in (nonce)", AGAIN)
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise ProviderError(told.host, "gave a token that is about nobody (sub)")
    return subject


def _claims(id_token: object, told: Told) -> Mapping[str, Any]:
    if not isinstance(id_token, str) or len(id_token) > MOST_CHARACTERS:
        raise ProviderError(told.host, f"gave no ID token of at most {MOST_CHARACTERS} characters")
    parts = id_token.split(".")
    header, claims = (_part(each) for each in parts[:2]) if len(parts) == 3 else (None, None)
    if header is None or claims is None:
        raise ProviderError(told.host, "gave an ID token that cannot be read (it has to be signed, and not encrypted)")
    if str(header.get("alg", "none")).lower() == "none":
        raise ProviderError(told.host, "gave an ID token without a signature (alg none)")
    return claims


def _part(text: str) -> Mapping[str, Any] | None:
    try:
        return json_object(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return None


def _refuse_others(claims: Mapping[str, Any], told: Told) -> None:
    if claims.get("iss") != told.issuer:
        raise ProviderError(told.host, f"gave a token of '{shown(claims.get('iss'))}', not of {told.issuer} (iss)")
    audience, party = claims.get("aud"), claims.get("azp")
    meant = [audience] if isinstance(audience, str) else audience
    if not isinstance(meant, list) or told.client_id not in meant:
        raise ProviderError(told.host, "gave a token that is for another program (aud)")
    # Core 1.0, 3.1.3.7, items 3 to 5: one that is for several has to say that it was given to this one.
    if party != told.client_id and (party is not None or len(meant) > 1):
        raise ProviderError(told.host, "gave a token that was given to another program (azp)")


def _refuse_other_times(claims: Mapping[str, Any], told: Told, now_s: float) -> None:
    made, ends, begins = (_seconds(claims.get(name)) for name in ("iat", "exp", "nbf"))
    if made is None or ends is None or (begins is None and "nbf" in claims):
        raise ProviderError(told.host, "gave a token that does not say when it was made and when it ends (iat, exp)")
    if abs(made - now_s) > LEEWAY_S:
        apart = f"{abs(made - now_s) / 60:.0f} minutes"
        why = f"has a clock that is {apart} from the one here, {LEEWAY_S / 60:.0f} at most (iat)"
        raise ProviderError(told.host, why, SET_CLOCK)
    if now_s > ends + LEEWAY_S or (begins is not None and now_s < begins - LEEWAY_S):
        raise ProviderError(told.host, "gave a token that has run out, or does not hold yet (exp, nbf)", AGAIN)


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Not NaN, not infinite, and no whole number that is too large for a float.
    return float(value) if abs(value) < LATEST_S else None
