"""``waywarden ledger pack|check-pack``: what is known of a place, and every way to tamper with it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pypdf import PdfReader

from run.command_line import Said, ask
from run.test_names import rows
from run.test_road import POLICY
from waywarden.exchange.road.claim_pack import rendered
from waywarden.pavement.same.chain import chained_changes
from waywarden.run.road.ledger import write
from waywarden.run.road.pictures.repairs import sum_of
from waywarden.store.drives import open_drives
from waywarden.store.names import open_names
from waywarden.store.pictures import open_kept_pictures
from waywarden.store.sqlite import open_store
from waywarden.terms.distress import Change, DistressKind, DistressSighting, Move, NameChange, Role, Way
from waywarden.terms.inspections import Inspection, Light
from waywarden.terms.ledger import Fact, LedgerFact, spelt
from waywarden.terms.pictures import NewPicture, PictureOf, RedactedJpeg
from waywarden.terms.redaction_key import REDACTION_KEY

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a ledger, sightings, a policy, and packs of one defect with and without the chain."""
    folder = tmp_path_factory.mktemp("claim")
    store, sightings = folder / "r.sqlite", folder / "s.csv"
    (folder / "policy.toml").write_text(POLICY, "utf-8")
    sightings.write_text(rows(2), "utf-8")
    assert ask("road", "name", "--sightings", sightings, "--store", store).code == 0
    for words in (
        ("s0-1", "seen", "--observed", "2026-03-02"),
        ("s0-0", "seen", "--observed", "2026-03-02", "--policy", "2026-1", "--role", "estimate"),
        ("s0-0", "confirmed", "--told", '{"triage": "pothole", "depth_mm": 45}'),
        ("s0-1", "rejected"),
        ("s0-0", "ordered", "--told", '{"order_id": "2026-04-01-01"}', "--policy", "2026-2"),
        ("s0-0", "repaired", "--role", "foreman"),
        ("s0-1", "confirmed"),
    ):
        assert ask("ledger", "write", *words, "--store", store).code == 0
    for name, more in (("plain.zip", ()), ("chain.zip", ("--chain",))):
        said = ask("ledger", "pack", "--defect", "s0-0", "--at", "2999-01-01", "--policy", folder / "policy.toml",
                   "--sightings", sightings, "--store", store, "--out", folder / name, *more)  # fmt: skip
        assert said.code == 0
        (folder / f"{name}.head").write_text(said.out.strip(), "utf-8")
    return folder


def files_of(path: Path) -> Files:
    with zipfile.ZipFile(path) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def zip_of(files: Files, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as zipped:
        for name, raw in files.items():
            zipped.writestr(name, raw)
    return path


def check(path: Path, *more: object) -> Said:
    return ask("ledger", "check-pack", path, *more)


@pytest.mark.parametrize("name", ["plain.zip", "chain.zip"])
def test_a_pack_verifies_itself(made: Path, name: str) -> None:
    head = (made / f"{name}.head").read_text("utf-8")
    assert re.fullmatch("[0-9a-f]{64}", head)
    assert head == hashlib.sha256(files_of(made / name)["MANIFEST.json"]).hexdigest()
    for more in ((), ("--head", head), ("--store", made / "r.sqlite")):
        said = check(made / name, *more)
        assert (said.code, said.out) == (0, f"whole: {head}\n")


def test_everything_known_is_in_it(made: Path) -> None:
    files = files_of(made / "chain.zip")
    about = json.loads(files["about.json"])
    assert about["defects"] == ["s0-0"]
    assert about["policy_in_force"] == "2026-2"
    assert about["policies"] == {"2026-1": "policy/0.toml", "2026-2": None}
    assert files["policy/0.toml"].decode() == POLICY
    assert [each["number"] for each in json.loads(files["entries.json"])] == [1, 2, 4, 5]
    assert [each["number"] for each in json.loads(files["chain.json"])] == [1, 2, 3, 4, 5, 6]
    assert [each["sighting"] for each in json.loads(files["sightings.json"])] == ["s0-0", "s1-0"]
    assert [each["change"] for each in json.loads(files["names.json"])] == ["named"]
    page = files["page.html"].decode()
    assert all(text in page for text in ("Defect s0-0", "triage pothole", "order_id 2026-04-01-01", "2026-2"))
    assert "http" not in page


def test_what_came_later_is_marked_so(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "p.zip"
    said = ask("ledger", "pack", "--defect", "s0-0", "--at", "2026-03-02", "--store", made / "r.sqlite", "--out", out)
    assert (said.code, check(out).code) == (0, 0)
    files = files_of(out)
    assert {each["known_then"] for each in json.loads(files["entries.json"])} == {False}
    assert json.loads(files["about.json"])["until"].startswith("2026-03-03T00:00:00")
    assert json.loads(files["about.json"])["policy_in_force"] == ""
    assert "<h2>Known by then</h2><p>Nothing.</p>" in files["page.html"].decode()


def test_a_place_is_found_by_street_and_chainage_and_by_former_names(made: Path, tmp_path: Path) -> None:
    store, out = shutil.copy(made / "r.sqlite", tmp_path), tmp_path / "p.zip"
    where = ("--street", "mill", "--sightings", made / "s.csv", "--at", "2999-01-01", "--store", store, "--out", out)
    assert ask("ledger", "pack", "--chainage-m", 60, *where).code == 0
    assert json.loads(files_of(out)["about.json"])["defects"] == ["s0-1"]
    assert ask("road", "merge", "s0-0", "s0-1", "--store", store).code == 0
    assert ask("ledger", "pack", "--chainage-m", 60, *where).code == 0
    about = json.loads(files_of(out)["about.json"])
    assert about["defects"] == ["s0-0", "s0-1"]
    assert about["place"] == "mill, 60 m and 15 m either way"
    assert check(out, "--store", store).code == 0
    gone = ask("ledger", "pack", "--chainage-m", 300, *where)
    assert (gone.code, len(gone.lines), gone.out) == (2, 1, "")
    assert "nothing is known of mill, 300 m" in gone.lines[0]


def edited(name: str, was: str, becomes: str) -> Callable[[Files], Files]:
    def edit(files: Files) -> Files:
        assert was in files[name].decode()
        return {**files, name: files[name].decode().replace(was, becomes, 1).encode()}

    return edit


TAMPERINGS = {
    "an entry is edited": edited("entries.json", "foreman", "manager"),
    "what is told is edited": edited("entries.json", '\\"depth_mm\\":45', '\\"depth_mm\\":15'),
    "a hash is edited": edited("entries.json", '"hash": "', '"hash": "0'),
    "the page is edited": edited("page.html", "repaired", "verified"),
    "the policy is edited": edited("policy/0.toml", "hours = 2", "hours = 48"),
    "a sighting is edited": edited("sightings.json", "pothole", "swell"),
    "a name is edited": edited("names.json", "estimate", "manager"),
    "the head is edited": edited("about.json", '"entries": 7', '"entries": 6'),
    "a file is taken out": lambda files: {name: raw for name, raw in files.items() if name != "sightings.json"},
    "a file is put in": lambda files: {**files, "note.txt": b"nothing to see"},
    "the manifest is emptied": lambda files: {**files, "MANIFEST.json": b"{}"},
    "the chain is emptied": lambda files: {**files, "chain.json": b"[]"},
    "an entry is left out": lambda files: {
        **files, "entries.json": json.dumps(json.loads(files["entries.json"])[:-1]).encode()
    },
    "the chain is cut": lambda files: {
        **files, "chain.json": json.dumps(json.loads(files["chain.json"])[:-1]).encode()
    },
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_pack_that_was_changed_is_found(made: Path, tmp_path: Path, what: str) -> None:
    tampered = TAMPERINGS[what](files_of(made / "chain.zip"))
    said = check(zip_of(tampered, tmp_path / "t.zip"))
    assert (said.code, len(said.lines), said.out) == (9, 1, "")


ALSO_WITH_A_NEW_MANIFEST = [
    "an entry is edited", "what is told is edited", "the page is edited", "a name is edited", "the chain is cut",
    "the chain is emptied", "a file is taken out", "a hash is edited", "an entry is left out",
]  # fmt: skip


@pytest.mark.parametrize("what", ALSO_WITH_A_NEW_MANIFEST)
def test_and_so_it_is_with_a_new_manifest(made: Path, tmp_path: Path, what: str) -> None:
    files = TAMPERINGS[what](files_of(made / "chain.zip"))
    manifest = json.loads(files.pop("MANIFEST.json"))
    manifest["sha256"] = {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items()}
    path = zip_of({**files, "MANIFEST.json": json.dumps(manifest).encode()}, tmp_path / "t.zip")
    assert check(path).code == 9


def test_one_that_was_made_anew_is_found_by_its_head_and_by_the_ledger(made: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    ask("ledger", "write", "s0-0", "confirmed", "--store", other)
    out = tmp_path / "p.zip"
    assert ask("ledger", "pack", "--defect", "s0-0", "--at", "2999-01-01", "--store", other, "--out", out).code == 0
    assert check(out).code == 0
    head = (made / "plain.zip.head").read_text("utf-8")
    by_head, by_ledger = check(out, "--head", head), check(out, "--store", made / "r.sqlite")
    assert (by_head.code, by_ledger.code) == (9, 9)
    assert "whose head was noted" in by_head.lines[0]
    assert "entry 0 is not in" in by_ledger.lines[0]


def test_what_is_no_pack_is_said_in_one_line(made: Path, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("nothing", "utf-8")
    zip_of({"a": b"b"}, tmp_path / "other.zip")
    whole = (made / "plain.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    for name in ("text.zip", "other.zip", "cut.zip"):
        said = check(tmp_path / name)
        assert (said.code, len(said.lines), said.out) == (9, 1, "")
    assert check(tmp_path / "gone.zip").code == 1


@pytest.mark.parametrize(
    "words", [(), ("--street", "mill"), ("--defect", "nobody"), ("--defect", "s0-0", "--at", "soon")]
)
def test_a_pack_of_nothing_is_refused(made: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    at = () if "--at" in words else ("--at", "2026-03-02")
    said = ask("ledger", "pack", *words, *at, "--store", made / "r.sqlite", "--out", tmp_path / "p.zip")
    assert (said.code, len(said.lines), said.out) == (2, 1, "")


def test_a_ledger_whose_names_were_changed_gives_no_pack(made: Path, tmp_path: Path) -> None:
    store = shutil.copy(made / "r.sqlite", tmp_path)
    connection = sqlite3.connect(store)
    connection.executescript("DROP TRIGGER name_change_no_update; UPDATE name_change SET role = 'manager'")
    connection.close()
    said = ask(
        "ledger", "pack", "--defect", "s0-0", "--at", "2999-01-01", "--store", store, "--out", tmp_path / "p.zip"
    )
    assert (said.code, len(said.lines)) == (9, 1)


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with inspections, a sighting and its picture, which the ledger names."""
    store = tmp_path_factory.mktemp("surveyed") / "r.sqlite"
    at = datetime(2026, 3, 2, 11, tzinfo=UTC)
    looks = [
        Inspection("mill", way, low_m, 90.0, at, f"d-00{n}", "v", 8.0, Light.DAY, None, 0.9, found, "surface-2")
        for n, (way, low_m, found) in enumerate(
            [
                (Way.ALONG, 10.0, ((DistressKind.POTHOLE, 1),)),
                (Way.AGAINST, 10.0, ()),
                (Way.ALONG, 80.0, None),
            ]
        )
    ]
    hole = DistressSighting("d-000-0004100", "d-000", "mill", Way.ALONG, 41.0, at, DistressKind.POTHOLE, 0.3, 0.91, 6.5)
    jpeg = b"\xff\xd8" + b"road" * 200 + b"\xff\xd9"
    with closing(open_drives(store)) as drives:
        drives.append_drive("d", looks, [hole])
    with closing(open_names(store)) as names:
        named = NameChange(0, Change.NAMED, (Move(hole.sighting_id, None, hole.sighting_id),), Role.ESTIMATE)
        names.append(lambda _: chained_changes([named], at, None))
    with closing(open_kept_pictures(store)) as pictures:
        pictures.append([NewPicture(PictureOf.DEFECT, hole.sighting_id, at, RedactedJpeg(jpeg, 8, 8, REDACTION_KEY))])
    told = {"sighting_id": hole.sighting_id, "picture": hashlib.sha256(jpeg).hexdigest()}
    words = (hole.sighting_id, "seen", "--observed", "2026-03-02", "--told", json.dumps(told), "--store", store)
    assert ask("ledger", "write", *words).code == 0
    return store


def packed(store: Path, out: Path, *where: object) -> Files:
    said = ask("ledger", "pack", *where, "--at", "2999-01-01", "--store", store, "--out", out)
    assert said.code == 0, said.lines
    assert check(out, "--store", store).out == f"whole: {said.out}"
    return files_of(out)


def test_inspections_sightings_and_pictures_of_the_store_go_in(surveyed: Path, tmp_path: Path) -> None:
    files = packed(surveyed, tmp_path / "p.zip", "--defect", "d-000-0004100")
    assert [each["pass"] for each in json.loads(files["inspections.json"])] == ["d-000"]
    assert json.loads(files["inspections.json"])[0]["found"] == {"pothole": 1}
    (sighting,) = json.loads(files["sightings.json"])
    assert (sighting["sighting"], sighting["score"], sighting["jolt_mps2"]) == ("d-000-0004100", 0.91, 6.5)
    (picture,) = json.loads(files["pictures.json"])
    assert hashlib.sha256(files[picture["file"]]).hexdigest() == picture["sha256"]
    page = files["page.html"].decode()
    assert "data:image/jpeg;base64," in page
    assert "http" not in page
    by_place = packed(surveyed, tmp_path / "q.zip", "--street", "mill", "--chainage-m", 41)
    assert json.loads(by_place["about.json"])["defects"] == ["d-000-0004100"]
    assert {each["pass"] for each in json.loads(by_place["inspections.json"])} == {"d-000", "d-001"}


def test_a_pdf_says_what_the_page_says_and_names_the_head(surveyed: Path, tmp_path: Path) -> None:
    out, pdf = tmp_path / "p.zip", tmp_path / "p.pdf"
    words = ("--defect", "d-000-0004100", "--at", "2999-01-01", "--store", surveyed, "--out", out, "--pdf", pdf)
    head = ask("ledger", "pack", *words).out.strip()
    assert head == hashlib.sha256(files_of(out)["MANIFEST.json"]).hexdigest()
    pages = [page.extract_text() for page in PdfReader(pdf).pages]
    assert all(f"Claim pack {head}" in page for page in pages)
    printed = "".join("".join(pages).split())
    texts: list[str] = []
    reader = HTMLParser()
    reader.handle_data = texts.append  # type: ignore[method-assign]
    reader.feed(files_of(out)["page.html"].decode().partition("<body>")[2])
    assert len(texts) > 40
    assert [text for text in texts if "".join(text.split()) not in printed] == []
    assert "finds any change" in " ".join("".join(pages).split())
    refused = ask("ledger", "pack", *words[:-1], tmp_path / "p.txt")
    assert (refused.code, len(refused.lines)) == (2, 1)


def remade(files: Files, was: str, forged: bytes) -> Files:
    """Return a pack in which all but the ledger says that the forged picture is the one."""
    listed = files["pictures.json"].decode().replace(was, hashlib.sha256(forged).hexdigest())
    found = {**files, "pictures.json": listed.encode()}
    found["page.html"] = rendered(found)
    sums = {name: hashlib.sha256(raw).hexdigest() for name, raw in found.items() if name != "MANIFEST.json"}
    found["MANIFEST.json"] = json.dumps({"form": "waywarden claim pack 1", "sha256": sums}).encode()
    return found


def test_another_picture_is_not_the_one_that_the_ledger_names(surveyed: Path, tmp_path: Path) -> None:
    files = packed(surveyed, tmp_path / "p.zip", "--defect", "d-000-0004100")
    (picture,) = json.loads(files["pictures.json"])
    forged = b"\xff\xd8 a smooth road \xff\xd9"
    files[picture["file"]] = forged
    said = check(zip_of(remade(files, picture["sha256"], forged), tmp_path / "forged.zip"))
    assert said.code == 9
    assert "not the picture that the ledger names" in said.lines[0]


def test_another_picture_of_a_repair_is_not_one_that_the_ledger_names(surveyed: Path, tmp_path: Path) -> None:
    """Of one side there are two, each with an entry: either is named, and what is put in its place is not."""
    store, at = Path(shutil.copy(surveyed, tmp_path)), datetime(2026, 3, 3, tzinfo=UTC)
    for number, fact in enumerate((Fact.REPAIRED_TEMPORARILY, Fact.REPAIRED)):
        jpeg = b"\xff\xd8" + bytes([number]) * 200 + b"\xff\xd9"
        mended = NewPicture(PictureOf.AFTER, "d-000-0004100", at, RedactedJpeg(jpeg, 8, 8, REDACTION_KEY))
        told = spelt({"after": sum_of(mended)})
        write(store, LedgerFact("d-000-0004100", fact, at, at, Role.FOREMAN, told=told), pictures=[mended])
    files = packed(store, tmp_path / "p.zip", "--defect", "d-000-0004100")
    (_, _, second) = json.loads(files["pictures.json"])
    forged = b"\xff\xd8 a smooth road \xff\xd9"
    files[second["file"]] = forged
    said = check(zip_of(remade(files, second["sha256"], forged), tmp_path / "forged.zip"))
    assert said.code == 9
    assert "not a picture that the ledger names of d-000-0004100 after its repair" in said.lines[0]


def test_a_picture_past_its_retention_is_told(surveyed: Path, tmp_path: Path) -> None:
    store, now = Path(shutil.copy(surveyed, tmp_path)), datetime(2999, 1, 1, tzinfo=UTC)
    with closing(open_store(store)) as records:
        old = datetime(2000, 1, 1, tzinfo=UTC)
        records.prune(intervals_before=old, health_before=old, inspections_before=old, pictures_before=now)
    files = packed(store, tmp_path / "p.zip", "--defect", "d-000-0004100")
    assert json.loads(files["pictures.json"]) == []
    assert (
        f"Past their retention: {json.loads(json.loads(files['entries.json'])[0]['told'])['picture']}"
        in files["page.html"].decode()
    )


def test_a_pack_from_before_inspections_went_in_still_verifies(made: Path, tmp_path: Path) -> None:
    files = files_of(made / "plain.zip")
    del files["inspections.json"], files["pictures.json"]
    old = [{k: v for k, v in each.items() if k not in {"score", "jolt_mps2"}}
           for each in json.loads(files["sightings.json"])]  # fmt: skip
    files["sightings.json"] = json.dumps(old).encode()
    files["page.html"] = rendered(files)
    assert b"jolt" not in files["page.html"]
    sums = {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items() if name != "MANIFEST.json"}
    files["MANIFEST.json"] = json.dumps({"form": "waywarden claim pack 1", "sha256": sums}).encode()
    assert check(zip_of(files, tmp_path / "old.zip")).code == 0
