"""Rows out: to standard output, a CSV or a Parquet file, whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from waywarden.exchange.parquet import to_parquet
from waywarden.exchange.tidy import Qualities, csv_lines, to_csv
from waywarden.store.port import IntervalFilter, RecordStore
from waywarden.terms.errors import ConfigError, WaywardenError
from waywarden.terms.records import Quality, TrafficInterval, bin_of

STDOUT = "-"
ANY_QUALITY = "all"
WRITERS: Mapping[str, Callable[[Iterable[TrafficInterval], Qualities | None], bytes]] = MappingProxyType(
    {".csv": to_csv, ".parquet": to_parquet}
)
"""How rows are written, by the end of the file's name."""


def export(store: RecordStore, wanted: IntervalFilter, out: str, *, with_quality: bool = False) -> int:
    """Write the ``wanted`` intervals of ``store`` to ``out`` and return how many there were.

    Parameters
    ----------
    with_quality : bool
        Whether rows say how far they can be trusted, in two columns more.
    out : str
        ``-`` for CSV on standard output, or a path that ends in ``.csv`` or ``.parquet``.

    Raises
    ------
    WaywardenError
        If ``out`` cannot be written; what was there before is then untouched. StoreError if the store cannot be read.
    """
    check_out(out)
    intervals = store.intervals(wanted)
    qualities = {bin_of(one): one for one in store.qualities(wanted)} if with_quality else None
    write_rows(intervals, out, sys.stdout.buffer, qualities)
    return len(intervals)


def chosen_qualities(text: str | None) -> frozenset[Quality]:
    """Return the qualities that ``text`` names (``good,usable``; ``all``: any); ConfigError names those there are."""
    if text is None or text == ANY_QUALITY:
        return frozenset()
    words = [word.strip() for word in text.split(",")]
    known = [quality.value for quality in Quality]
    for word in words:
        if word not in known:
            raise ConfigError(f'--quality wants {", ".join(known)} or {ANY_QUALITY}, with commas between, got "{word}"')
    return frozenset(Quality(word) for word in words)


def check_out(out: str, endings: Iterable[str] = WRITERS) -> None:
    """Say before the work begins what would be wrong with ``out`` at its end (ConfigError)."""
    if out == STDOUT:
        return
    path = Path(out)
    if path.suffix.lower() not in endings:
        raise ConfigError(f"cannot write rows to {out}: the name must end in {' or '.join(endings)}, or be {STDOUT}")
    if not path.parent.is_dir():
        raise ConfigError(f"cannot write rows to {out}: there is no folder {path.parent}; make it first")
    if path.is_dir():
        raise ConfigError(f"cannot write rows to {out}: it is a folder; give the name of a file")
    if not os.access(path.parent, os.W_OK):
        raise ConfigError(f"cannot write rows to {out}: {path.parent} may not be written to; choose another folder")


def write_rows(
    intervals: Iterable[TrafficInterval], out: str, stdout: BinaryIO, qualities: Qualities | None = None
) -> None:
    """Write ``intervals`` as tidy rows to ``out``, or to ``stdout`` as CSV if ``out`` is ``-``.

    A file is written beside its place and moved there when it is whole, so a reader never sees half of it.
    """
    check_out(out)
    if out == STDOUT:
        write_bytes((line.encode() for line in csv_lines(intervals, qualities)), out, stdout)
    else:
        write_bytes([WRITERS[Path(out).suffix.lower()](intervals, qualities)], out, stdout)


def write_bytes(parts: Iterable[bytes], out: str, stdout: BinaryIO) -> None:
    """Write ``parts`` to ``out``, whole or not at all, or to ``stdout`` one by one if ``out`` is ``-``."""
    if out == STDOUT:
        with _spoken("standard output"):
            stdout.writelines(parts)
            stdout.flush()
        return
    raw = b"".join(parts)
    with _spoken(out):
        _replace(Path(out).resolve(), raw)  # resolved, so that a link stays a link


def _replace(path: Path, raw: bytes) -> None:
    beside = path.with_name(f".{os.getpid()}{path.suffix}.part")
    try:
        with beside.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@contextmanager
def _spoken(out: str) -> Iterator[None]:
    """Turn what the operating system throws into one sentence."""
    try:
        yield
    except OSError as fault:
        why = {
            errno.ENOSPC: "the disk is full; free some space and try again",
            errno.EDQUOT: "your share of the disk is used up; free some space and try again",
            errno.EFBIG: "it may not grow any further; raise the limit (ulimit -f) and try again",
            errno.EPIPE: "what read them has stopped reading",
        }.get(fault.errno or 0, f"{fault.strerror}; check the path and its permissions")
        raise WaywardenError(f"cannot write rows to {out}: {why}") from fault
