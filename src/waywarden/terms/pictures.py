"""The one kind of picture that may leave the sealed room."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import NoReturn

from waywarden.terms.redaction_key import REDACTION_KEY, RedactionKey

WIDEST_PX = 640
"""No still is wider: of a street seen from a mast, a face is then a few pixels and a plate cannot be read."""

MOST_JPEG_BYTES = 400_000


@dataclass(frozen=True, slots=True)
class RedactedJpeg:
    """A still of a street without its road users: JPEG bytes, size in pixels. Immutable, and never pickled.

    Parameters
    ----------
    jpeg : bytes
        A whole JPEG file of at most ``MOST_JPEG_BYTES``.
    width, height : int
        At most ``WIDEST_PX`` wide.
    key : RedactionKey
        ``terms.redaction_key.REDACTION_KEY``; TypeError without it. It is not kept.
    """

    jpeg: bytes
    width: int
    height: int
    key: InitVar[RedactionKey | None] = None

    def __post_init__(self, key: RedactionKey | None) -> None:
        """Refuse whoever is not the redactor (TypeError), and what is not a small JPEG (ValueError)."""
        if key is not REDACTION_KEY:
            raise TypeError(
                "a RedactedJpeg is made by waywarden.sight.redact alone: ask run.sealing.still.still_sealed for one"
            )
        if not (0 < self.width <= WIDEST_PX and 0 < self.height <= 2 * WIDEST_PX):
            raise ValueError(f"a redacted still is at most {WIDEST_PX} pixels wide, got {self.width}x{self.height}")
        if type(self.jpeg) is not bytes or not (self.jpeg[:2] == b"\xff\xd8" and self.jpeg[-2:] == b"\xff\xd9"):
            raise ValueError("a redacted still is the bytes of one whole JPEG file")
        if len(self.jpeg) > MOST_JPEG_BYTES:
            raise ValueError(f"a redacted still has at most {MOST_JPEG_BYTES} bytes, got {len(self.jpeg)}")

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a RedactedJpeg is not pickled or copied: pass it on, or store its jpeg bytes")

    __reduce__ = __reduce_ex__ = __getstate__ = __setstate__ = _refuse
