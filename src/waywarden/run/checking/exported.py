"""Checks of counts out, as rows."""

from __future__ import annotations

import sys

from waywarden.exchange.checks import check_lines
from waywarden.run.export import check_out, write_bytes
from waywarden.store.port import CheckFilter, RecordStore


def export_checks(store: RecordStore, wanted: CheckFilter, out: str) -> int:
    """Write the ``wanted`` checks of counts to ``out``, ``-`` or a .csv; return how many days' rows there were."""
    check_out(out, (".csv",))
    checks = store.checks(wanted)
    write_bytes((line.encode() for line in check_lines(checks)), out, sys.stdout.buffer)
    return len(checks)
