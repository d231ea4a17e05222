"""Where ``waywarden`` begins: of the command line, only the group that is asked for is imported.

Importing all of it costs two seconds of processor time: the inference runtime, the web server, the workbook. A ledger
that is verified, or a claim pack that is made, needs none of these. Whatever is not in ``GROUPS`` (also ``--help``, and
a mistake) is asked of the whole command line, ``run.main``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

import typer

from waywarden.run.starting.root import root

# ruff: noqa: PLC0415 - that these imports wait until they are wanted is what this module is for


def main() -> None:
    """Run the command line."""
    app_for(next(iter(sys.argv[1:]), ""))(prog_name="waywarden")


def app_for(first_word: str) -> typer.Typer:
    """Return a command line that knows the command ``first_word``, without importing what that does not need."""
    if first_word == "--version":
        return root()
    if first_word in GROUPS:
        app = root()
        GROUPS[first_word](app)
        return app
    from waywarden.run.main import app

    return app


def _ledger(app: typer.Typer) -> None:
    from waywarden.run.road.ledger_commands import ledger_app

    app.add_typer(ledger_app, name="ledger")


def _policy(app: typer.Typer) -> None:
    from waywarden.run.road.ledger_commands import policy_app

    app.add_typer(policy_app, name="policy")


def _orders(app: typer.Typer) -> None:
    from waywarden.run.works.commands import orders_app

    app.add_typer(orders_app, name="orders")


def _programme(app: typer.Typer) -> None:
    from waywarden.run.works.commands import programme_app

    app.add_typer(programme_app)


def _defects(app: typer.Typer) -> None:
    from waywarden.run.works.defects import defects_app

    app.add_typer(defects_app)


def _survey(app: typer.Typer) -> None:
    from waywarden.run.road.drives.commands import survey_app

    app.add_typer(survey_app)


def _watch(app: typer.Typer) -> None:
    # For months: what it does not need it would hold for as long.
    from waywarden.run.watching.command import watch_app

    app.add_typer(watch_app)


GROUPS: Mapping[str, Callable[[typer.Typer], None]] = MappingProxyType(
    {
        "ledger": _ledger,
        "policy": _policy,
        "orders": _orders,
        "programme": _programme,
        "survey": _survey,
        "defects": _defects,
        "watch": _watch,
    }
)
"""What hangs each group on a command line; a test holds it against the whole."""
