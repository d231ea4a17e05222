"""Links: which account is whose at the provider, kept so that nobody can read whose.

Kept of whom a provider vouches for is a slow hash (scrypt) over the issuer and the subject, salted for each store.
Who signs in unlinked gets a code, which whoever looks after accounts types: so an account is linked by two, one of
whom was just vouched for, and the other of whom knows whose voice that was.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta

from waywarden.run.accounts.passwords import slow_hash
from waywarden.store.office.links import StoredLinks
from waywarden.terms.errors import AccountError

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Those that nobody takes for another one."""
CODE_LENGTH = 8
"""39 bits. OWASP ASVS 4.0.3, 2.3.1 wants 6 characters."""
CODE_LIVES = timedelta(minutes=15)
SALT_BYTES = 16


class Links:
    """Links and codes in one store."""

    def __init__(self, stored: StoredLinks) -> None:
        self._stored = stored
        self._salt = bytes.fromhex(stored.salt(secrets.token_bytes(SALT_BYTES).hex()))

    def who(self, issuer: str, subject: str) -> str:
        """Return what is kept of whom a provider vouches for."""
        return slow_hash(json.dumps([issuer, subject]), self._salt)

    def account_of(self, who: str) -> str | None:
        """Return the name of the account that is linked to ``who``; None if there is none."""
        return self._stored.account_of(who)

    def new_code(self, who: str, now: datetime) -> str:
        """Return a new code by which an account can be linked to ``who``, such as ``K7QM-2XRT``."""
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
        self._stored.add_code(self._kept(code), who, now, now + CODE_LIVES)
        return f"{code[:4]}-{code[4:]}"

    def link(self, name: str, code: str, now: datetime) -> None:
        """Link the account ``name`` to whom the code was given to; AccountError as ``StoredLinks.link``."""
        self._stored.link(name, self._kept(read_code(code)), now)

    def _kept(self, code: str) -> str:
        return slow_hash(code, self._salt)


def read_code(text: str) -> str:
    """Return the code that ``text`` spells, as it is hashed; AccountError if it is none.

    Examples
    --------
    >>> read_code("k7qm 2xrt"), read_code("K7QM-2XRT")
    ('K7QM2XRT', 'K7QM2XRT')
    """
    code = text.upper().replace("-", "").replace(" ", "")
    if len(code) != CODE_LENGTH or not set(code) <= set(LETTERS):
        raise AccountError(f"a code is {CODE_LENGTH} letters and figures, such as K7QM-2XRT, got {text[:20]!r}")
    return code
