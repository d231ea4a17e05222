"""How the command line speaks: what is wrong in one line on standard error, and the exit code that goes with it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from waywarden.terms.errors import ConfigError, WaywardenError

STREET = "street"
"""The object detector unless the user says otherwise: our own weights."""

CityFile = Annotated[Path, typer.Option("--city", help="The city's description (city.toml).")]
CameraId = Annotated[str | None, typer.Option("--camera", help="Only this camera.")]
StoreFile = Annotated[Path, typer.Option("--store", help="The file that holds the records (SQLite).")]
WeightsPath = Annotated[
    Path | None, typer.Option("--weights", help="A file of weights, or a folder that holds one network.")
]
Detector = Annotated[
    str, typer.Option(help="'street', our own weights, or 'motion', which needs none; --weights takes its place.")
]
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
"""How a time may be written that is asked for."""
INTERRUPTED = 130
"""What a shell gives for a program that Ctrl-C ended."""

notes = Console(stderr=True, highlight=False, soft_wrap=True)
"""What goes on, on standard error: one line each, however long."""
tables = Console(highlight=False)
"""What was asked for, on standard output."""


class OneLineGroup(TyperGroup):
    """A group of commands whose every mistake, its user's or the machine's, ends in one line and an exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002
        **extra: Any,
    ) -> Any:
        """Run the command that was asked for, and end the program; without ``standalone_mode`` only run it."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
            sys.stdout.flush()
        except WaywardenError as error:
            code = _say(str(error), error.exit_code)
        except typer.TyperException as error:
            code = _say(_misunderstood(error), ConfigError.exit_code)
        except OSError as error:
            what = f"{error.filename}: " if error.filename else ""
            code = _say(f"{what}{error.strerror or error}: check the path, its rights and the disk", 1)
        _let_go_of_stdout()
        sys.exit(code if isinstance(code, int) else 0)


def utc(at: datetime | None) -> datetime | None:
    """Return ``at`` as aware UTC; a time without a zone is taken for UTC."""
    return at if at is None else at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)


def instant(at: datetime | None) -> str:
    """Return a time as rows have it; nothing for none."""
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def say_troubles(troubles: Sequence[tuple[str, WaywardenError | None]]) -> int:
    """Say each camera's trouble in a line; return the first one's exit code, 0 if there is none."""
    found = [(camera_id, trouble) for camera_id, trouble in troubles if trouble is not None]
    for camera_id, trouble in found:
        _say(str(trouble), trouble.exit_code, name=camera_id)
    return found[0][1].exit_code if found else 0


def _say(sentence: str, exit_code: int, *, name: str = "waywarden") -> int:
    with contextlib.suppress(OSError):  # nobody may be reading this either
        notes.print(f"[bold red]{escape(name)}:[/] {escape(sentence)}")
    return exit_code


def _misunderstood(error: typer.TyperException) -> str:
    """Return what the command line did not understand, in one line, and where it is explained."""
    words = " ".join(error.format_message().split()).rstrip(".")
    asked = getattr(error, "ctx", None)
    return f"{words[:1].lower()}{words[1:]}; '{asked.command_path if asked else 'waywarden'} --help' says what there is"


def _let_go_of_stdout() -> None:
    """Give standard output a place to go that always takes it: Python would complain of a closed pipe at its end."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
