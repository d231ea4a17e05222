"""The one kind of picture that may leave the sealed room; what of a picture may be kept, and why it was not."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from datetime import datetime
from enum import StrEnum
from typing import NoReturn

from waywarden.terms.redaction_key import REDACTION_KEY, RedactionKey

WIDEST_PX = 640
"""No still is wider: of a street seen from a mast, a face is then a few pixels and a plate cannot be read."""

MOST_JPEG_BYTES = 400_000
KEPT_PX = 480
"""A picture that is kept is no wider and no higher."""
BoxPx = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels of the picture, y down."""


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


class PictureOf(StrEnum):
    """What a kept picture is of: a defect as a drive saw it, or a repair's place before and after."""

    DEFECT = "defect"
    BEFORE = "before"
    AFTER = "after"


class WhyNot(StrEnum):
    """Why a picture was not kept."""

    ROAD_USER = "road_user"
    MOSTLY_HIDDEN = "mostly_hidden"
    STILL_FOUND = "still_found"


@dataclass(frozen=True, slots=True)
class NotKept:
    """A picture was wanted and is not kept: a road user was over the damage, hid most of it, or was found again."""

    why: WhyNot


@dataclass(frozen=True, slots=True)
class Crop:
    """The part of a picture that is to be kept, None for all of it, and the damage in it, None where it is nowhere."""

    part_px: BoxPx | None = None
    damage_px: BoxPx | None = None


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture on its way into the store, of a sighting (``defect``) or of a defect's repair: ``about_id`` names it.

    ``at`` is when it was taken (aware UTC): it is kept so long from then on.
    """

    of: PictureOf
    about_id: str
    at: datetime
    redacted: RedactedJpeg

    def __post_init__(self) -> None:
        """Refuse whatever the redactor has not made (TypeError), and a time without a zone (ValueError)."""
        if type(self.redacted) is not RedactedJpeg:
            raise TypeError(
                f"only what the redactor made is kept: a RedactedJpeg, got a {type(self.redacted).__name__}"
            )
        if self.at.tzinfo is None:
            raise ValueError("at must be an aware datetime (UTC)")


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture as it is kept. ``number`` is its own for good; ``sha256`` (hexadecimal) is of ``jpeg``."""

    number: int
    of: PictureOf
    about_id: str
    at: datetime
    sha256: str
    jpeg: bytes
