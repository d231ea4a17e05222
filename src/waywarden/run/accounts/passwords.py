"""Passwords: which will do, and what is kept of them.

Kept is the result of scrypt (RFC 7914) over a salt of its own, with the parameters of OWASP's "Password Storage Cheat
Sheet" (one of its rows of equal strength: N 2^15, r 8, p 3, which takes 32 MiB).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from itertools import pairwise
from threading import BoundedSemaphore

from waywarden.terms.errors import AccountError

SHORTEST, LONGEST = 12, 128
"""OWASP ASVS 4.0.3, 2.1.1 and 2.1.2."""
MAX_AT_ONCE = 2
"""So many hashes are made at a time: each takes 32 MiB and a core."""
_MAX_MEMORY = 64 * 2**20
_AT_ONCE = BoundedSemaphore(MAX_AT_ONCE)

COMMON = (
    "password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "letmein", "welcome", "iloveyou", "administrator",
    "admin", "qwertyuiop", "qwerty", "qwertz", "azerty", "asdfghjkl", "zxcvbnm", "dragon", "monkey", "football",
    "baseball", "superman", "sunshine", "princess", "changeme", "secret", "master", "default", "login", "summer",
    "winter", "spring", "autumn", "trustno1", "waywarden", "pothole", "inspector", "foreman", "manager", "viewer",
    "highway", "council", "1q2w3e4r5t6y", "1qaz2wsx3edc",
)  # fmt: skip
"""Words that make up most passwords that are tried first. A rule of ours stands in for a list of thousands."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a hash takes: scrypt's N, r and p."""

    n: int
    r: int
    p: int


OWASP = Cost(2**15, 8, 3)


def check_password(password: str, name: str) -> None:
    """Raise AccountError where ``password`` will not do for the account ``name``; it says why, never with what."""
    if len(password) < SHORTEST:
        raise AccountError(f"a password has {SHORTEST} characters or more, got {len(password)}: some words do well")
    if len(password) > LONGEST:
        raise AccountError(f"a password has {LONGEST} characters at most, got {len(password)}")
    if is_common(password, name):
        raise AccountError(
            "that password would be among the first tried: take some words that do not belong together, and not the "
            "account's name"
        )


def is_common(password: str, name: str) -> bool:
    """Return whether ``password`` is little more than common words, the account's name, runs and repetitions.

    Examples
    --------
    >>> is_common("Password2026!", "a-1"), is_common("abcabcabcabcabc", "a-1"), is_common("gravel kettle moss", "a-1")
    (True, True, False)
    """
    rest = password.casefold()
    if len(set(rest)) < 5 or re.fullmatch(r"(.{1,6})\1+.{0,5}", rest) or _is_run(rest):
        return True
    for word in sorted({*COMMON, *name.split("-"), name}, key=len, reverse=True):
        if len(word) > 2:
            rest = rest.replace(word, "")
    # What is left once these, figures and punctuation are gone has to be as long as two short words.
    return len(re.sub(r"[\W\d_]", "", rest)) < 6 and len(rest) < SHORTEST


def _is_run(text: str) -> bool:
    """Return whether most characters follow the one before: 1234, dcba, 0000."""
    steps = sum(abs(ord(b) - ord(a)) <= 1 or {a, b} == {"9", "0"} for a, b in pairwise(text))
    return steps > len(text) / 2


def hash_of(password: str, cost: Cost = OWASP) -> str:
    """Return what is kept of ``password``: ``scrypt$N$r$p$salt$hash``, the last two in hexadecimal."""
    salt = secrets.token_bytes(16)
    return f"scrypt${cost.n}${cost.r}${cost.p}${salt.hex()}${_scrypt(password, salt, cost).hex()}"


def is_right(password: str, kept: str) -> bool:
    """Return whether ``password`` is the one that ``kept`` was made of. It costs the same where ``kept`` is empty."""
    _, n, r, p, salt, wanted = (kept or NOBODYS).split("$")
    got = _scrypt(password, bytes.fromhex(salt), Cost(int(n), int(r), int(p)))
    return hmac.compare_digest(got, bytes.fromhex(wanted)) and bool(kept)


def slow_hash(text: str, salt: bytes) -> str:
    """Return a hash of ``text`` that takes as long as one of a password, in hexadecimal."""
    return _scrypt(text, salt, OWASP).hex()


def _scrypt(password: str, salt: bytes, cost: Cost) -> bytes:
    with _AT_ONCE:
        secret = password.encode("utf-8", "surrogatepass")
        return hashlib.scrypt(secret, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=_MAX_MEMORY, dklen=32)


NOBODYS = f"scrypt${OWASP.n}${OWASP.r}${OWASP.p}${'00' * 16}${'00' * 32}"
"""What a password is held against where there is no account: it takes as long as where there is one."""
