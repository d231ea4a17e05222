"""The key without which no ``RedactedJpeg`` can be made.

An import contract lets three modules in: ``terms.pictures``, which checks it; ``sight.redact``, which redacts; and
``run.sealing.wire``, which makes again, on this side of the pipe, the picture that ``sight.redact`` made in there.
"""

from __future__ import annotations

from typing import Final, final


@final
class RedactionKey:
    """A key is known by being itself: there is one, and a second one opens nothing."""

    __slots__ = ()


REDACTION_KEY: Final = RedactionKey()
