"""On which condition something is written: that nobody wrote in between, and only once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waywarden.store.office.once import Once
from waywarden.terms.distress import KeptChange
from waywarden.terms.errors import LedgerError
from waywarden.terms.ledger import LedgerEntry


@dataclass(frozen=True, slots=True)
class Provided:
    """Nothing was written about it after the number ``after`` (None: whatever was); and ``once``, if it is given."""

    after: int | None = None
    once: Once | None = None


ALWAYS = Provided()


class OvertakenError(LedgerError):
    """Somebody wrote in between; ``written`` is what."""

    def __init__(self, about: str, written: Sequence[LedgerEntry] | Sequence[KeptChange]) -> None:
        count = len(written)
        more = "something was" if count == 1 else f"{count} things were"
        super().__init__(f"{about}: {more} written down in between; look at it, and write again if that still holds")
        self.written = written
