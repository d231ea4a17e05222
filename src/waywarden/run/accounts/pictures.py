"""Pictures that crews send: each redacted in the sealed process, kept, and named by the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from threading import BoundedSemaphore

from waywarden.run.accounts.writing import refuse_unknown, write_down, written_before
from waywarden.run.road.pictures.keeping import SAID, keep_given
from waywarden.run.road.pictures.repairs import sum_of
from waywarden.terms.errors import SealError, SourceError
from waywarden.terms.ledger import Fact, LedgerEntry, spelt
from waywarden.terms.pictures import NewPicture, NotKept, RedactedJpeg
from waywarden.web.accounts.desk import Picturing, Writing
from waywarden.web.problems import RefusedError

MOST_WAITING = 6
"""So many wait for their turn, each with its file in memory and one of the server's threads."""
PATIENCE_S = 20.0
AGAIN_S = 15
NO_PICTURE = "no_picture"
Redact = Callable[[bytes], RedactedJpeg | NotKept]
log = logging.getLogger("waywarden.accounts")


class PicturesIn:
    """Takes the pictures of one store, one after the other; may be used from many threads at once.

    A refusal that is about the picture itself, and so is final, says ``picture`` beside its sentence: why.
    """

    def __init__(self, store_file: Path, redact: Redact = keep_given) -> None:
        self._file, self._redact = store_file, redact
        self._waiting, self._turn = BoundedSemaphore(MOST_WAITING), BoundedSemaphore(1)

    def keep(self, asked: Picturing, now: datetime) -> LedgerEntry:
        """Keep a picture and return the entry that names it; RefusedError where it may not be kept, or not now."""
        refuse_unknown(self._file, asked.defect_id)
        with self._in_turn():
            # Before it is looked at: a phone that got no answer sends it again.
            there = written_before(self._file, asked.account, asked.condition, now)
            if there is not None:
                return there
            picture = NewPicture(asked.of, asked.defect_id, asked.observed_at or now, self._redacted(asked.content))
            told = spelt({asked.of.value: sum_of(picture)})
            fact = Writing(asked.account, asked.defect_id, Fact.PICTURED, told, picture.at, asked.condition)
            return write_down(self._file, fact, now, [picture])

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Wait for one's turn: a look takes a core and memory for seconds, and others ask for pages meanwhile."""
        if not self._waiting.acquire(blocking=False):
            raise _not_now("many pictures are being looked at")
        try:
            if not self._turn.acquire(timeout=PATIENCE_S):
                raise _not_now("other pictures are being looked at")
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._waiting.release()

    def _redacted(self, content: bytes) -> RedactedJpeg:
        try:
            got = self._redact(content)
        except SourceError as error:
            raise _refused(str(error), NO_PICTURE) from error
        except SealError as error:
            log.warning("a picture could not be looked at: %s", error)
            raise _not_now("this picture could not be looked at") from error
        if isinstance(got, NotKept):
            said = f"the picture is not kept, it is one {SAID[got.why]}: take one of the road alone"
            raise _refused(said, got.why.value)
        return got


def _refused(said: str, why: str) -> RefusedError:
    return RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, said, more={"picture": why})


def _not_now(said: str) -> RefusedError:
    headers = {"Retry-After": str(AGAIN_S)}
    return RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, f"{said}: send it again in {AGAIN_S} s", headers)
