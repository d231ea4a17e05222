"""The root of the command line, before any command is hung on it."""

from __future__ import annotations

from typing import Annotated

import typer

from waywarden import __version__
from waywarden.run.spoken import OneLineGroup
from waywarden.terms.errors import ConfigError


def root() -> typer.Typer:
    """Return a new ``waywarden`` without commands, that says its version, and its help where nothing is asked."""
    app = typer.Typer(
        cls=OneLineGroup,
        pretty_exceptions_enable=False,
        help="Counts traffic with the cameras a city already has. It measures streets, never people.",
    )
    app.callback(invoke_without_command=True)(before)
    return app


def before(
    asked: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,  # noqa: FBT002
) -> None:
    """Counts traffic with the cameras a city already has. It measures streets, never people."""  # noqa: D401
    if version:
        typer.echo(f"waywarden {__version__}")
        raise typer.Exit
    if asked.invoked_subcommand is None:
        typer.echo(asked.get_help())
        raise typer.Exit(ConfigError.exit_code)
