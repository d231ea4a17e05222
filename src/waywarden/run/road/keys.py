"""The keys of a TOML file and the columns of a CSV file: what is not known or cannot be is an error of one sentence."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

from waywarden.terms.errors import ConfigError, WaywardenError

Made = TypeVar("Made")
Keys = Mapping[str, tuple[type, ...]]


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """Return what stands in ``path``; ConfigError, one sentence, where it is no TOML. ``what`` names such a file."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): give the path of a {what}") from error


def check_keys(given: Any, keys: Keys, what: str, optional: set[str] | frozenset[str] = frozenset()) -> None:
    """Refuse a table with a key that ``keys`` lack or a value of another type, or without one (ValueError)."""
    if not isinstance(given, dict):
        raise ValueError(f"{what} is a table, got {given!r}")  # noqa: TRY004 - said to a person, as the rest
    for key, value in given.items():
        if key not in keys:
            near = get_close_matches(key, keys, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"it has {', '.join(keys)}"
            raise ValueError(f'{what} has no key "{key}": {hint}')
        if not isinstance(value, keys[key]) or isinstance(value, bool):
            raise ValueError(f"{key} of {what} is {keys[key][0].__name__}, got {value!r}")  # noqa: TRY004 - as above
        if isinstance(value, float) and not isfinite(value):
            raise ValueError(f"{key} of {what} is a finite number, got {value!r}")
    missing = [key for key in keys if key not in given and key not in optional]
    if missing:
        raise ValueError(f'{what} wants the key "{missing[0]}"')


def a_weight(value: Any, where: str) -> float:
    """Return a number of 0 or more; ValueError where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"{where} is a weight of 0 or more, got {value!r}")
    return float(value)


def read_rows(
    path: Path,
    columns: Sequence[str],
    made: Callable[[Mapping[str, str]], Made],
    wrong: type[WaywardenError] = ConfigError,
) -> list[Made]:
    """Return what ``made`` makes of each row of a CSV file; an error says which line is wrong, and how.

    Parameters
    ----------
    columns : sequence of str
        Those that the file must have. Others may stand beside them.
    made : callable
        May raise ValueError.
    wrong : type of WaywardenError
        What a file that cannot be used is: a mistake of whoever configures, or a source that cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restval="")
            missing = [name for name in columns if name not in (rows.fieldnames or ())]
            if missing:
                raise wrong(f"{path} wants the columns {','.join(columns)}; {missing[0]} is missing")
            found = []
            for row in rows:
                try:
                    found.append(made(row))
                except ValueError as error:
                    raise wrong(f"{path}, line {rows.line_num}: {error}") from error
            return found
    except OSError as error:
        raise wrong(f"{path} cannot be read ({error.strerror}): give the path of a CSV file") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise wrong(f"{path} is not CSV: {error}") from error
