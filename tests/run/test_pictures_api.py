"""Crews' pictures over the API: who may send one, what is kept, what is refused. ASVS 4.0.3 clauses in brackets."""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import av
import cv2
import httpx
import numpy as np
import pytest
from starlette.testclient import TestClient

from run.offices import CITY, SITE, Browser, Office
from sight.test_given import png_of, tiff, with_exif
from waywarden.pavement.ledger.chain import faults
from waywarden.run.accounts.pictures import MOST_WAITING, PicturesIn
from waywarden.run.accounts.signing_in import desk_of
from waywarden.run.accounts.throttle import WRITES_A_MINUTE
from waywarden.run.road.now.site import with_road
from waywarden.run.road.pictures.keeping import keep_given, pictures_of
from waywarden.run.sealing.sealed import Job, Openers, Task, messages
from waywarden.sight.sources.given import open_given
from waywarden.store.nothing import NoRecords
from waywarden.store.pictures import open_kept_pictures
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import SealError, SourceError
from waywarden.terms.ledger import Fact
from waywarden.terms.office.accounts import AccountRole, may
from waywarden.terms.pictures import NotKept, RedactedJpeg, WhyNot
from waywarden.terms.places import Camera
from waywarden.terms.redaction_key import REDACTION_KEY
from waywarden.web.accounts.asked import MAX_PICTURE_BYTES
from waywarden.web.accounts.site import beside
from waywarden.web.app import create_app

sys.path.append(str(Path(__file__).resolve().parents[1] / "house"))  # the child imports it by this name
import leaky

JPEG = {"Content-Type": "image/jpeg"}
SMALL = b"\xff\xd8 grey \xff\xd9"


def plain(grey: int = 110) -> bytes:
    """Return a JPEG of a road alone."""
    rng = np.random.default_rng(7)
    road = np.clip(rng.normal(grey, 4, (300, 400, 1)), 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", np.repeat(road, 3, axis=2))[1].tobytes()


@dataclass
class Redactor:
    """Stands in for the sealed process: answers in turn what it was told to, and notes what it was shown."""

    answers: Sequence[RedactedJpeg | NotKept | Exception] = ()
    shown: list[bytes] = field(default_factory=list)

    def __call__(self, content: bytes) -> RedactedJpeg | NotKept:
        self.shown.append(content)
        got = self.answers[len(self.shown) - 1] if self.answers else RedactedJpeg(SMALL, 8, 8, REDACTION_KEY)
        if isinstance(got, Exception):
            raise got
        return got


def at_work(office: Office, redact: Callable[[bytes], RedactedJpeg | NotKept] | None, name: str = "foreman") -> Browser:
    """Return a browser at a server that takes pictures; at one that does not where there is no redactor."""
    pictures = None if redact is None else PicturesIn(office.path, redact)
    app = create_app(CITY, NoRecords(), beside=with_road(beside(desk_of(office.path, "", None, pictures)), office.path))
    client = TestClient(app, base_url=SITE, client=("127.0.0.1", 5), raise_server_exceptions=False)
    return Browser(client).sign_in(name)


def send(browser: Browser, content: bytes = b"", of: str = "before", defect: str = "d1", **more: str) -> httpx.Response:
    headers = {"Origin": SITE, "X-CSRF-Token": browser.csrf, **JPEG}
    headers |= {name.replace("_", "-"): value for name, value in more.items() if name[0].isupper()}
    params = {"of": of, **{name: value for name, value in more.items() if not name[0].isupper()}}
    address = f"/api/v1/defects/{defect}/pictures"
    return browser.client.post(address, content=content or plain(), params=params, headers=headers)


def test_what_comes_out_of_the_sealed_process_is_kept_named_and_shown(office: Office) -> None:
    browser = at_work(office, keep_given)
    raw = with_exif(plain(), "jpeg", tiff(1))
    assert b"Maker-9" in raw
    answer = send(browser, raw, "after", observed_at="2026-03-02T10:00:00+01:00")
    assert answer.status_code == 201, answer.text
    entry = answer.json()
    assert (entry["fact"], entry["account"], entry["role"]) == ("pictured", "foreman", "foreman")
    assert entry["observed_at"] == "2026-03-02T09:00:00Z"
    (kept,) = pictures_of(office.path, "d1")
    assert entry["told"] == {"after": kept.sha256}
    assert (kept.of.value, kept.at) == ("after", datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert hashlib.sha256(kept.jpeg).hexdigest() == kept.sha256
    for trace in (b"Exif", b"Maker-9", b"JFIF\x00\x01\x01\x00\x00\x48"):
        assert trace not in kept.jpeg
    assert raw not in b"".join(each.read_bytes() for each in office.path.parent.iterdir())
    (shown,) = browser.client.get("/api/v1/defects/d1").json()["pictures"]
    assert (shown["of"], shown["at"]) == ("after", "2026-03-02T09:00:00Z")
    assert browser.client.get(shown["href"]).content == kept.jpeg
    assert list(faults(office.entries())) == []


def test_somebody_on_it_is_hidden_or_the_picture_is_refused_in_one_sentence(office: Office, shared: Path) -> None:
    browser = at_work(office, keep_given)
    with av.open(str(sorted((shared / "data" / "tfl").glob("*.mp4"))[2])) as film:
        busy = cv2.imencode(".jpg", next(film.decode(video=0)).to_ndarray(format="bgr24"))[1].tobytes()
    answer = send(browser, busy)
    assert answer.status_code == 422
    told = answer.json()
    assert told["picture"] in {"mostly_hidden", "still_found"}
    assert told["detail"].startswith("the picture is not kept")
    assert (len(office.entries()), pictures_of(office.path, "d1")) == (3, [])
    assert send(browser).status_code == 201, "the next one is taken"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a" + bytes(50), "no picture"),
        (plain()[:-3000], "breaks off"),
        (b"\xff\xd8\xff\xe0" + bytes(300) + b"\xff\xd9", "damaged"),
        (png_of(30_000, 30_000), "30000 by 30000 pixels"),
    ],
    ids=["a gif", "cut short", "damaged", "a bomb"],
)
def test_what_is_no_picture_is_told_by_the_sealed_process(office: Office, content: bytes, said: str) -> None:
    """[12.1.2, 12.2.1] whatever the request says that it is."""
    answer = send(at_work(office, keep_given), content)
    assert (answer.status_code, answer.json()["picture"]) == (422, "no_picture")
    assert said in answer.json()["detail"]
    assert len(office.entries()) == 3


@pytest.mark.parametrize("why", WhyNot)
def test_each_reason_is_a_sentence_and_final(office: Office, why: WhyNot) -> None:
    answer = send(at_work(office, Redactor([NotKept(why)])))
    assert (answer.status_code, answer.json()["picture"]) == (422, why.value)
    assert answer.json()["detail"].endswith("take one of the road alone")
    assert len(office.entries()) == 3


def test_a_sealed_process_that_dies_is_not_the_pictures_fault(office: Office) -> None:
    browser = at_work(office, Redactor([SealError("was ended by SIGALRM"), RedactedJpeg(SMALL, 8, 8, REDACTION_KEY)]))
    answer = send(browser)
    assert (answer.status_code, "picture" in answer.json()) == (503, False)
    assert int(answer.headers["retry-after"]) > 0
    assert "SIGALRM" not in answer.text
    assert send(browser).status_code == 201


def test_it_is_written_by_whom_the_table_allows_and_by_nobody_else(office: Office) -> None:
    """[4.1.1, 4.1.3]"""
    for role in AccountRole:
        redactor = Redactor()
        answer = send(at_work(office, redactor, role.value))
        assert answer.status_code == (201 if may(role, Fact.PICTURED) else 403)
        assert len(redactor.shown) == (1 if may(role, Fact.PICTURED) else 0)
    assert next(role for role in AccountRole if may(role, Fact.PICTURED)) is AccountRole.FOREMAN


def test_nobody_and_no_other_site_makes_it_read_a_picture(office: Office) -> None:
    """[4.2.2, 13.2.3]"""
    redactor = Redactor()
    browser = at_work(office, redactor)
    for wrong in ({"X_CSRF_Token": "x"}, {"Origin": "https://elsewhere.example"}):
        assert send(browser, **wrong).status_code == 403
    browser.client.cookies.clear()
    # A stranger's megabytes are not even read: it is told before that its type would not do.
    assert send(browser, Content_Type="text/plain").status_code == 401
    assert (redactor.shown, len(office.entries())) == ([], 3)


def test_a_server_that_keeps_no_pictures_says_so(office: Office) -> None:
    browser = at_work(office, None)
    answer = send(browser)
    assert (answer.status_code, "--keep-pictures" in answer.json()["detail"]) == (404, True)
    assert browser.client.get("/api/v1/session").json()["pictures"] is False
    assert at_work(office, Redactor()).client.get("/api/v1/session").json()["pictures"] is True


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ({"Content_Type": "application/json"}, 415, "image/webp"),
        ({"Content_Type": "multipart/form-data; boundary=x"}, 415, "image/webp"),
        ({"content": bytes(MAX_PICTURE_BYTES + 1)}, 413, "bytes at most"),
        ({"of": "defect"}, 422, "there are 'after', 'before'"),
        ({"of": "Before"}, 422, "did you mean 'before'"),
        ({"note": "Ann"}, 400, "no parameter 'note'"),
        ({"observed_at": "yesterday"}, 422, "a time with its offset"),
        ({"observed_at": "2999-01-01T00:00:00Z"}, 422, "check the clock"),
        ({"Idempotency_Key": "short"}, 400, "8 to 80"),
        ({"defect": "d9"}, 404, "no defect 'd9'"),
    ],
)
def test_what_cannot_be_is_refused(office: Office, words: dict[str, Any], status: int, said: str) -> None:
    """[5.1.3, 12.1.1] and none of these is about the picture itself: a phone keeps it."""
    answer = send(at_work(office, Redactor()), **words)
    assert (answer.status_code, "picture" in answer.json()) == (status, False)
    assert said in answer.json()["detail"]
    assert (len(office.entries()), pictures_of(office.path, "d1")) == (3, [])


def test_a_picture_of_nothing_that_is_known_is_not_even_looked_at(office: Office) -> None:
    redactor = Redactor()
    assert send(at_work(office, redactor), defect="d9").status_code == 404
    assert redactor.shown == []


def test_sent_twice_it_is_looked_at_and_kept_once(office: Office) -> None:
    redactor = Redactor()
    browser = at_work(office, redactor)
    words = {"Idempotency_Key": "phone-7-picture-1", "observed_at": "2026-03-02T09:00:00Z"}
    first, again = (send(browser, **words).json() for _ in range(2))
    assert first == again
    assert (len(redactor.shown), len(office.entries()), len(pictures_of(office.path, "d1"))) == (1, 4, 1)
    for other in ({"content": plain(60)}, {"of": "after"}, {"defect": "d2"}):
        answer = send(browser, **{**words, **other})
        assert (answer.status_code, "new key" in answer.json()["detail"]) == (422, True)
        assert "picture" not in answer.json()
    assert send(at_work(office, redactor, "manager"), **words).status_code == 201, "a key is of one account"


def test_a_refused_picture_may_be_sent_again_and_its_key_is_free(office: Office) -> None:
    browser = at_work(office, Redactor([NotKept(WhyNot.STILL_FOUND), NotKept(WhyNot.STILL_FOUND)]))
    for _ in range(2):
        assert send(browser, Idempotency_Key="phone-7-picture-1").status_code == 422
    assert len(office.entries()) == 3


def test_a_picture_is_in_nobodys_way(office: Office) -> None:
    """Who had not seen it may still write, and a state does not change by it."""
    browser = at_work(office, Redactor())
    newest = browser.client.get("/api/v1/defects/d1").json()["life"][-1]["number"]
    assert send(browser).status_code == 201
    body = {"fact": "repaired", "told": {"order_id": "o-1"}, "after": newest}
    assert browser.post("/api/v1/defects/d1/facts", body).status_code == 201
    assert send(browser, of="after").status_code == 201
    whole = browser.client.get("/api/v1/defects/d1").json()
    assert whole["state"] == "repaired"
    assert [each["fact"] for each in whole["life"]] == ["seen", "pictured", "repaired", "pictured"]
    overtaken = browser.post("/api/v1/defects/d1/facts", {"fact": "reopened", "after": newest})
    assert [each["fact"] for each in overtaken.json()["written"]] == ["repaired"]


def test_pictures_count_as_writes(office: Office) -> None:
    """[11.1.4]"""
    browser = at_work(office, Redactor())
    answers = [send(browser, defect="d9") for _ in range(WRITES_A_MINUTE + 1)]
    assert {each.status_code for each in answers[:-1]} == {404}
    assert (answers[-1].status_code, "retry-after" in answers[-1].headers) == (429, True)


def test_one_is_looked_at_at_a_time_and_few_wait(office: Office) -> None:
    """[12.1.1] pictures take a core and memory: a crowd is told to come again."""
    inside, most, gate = 0, 0, threading.Event()

    def slow(_: bytes) -> RedactedJpeg:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        gate.wait(20)
        inside -= 1
        return RedactedJpeg(SMALL, 8, 8, REDACTION_KEY)

    browser = at_work(office, slow)
    answers: list[httpx.Response] = []
    crowd = [threading.Thread(target=lambda: answers.append(send(browser))) for _ in range(MOST_WAITING + 2)]
    for each in crowd:
        each.start()
    for _ in range(400):
        if len(answers) == 2:
            break
        crowd[0].join(0.05)
    gate.set()
    for each in crowd:
        each.join()
    assert most == 1
    assert sorted(each.status_code for each in answers) == [201] * MOST_WAITING + [503, 503]
    assert all(int(each.headers["retry-after"]) > 0 for each in answers if each.status_code == 503)


def test_it_is_gone_after_its_time_and_the_ledger_still_names_it(office: Office) -> None:
    browser = at_work(office, keep_given)
    old = send(browser, observed_at="2026-03-02T09:00:00Z").json()
    assert send(browser, plain(60), "after", observed_at="2026-03-20T09:00:00Z").status_code == 201
    (first, second) = pictures_of(office.path, "d1")
    at = datetime(2026, 3, 10, tzinfo=UTC)
    records = open_store(office.path)
    records.prune(intervals_before=at, health_before=at, inspections_before=at, pictures_before=at)
    records.close()
    assert [each.of.value for each in pictures_of(office.path, "d1")] == ["after"]
    files = b"".join(each.read_bytes() for each in office.path.parent.iterdir())
    assert first.jpeg[400:800] not in files
    assert second.jpeg[400:800] in files
    assert json.loads(office.entries()[3].fact.told) == old["told"]
    assert list(faults(office.entries())) == []


def test_an_entry_and_its_picture_are_written_together_or_not_at_all(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("waywarden.store.ledger.add", full)
    browser = at_work(office, Redactor())
    assert send(browser, Idempotency_Key="phone-7-picture-1").status_code == 500
    assert len(office.entries()) == 3
    monkeypatch.undo()
    assert send(browser, Idempotency_Key="phone-7-picture-1").status_code == 201
    with closing(open_kept_pictures(office.path)) as pictures:
        assert len(pictures.about(["d1"])) == 1


def test_what_a_look_costs_is_told(record_property: Callable[[str, object], None]) -> None:
    rng = np.random.default_rng(7)
    road = np.clip(rng.normal(110, 4, (960, 1280, 1)), 0, 255).astype(np.uint8)
    jpeg = cv2.imencode(".jpg", np.repeat(road, 3, axis=2))[1].tobytes()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    got = keep_given(jpeg)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert isinstance(got, RedactedJpeg)
    assert (got.width, got.height) == (480, 360)
    record_property("measured", f"a phone's picture of 1280x960 px: {cpu_s:.2f} s of CPU in its sealed process")


def planted(open_source: object, watch: object) -> Job:
    openers = Openers(open_source, leaky.open_detector_here, watch, leaky.open_detector_here)  # type: ignore[arg-type]
    return Job(Task.KEEP, Camera("kept", "kept", ("given",)), Path(), "leaky", openers=openers)


def test_a_network_that_leaks_what_was_sent_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[12.4.1]"""
    monkeypatch.setenv("LEAK_INTO", str(tmp_path))
    job = planted(partial(open_given, content=plain()), leaky.watch_here)
    assert len(list(messages(job, None))) == 1
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SealError, match="does not leave the sealed process"):
        list(messages(replace(job, detector="frames"), None))


def test_a_picture_that_takes_for_ever_is_given_up() -> None:
    """[12.1.2]"""
    job = planted(partial(open_given, content=plain()), leaky.watch_here)
    with pytest.raises(SealError, match="ended by SIGALRM"):
        list(messages(replace(job, detector="slow", at_most_s=2), None))


def test_this_process_writes_no_file_while_a_picture_comes_in(office: Office, tmp_path: Path) -> None:
    """[12.4.1] By the kernel's own rule: with no file allowed to grow, a large picture still comes in whole."""
    raw = cv2.imencode(".png", np.random.default_rng(3).integers(0, 256, (900, 1200, 3), np.uint8))[1].tobytes()
    assert len(raw) > 2 * 1024**2, "more than a form would keep in memory"
    seen: list[bytes] = []

    def look(content: bytes) -> RedactedJpeg | NotKept:
        seen.append(content)
        return NotKept(WhyNot.STILL_FOUND)

    browser = at_work(office, look)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(each.stat().st_size for each in tmp_path.iterdir()) + 64 * 1024
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, limit[1]))
    try:
        answer = send(browser, raw, Content_Type="image/png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert largest < len(raw)
    assert (answer.status_code, seen) == (422, [raw])


def test_a_redactor_that_raises_a_sentence_is_answered_with_it(office: Office) -> None:
    answer = send(at_work(office, Redactor([SourceError("the picture is 9 by 9 pixels: send a larger one")])))
    assert answer.json()["detail"] == "the picture is 9 by 9 pixels: send a larger one"


def test_the_time_is_now_where_none_is_given(office: Office) -> None:
    answer = send(at_work(office, Redactor())).json()
    assert datetime.now(UTC) - datetime.fromisoformat(answer["observed_at"]) < timedelta(minutes=1)
