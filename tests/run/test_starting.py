"""The command line starts with what is asked for, and says the same as the whole of it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from waywarden import __version__
from waywarden.run.main import app as whole
from waywarden.run.starting.start import GROUPS, app_for

HEAVY = ("openvino", "av", "cv2", "numpy", "scipy", "uvicorn", "starlette", "xlsxwriter", "alembic", "shapely")


def told(command: Any, name: str) -> Iterator[tuple[str, ...]]:
    """Yield each command below ``command`` with its help and options."""
    yield (name, command.help or "", *(each for parameter in command.params for each in parameter.opts))
    for word, inner in getattr(command, "commands", {}).items():
        yield from told(inner, f"{name} {word}")


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_alone_is_what_it_is_in_the_whole(name: str) -> None:
    alone, all_of = (typer.main.get_command(each).commands[name] for each in (app_for(name), whole))  # type: ignore[attr-defined]
    assert list(told(alone, name)) == list(told(all_of, name))


@pytest.mark.parametrize("word", ["", "--help", "count", "leger", "demo"])
def test_whatever_else_is_asked_of_the_whole(word: str) -> None:
    assert app_for(word) is whole


def test_who_runs_for_months_holds_neither_the_inference_runtime_nor_the_workbook() -> None:
    done = ran("watch", "--city", "nowhere.toml")
    assert done.returncode == 2, done.stderr
    needed = {"av", "numpy", "starlette"}  # frames' type, boxes, and how a label is escaped
    assert set(ast.literal_eval(done.stdout.splitlines()[-1].removeprefix("HEAVY "))) <= needed


def ran(*words: str) -> subprocess.CompletedProcess[str]:
    program = (
        f"import sys; sys.argv = {['waywarden', *words]!r}\n"
        "from waywarden.run.starting.start import main\n"
        "try:\n    main()\n"
        f"finally:\n    print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--version",), 0, f"waywarden {__version__}"),
        (("ledger", "check-pack", "nowhere.zip"), 1, ""),
        (("ledger", "write", "--no-such-option"), 2, ""),
    ],
    ids=["version", "a claim pack", "a mistake"],
)
def test_what_is_not_needed_is_not_imported(words: tuple[str, ...], code: int, said: str) -> None:
    done = ran(*words)
    assert done.returncode == code, done.stderr
    assert done.stdout.splitlines()[-1] == "HEAVY []"
    assert said in done.stdout
    assert len(done.stderr.splitlines()) == (1 if code else 0)
