"""How often one may try. OWASP ASVS 4.0.3 clauses in brackets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run.offices import PASSWORD, Clock, Office
from waywarden.run.accounts import throttle as limits
from waywarden.run.accounts.throttle import HOUR_S, Recently, Throttle
from waywarden.web.problems import RefusedError


def throttled() -> tuple[Clock, Throttle]:
    clock = Clock()
    return clock, Throttle(clock.seconds)


@given(st.lists(st.floats(0, 600), max_size=400))
def test_no_pace_gets_more_than_a_hundred_tries_an_hour(waits: list[float]) -> None:
    """[2.2.1] However somebody waits between tries, and from however many places."""
    clock, throttle = throttled()
    tried = []
    for number, wait_s in enumerate(waits):
        clock.go_on(seconds=wait_s)
        if throttle.try_password("manager", f"address {number}") == 0:
            tried.append(clock.seconds())
    assert all(sum(at <= each < at + HOUR_S for each in tried) <= 100 for at in tried)


def test_whoever_tries_as_soon_as_may_be_gets_few() -> None:
    """[2.2.1] Waits get longer, and are told."""
    clock, throttle = throttled()
    began, tries, waits = clock.seconds(), 0, []
    while clock.seconds() < began + HOUR_S:
        wait_s = throttle.try_password("manager", "a")
        if wait_s:
            waits.append(wait_s)
            clock.go_on(seconds=wait_s + 0.001)
        else:
            tries += 1
    assert tries <= 20
    assert waits[:3] == pytest.approx([15, 30, 60])


def test_many_accounts_from_one_address_are_too_many() -> None:
    _, throttle = throttled()
    waits = [throttle.try_password(f"account-{n}", "a") for n in range(limits.TRIES_OF_ADDRESS + 1)]
    assert [wait_s > 0 for wait_s in waits] == [False] * limits.TRIES_OF_ADDRESS + [True]
    assert throttle.try_password("account-1", "b") == 0, "others are not in the way"


def test_the_right_password_begins_anew_and_an_hour_forgets() -> None:
    clock, throttle = throttled()
    for _ in range(4):
        for _ in range(limits.FREE_TRIES):
            assert throttle.try_password("manager", "a") == 0
        throttle.was_right("manager")
    for _ in range(limits.FREE_TRIES):
        throttle.try_password("manager", "a")
    assert throttle.try_password("manager", "a") > 0
    clock.go_on(seconds=HOUR_S)
    assert throttle.try_password("manager", "a") == 0


def test_writes_of_one_account_are_limited_and_of_others_not() -> None:
    clock, throttle = throttled()
    assert all(throttle.try_write("m-1", "a") == 0 for _ in range(limits.WRITES_A_MINUTE))
    assert 0 < throttle.try_write("m-1", "a") <= 60
    assert throttle.try_write("m-2", "a") == 0
    clock.go_on(seconds=60)
    assert throttle.try_write("m-1", "a") == 0


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 10)
    recently = Recently(60)
    for n in range(100):
        recently.add(str(n), float(n) / 100)
    assert len(recently._times) == 10
    assert list(recently.of("99", 1.0)) == [0.99]


def test_guessing_over_the_api_is_answered_with_how_long_to_wait(office: Office) -> None:
    """[2.2.1] The right password waits too: who guesses must not learn which it was."""
    client = office.browser().client
    tried = [
        client.post("/api/v1/session", json={"name": "manager", "password": "wrong"})
        for _ in range(limits.FREE_TRIES + 1)
    ]
    assert [each.status_code for each in tried] == [401] * limits.FREE_TRIES + [429]
    assert 0 < int(tried[-1].headers["retry-after"]) <= 15
    right = client.post("/api/v1/session", json={"name": "manager", "password": PASSWORD})
    assert right.status_code == 429
    assert client.post("/api/v1/session", json={"name": "foreman", "password": PASSWORD}).status_code == 200


def test_a_password_is_not_guessed_through_its_change(office: Office) -> None:
    """[2.2.1] Who finds a browser signed in cannot try passwords there without end."""
    signing_in = office.signing_in()
    session = signing_in.sign_in("manager", PASSWORD, "a")
    statuses = []
    for _ in range(limits.FREE_TRIES + 1):
        with pytest.raises(RefusedError) as error:
            signing_in.new_password(session, "wrong", "plaster violet gate", "a")
        statuses.append(int(error.value.status))
    assert statuses == [401] * limits.FREE_TRIES + [429]


def test_too_many_writes_are_answered_with_how_long_to_wait(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """[11.1.4]"""
    monkeypatch.setattr(limits, "WRITES_A_MINUTE", 2)
    browser = office.browser("inspector")
    answers = [browser.triage(f"d{n}") for n in range(3)]
    assert [each.status_code for each in answers] == [201, 201, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert len(office.entries()) == 5
