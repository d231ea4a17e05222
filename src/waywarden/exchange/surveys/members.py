"""What the objects of somebody else's file hold: a number by its name, and a sentence for what is not as it ought."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def number(of: Mapping[str, Any], name: str) -> float:
    """Return the number that ``name`` has; ValueError says that there is none, or what there is instead."""
    if name not in of:
        raise ValueError(f"{name} is missing")
    try:
        found = float(of[name])
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(f"{name} is a number, got {str(of[name])[:40]}")
    return found


def whole(of: Mapping[str, Any], name: str) -> int:
    """Return the whole number that ``name`` has; ValueError as of :func:`number`."""
    found = number(of, name)
    if found != int(found):
        raise ValueError(f"{name} is a whole number, got {found:g}")
    return int(found)


def misshapen(what: str, fault: Exception) -> ValueError:
    """Return the error that says ``what`` a file is not, for the ``fault`` that taking it apart met with."""
    if isinstance(fault, KeyError):
        return ValueError(f"{what}: {fault} is missing")
    return ValueError(f"{what}: it is built otherwise, with a list where an object was wanted or the like")
