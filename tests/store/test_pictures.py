"""Redacted pictures in the store: what goes in, what comes out, and that they are gone when their time is over."""

from __future__ import annotations

import hashlib
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from waywarden.store.pictures import open_kept_pictures
from waywarden.store.sqlite import open_store
from waywarden.terms.pictures import NewPicture, PictureOf, RedactedJpeg
from waywarden.terms.redaction_key import REDACTION_KEY

T0 = datetime(2026, 6, 1, 12, tzinfo=UTC)


def picture(about: str, mark: bytes = b"a", at: datetime = T0, of: PictureOf = PictureOf.DEFECT) -> NewPicture:
    jpeg = b"\xff\xd8" + mark * 9000 + b"\xff\xd9"
    return NewPicture(of, about, at, RedactedJpeg(jpeg, 16, 16, key=REDACTION_KEY))


def test_they_come_back_as_they_went_in_in_order_of_time(tmp_path: Path) -> None:
    told = [
        picture("d-0-1", b"b", T0 + timedelta(days=1)),
        picture("d-0-0"),
        picture("d-0-0", b"c", of=PictureOf.AFTER),
    ]
    with closing(open_kept_pictures(tmp_path / "records.sqlite")) as store:
        store.append(told)
        found = store.about(["d-0-1", "d-0-0", "e"])
        assert [(one.about_id, one.at, one.of, one.jpeg) for one in found] == [
            (one.about_id, one.at, one.of, one.redacted.jpeg) for one in (told[1], told[2], told[0])
        ]
        assert all(one.sha256 == hashlib.sha256(one.jpeg).hexdigest() for one in found)
        assert len({one.number for one in found}) == 3
        assert store.sums() == {one.about_id: one.sha256 for one in (found[0], found[2])}


def test_a_drive_replaces_its_own_and_no_number_is_given_twice(tmp_path: Path) -> None:
    with closing(open_kept_pictures(tmp_path / "records.sqlite")) as store:
        store.append([picture(name) for name in ("c-0", "d0-0", "dd-0", "e-0")])
        repair = picture("d-0-0", of=PictureOf.BEFORE)
        store.append([repair])
        store.append_drive("d", [picture("d-0-0"), picture("d-0-1")])
        before = {one.number for one in store.about(["d-0-0", "d-0-1"])}
        store.append_drive("d", [picture("d-0-2")])
        left = store.about(["c-0", "d0-0", "dd-0", "e-0", "d-0-0", "d-0-1", "d-0-2"])
        assert sorted(one.about_id for one in left) == ["c-0", "d-0-0", "d-0-2", "d0-0", "dd-0", "e-0"]
        assert not {one.number for one in store.about(["d-0-2"])} & before


def test_what_the_redactor_has_not_made_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="only what the redactor made"):
        NewPicture(PictureOf.DEFECT, "d-0-0", T0, b"\xff\xd8\xff\xd9")  # type: ignore[arg-type]

    class Like:
        of, about_id, at, redacted = PictureOf.DEFECT, "d-0-0", T0, type("Forged", (), {"jpeg": b"\xff\xd8\xff\xd9"})

    with closing(open_kept_pictures(tmp_path / "records.sqlite")) as store:
        for forged in (b"\xff\xd8\xff\xd9", Like()):
            with pytest.raises(TypeError, match="redactor"):
                store.append([forged])  # type: ignore[list-item]
        assert store.about(["d-0-0"]) == []


def test_what_is_past_its_time_is_gone_from_the_file(tmp_path: Path) -> None:
    path, later = tmp_path / "records.sqlite", T0 + timedelta(days=2)
    old, new = picture("d-0-0", b"oldpixel"), picture("d-0-1", b"newpixel", later)
    with closing(open_kept_pictures(path)) as store:
        store.append([old, new])
    assert b"oldpixeloldpixel" in path.read_bytes()
    records = open_store(path)
    went = records.prune(intervals_before=T0, health_before=T0, inspections_before=T0, pictures_before=later)
    records.close()
    assert went == 1
    kept = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert b"newpixelnewpixel" in kept
    assert b"oldpixel" not in kept
