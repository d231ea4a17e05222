"""``waywarden accounts``, as a stranger uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from run.command_line import Said, ask
from run.offices import PASSWORD, Office
from waywarden.run.accounts.passwords import Cost, check_password, hash_of, is_right
from waywarden.run.main import app
from waywarden.terms.errors import AccountError


def typed(line: str, *words: object) -> Said:
    """Run ``waywarden`` with ``line`` on its standard input."""
    result = CliRunner().invoke(app, [str(word) for word in words], input=line + "\n")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr.splitlines())


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


def test_an_account_is_added_listed_changed_and_removed(store: Path) -> None:
    added = typed(PASSWORD, "accounts", "add", "inspector-2", "--role", "inspector", "--store", store)
    assert (added.code, added.lines) == (0, ["inspector-2 may sign in as inspector"])
    assert ask("accounts", "role", "inspector-2", "--role", "manager", "--store", store).code == 0
    assert ask("accounts", "lock", "inspector-2", "--store", store).code == 0
    listed = ask("accounts", "list", "--store", store).out
    assert all(word in listed for word in ("inspector-2", "manager", "a password", "locked"))
    assert ask("accounts", "unlock", "inspector-2", "--store", store).code == 0
    assert typed("plaster violet gate", "accounts", "password", "inspector-2", "--store", store).code == 0
    assert Office(store, None).browser().sign_in("inspector-2", "plaster violet gate").csrf
    assert ask("accounts", "remove", "inspector-2", "--store", store).code == 0
    assert "inspector-2" not in ask("accounts", "list", "--store", store).out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ann@example.org", "not an e-mail address"),
        ("Ann", "small letters"),
        ("ann.smith", "small letters"),
        ("x", "2 to 40"),
        ("", "2 to 40"),
        ("-x", "2 to 40"),
        ("a" * 41, "2 to 40"),
    ],
)
def test_a_name_that_could_be_somebodys_is_refused(store: Path, name: str, said: str) -> None:
    for words in (("add",), ("token",)):
        answer = typed(PASSWORD, "accounts", *words, "--role", "viewer", "--store", store, "--", name)
        assert (answer.code, len(answer.lines), answer.out) == (2, 1, "")
        assert said in answer.lines[0]


@pytest.mark.parametrize(
    "password",
    ["", "elevenchars", "aaaaaaaaaaaaaaa", "Password2026!", "qwertyuiop123", "abc-abc-abc-abc", "inspector-2-2026",
     "123456789012345", "Waywarden1234", "x" * 129],
)  # fmt: skip
def test_a_password_that_will_not_do(store: Path, password: str) -> None:
    """[2.1.1, 2.1.2, 2.1.7]"""
    said = typed(password, "accounts", "add", "inspector-2", "--role", "viewer", "--store", store)
    assert (said.code, len(said.lines)) == (11, 1)
    assert not password or password not in said.lines[0]
    assert "inspector-2" not in ask("accounts", "list", "--store", store).out


@pytest.mark.parametrize(
    "password",
    ["gravel kettle moss", "xK9$mQ2!pL7#", "snö och grus på vägen", "道路上的坑 需要修 石子路", "🚧 grit for 🚧"],
)
def test_a_password_that_will(password: str) -> None:
    """[2.1.3, 2.1.4] All of it counts, and any letters do."""
    check_password(password, "inspector-2")
    kept = hash_of(password, Cost(16, 8, 1))
    assert is_right(password, kept)
    assert not is_right(password[:-1], kept)
    assert hash_of(password, Cost(16, 8, 1)) != kept, "each has a salt of its own"


def test_what_is_kept_of_a_password_costs_what_owasp_says() -> None:
    """[2.4.1] OWASP's Password Storage Cheat Sheet: N 2^15, r 8, p 3, or its equals."""
    assert hash_of(PASSWORD).startswith("scrypt$32768$8$3$")


def test_no_password_is_an_argument() -> None:
    for command in ("add", "password"):
        said = ask("accounts", command, "--help").out
        assert "password" in said.casefold()
        assert "--password" not in said


def test_who_is_not_there_is_said_in_a_line(store: Path) -> None:
    typed(PASSWORD, "accounts", "add", "inspector-2", "--role", "viewer", "--store", store)
    for words in (("lock", "x1"), ("unlock", "x1"), ("remove", "x1"), ("role", "x1", "--role", "viewer")):
        said = ask("accounts", *words, "--store", store)
        assert (said.code, len(said.lines)) == (11, 1)
    twice = typed(PASSWORD, "accounts", "add", "inspector-2", "--role", "viewer", "--store", store)
    assert (twice.code, "already" in twice.lines[0]) == (11, True)
    assert typed(PASSWORD, "accounts", "password", "x1", "--store", store).code == 11


def test_a_machine_writes_with_a_token_that_is_shown_once(office: Office) -> None:
    made = ask("accounts", "token", "orders-system", "--role", "inspector", "--days", 30, "--store", office.path)
    token = made.out.strip()
    assert (made.code, len(token) >= 43) == (0, True)
    assert token.encode() not in office.path.read_bytes()
    client = office.browser().client
    body, bearer = {"outcome": "pothole"}, {"Authorization": f"Bearer {token}"}
    assert client.post("/api/v1/defects/d1/triage", json=body, headers=bearer).status_code == 201
    assert office.entries()[-1].fact.account == "orders-system"
    assert client.post("/api/v1/session", json={"name": "orders-system", "password": ""}).status_code == 401
    for change, back in ((("lock",), ("unlock",)), (("remove",), None)):
        assert ask("accounts", *change, "orders-system", "--store", office.path).code == 0
        refused = client.post("/api/v1/defects/d2/triage", json=body, headers=bearer)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        if back:
            ask("accounts", *back, "orders-system", "--store", office.path)


def test_a_token_runs_out(office: Office) -> None:
    token = ask("accounts", "token", "m-1", "--role", "viewer", "--days", 30, "--store", office.path).out.strip()
    signing_in = office.signing_in()
    office.clock.go_on(days=29.9)
    assert signing_in.of_token(token) is not None
    office.clock.go_on(days=0.2)
    assert signing_in.of_token(token) is None


def test_a_machine_has_a_name_and_a_role_of_its_own(office: Office) -> None:
    assert ask("accounts", "token", "manager", "--role", "viewer", "--store", office.path).code == 11
    assert ask("accounts", "token", "m-1", "--role", "viewer", "--store", office.path).code == 0
    assert ask("accounts", "token", "m-1", "--role", "manager", "--store", office.path).code == 11
    assert "tokens, the last until" in ask("accounts", "list", "--store", office.path).out


def test_a_password_with_a_wrong_length_never_shows(store: Path) -> None:
    with pytest.raises(AccountError) as error:
        check_password("secret-word", "x1")
    assert "secret-word" not in str(error.value)
