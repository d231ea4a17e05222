"""Weights: fetched from a loopback server that cuts, lies and is not there."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from waywarden.run.weighing import weights
from waywarden.run.weighing.weights import Published, WeightsFile, WeightsState, listed, published, pull, resolve
from waywarden.terms.errors import WeightsError

GRAPH, NUMBERS = b"<net/>" * 5000, bytes(range(256)) * 2000


class Publisher(BaseHTTPRequestHandler):
    """Serves ``server.files`` with ranges; ``server.cut`` bytes into an answer it hangs up, once."""

    server: Any

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Range")))
        content = self.server.files.get(self.path.lstrip("/"))
        if content is None:
            self.send_error(404)
            return
        if self.server.redirect is not None:
            self.send_response(302)
            self.send_header("Location", self.server.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if not self.server.ranges:
            start = 0
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", self.server.stated or str(len(content) - start))
        self.end_headers()
        cut, self.server.cut = self.server.cut, None
        self.wfile.write(content[start:] if cut is None else content[start : start + cut])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Any]:
    running: Any = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    running.files = {"small.xml": GRAPH, "small.bin": NUMBERS}
    running.asked, running.cut, running.ranges = [], None, True
    running.redirect = running.stated = None
    threading.Thread(target=running.serve_forever, daemon=True).start()
    running.url = f"http://127.0.0.1:{running.server_address[1]}"
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a small network beside the real ones."""
    files = tuple(
        WeightsFile(
            name, f"https://publisher.invalid/{name}", len(content), {kind: hashlib.new(kind, content).hexdigest()}
        )
        for name, content, kind in (("small.xml", GRAPH, "sha384"), ("small.bin", NUMBERS, "sha256"))
    )
    real = published()
    monkeypatch.setattr(weights, "published", lambda: (*real, Published("small", "nobody", "none", files)))


def test_a_network_is_fetched_whole(server: Any, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    folder = tmp_path / "new" / "weights"
    paths = pull("small", folder, on_progress=lambda *t: told.append(t), base_url=server.url)
    assert [path.read_bytes() for path in paths] == [GRAPH, NUMBERS]
    assert told[-1] == ("small.bin", len(NUMBERS), len(NUMBERS))
    assert sorted(path.name for path in folder.iterdir()) == ["small.bin", "small.xml"]
    asked = len(server.asked)
    pull("small", folder, base_url=server.url)
    assert len(server.asked) == asked  # what is there and whole is not fetched again


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_a_download_that_breaks_off_goes_on_from_there(server: Any, tmp_path: Path, ranges: bool) -> None:  # noqa: FBT001
    server.cut, server.ranges = 7000, ranges
    with pytest.raises(WeightsError, match=r"the download of small\.xml broke off: pull again"):
        pull("small", tmp_path, base_url=server.url)
    assert (tmp_path / "small.xml.part").read_bytes() == GRAPH[:7000]
    assert state(tmp_path) is WeightsState.PART
    pull("small", tmp_path, base_url=server.url)
    assert (tmp_path / "small.xml").read_bytes() == GRAPH
    assert server.asked[1] == ("/small.xml", "bytes=7000-")
    assert state(tmp_path) is WeightsState.HERE


def test_a_part_that_is_already_whole_is_taken(server: Any, tmp_path: Path) -> None:
    (tmp_path / "small.xml.part").write_bytes(GRAPH)
    assert pull("small", tmp_path, base_url=server.url)[0].read_bytes() == GRAPH


def test_a_wrong_hash_is_refused_and_deleted(server: Any, tmp_path: Path) -> None:
    server.files["small.bin"] = NUMBERS[:-1] + b"!"
    with pytest.raises(WeightsError, match="not the file that was published"):
        pull("small", tmp_path, base_url=server.url)
    assert [path.name for path in tmp_path.iterdir()] == ["small.xml"]
    (tmp_path / "small.bin.part").write_bytes(b"of another file")
    server.files["small.bin"] = NUMBERS
    with pytest.raises(WeightsError, match="deleted; pull it again"):
        pull("small", tmp_path, base_url=server.url)
    pull("small", tmp_path, base_url=server.url)


def test_damaged_weights_are_seen_and_fetched_again(server: Any, tmp_path: Path) -> None:
    assert state(tmp_path) is WeightsState.MISSING
    pull("small", tmp_path, base_url=server.url)
    (tmp_path / "small.bin").write_bytes(NUMBERS[:-1])
    assert state(tmp_path) is WeightsState.DAMAGED
    pull("small", tmp_path, base_url=server.url)
    assert state(tmp_path) is WeightsState.HERE


def test_no_such_file_there_is_one_sentence(server: Any, tmp_path: Path) -> None:
    del server.files["small.xml"]
    with pytest.raises(WeightsError, match=r"/small\.xml answered 404 Not Found: try later, or from a mirror$"):
        pull("small", tmp_path, base_url=server.url)


def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        WeightsError, match=r"127\.0\.0\.1 cannot be reached .* check the network, or copy small\.xml into"
    ):
        pull("small", tmp_path, base_url="http://127.0.0.1:1")
    with pytest.raises(WeightsError, match=r"publisher\.invalid cannot be reached"):
        pull("small", tmp_path)


def test_a_full_disk_and_a_folder_that_cannot_be_written_are_one_sentence(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WeightsError, match=r"cannot be written .*: set XDG_DATA_HOME to a folder that can"):
        pull("small", tmp_path / "file" / "weights", base_url=server.url)
    monkeypatch.setattr(weights, "_part", lambda path: Path("/dev/full"))
    with pytest.raises(WeightsError, match="is full: free some space and pull again"):
        pull("small", tmp_path, base_url=server.url)


@pytest.mark.parametrize(
    "address",
    ["foo", "", "file:///tmp", "http://", "http://[::1", "http://h:port", "http://127.0.0.1:1/a b", "http://h/ä"],
)
def test_a_mirror_that_is_no_web_address_is_one_sentence(address: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"^--base-url is an http:// or https:// address without spaces, got '.*$"):
        pull("small", tmp_path / "not made", base_url=address)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("location", ["/small.xml", "file:///etc/passwd", "http://[::1", "http://127.0.0.1:port/"])
def test_a_redirect_that_leads_nowhere_is_one_sentence(location: str, server: Any, tmp_path: Path) -> None:
    server.redirect = location
    with pytest.raises(WeightsError, match=r"^http://.*/small\.xml redirects .*: pull from a mirror$"):
        pull("small", tmp_path, base_url=server.url)


@pytest.mark.parametrize("stated", ["abc", "-5"])
def test_a_length_that_is_no_number_is_one_sentence(stated: str, server: Any, tmp_path: Path) -> None:
    server.stated = stated
    with pytest.raises(WeightsError, match=rf"/small\.xml states a length that is no number \('{stated}'\)"):
        pull("small", tmp_path, base_url=server.url)


@pytest.mark.parametrize("name", ["small.xml", "small.xml.part"])
def test_a_folder_where_a_file_is_to_be_kept_is_one_sentence(name: str, server: Any, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(WeightsError, match=rf"{name} is a folder, where a file is to be kept: take it away"):
        pull("small", tmp_path, base_url=server.url)


def state(folder: Path) -> WeightsState:
    return next(line.state for line in listed(folder) if line.network.name == "small")


def test_a_misspelt_name_gets_the_nearest() -> None:
    with pytest.raises(WeightsError, match="did you mean yolox_nano_416"):
        pull("yolox-nano")
    with pytest.raises(WeightsError, match="did you mean person-vehicle-bike-detection-2004"):
        resolve("person-vehicle-bike-2004")


def test_what_weights_means(server: Any, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"small is not in .*: run 'waywarden weights pull small'"):
        resolve("small", tmp_path)
    pull("small", tmp_path, base_url=server.url)
    graph = tmp_path / "small.xml"
    assert resolve("small", tmp_path) == resolve(str(tmp_path)) == resolve(str(graph)) == graph
    (tmp_path / "other.onnx").touch()
    with pytest.raises(WeightsError, match=r"holds 2 networks \(other\.onnx, small\.xml\): pass one"):
        resolve(str(tmp_path))
    assert resolve(str(tmp_path / "other.onnx")).name == "other.onnx"
    with pytest.raises(WeightsError, match=r"an OpenVINO \.xml or an \.onnx file, got"):
        resolve(str(tmp_path / "small.bin"))
    with pytest.raises(WeightsError, match="there are no weights at"):
        resolve(str(tmp_path / "nowhere.xml"))
    (tmp_path / "small.bin").unlink()
    with pytest.raises(WeightsError, match=r"wants small\.bin beside it"):
        resolve(str(graph))
    (tmp_path / "empty").mkdir()
    with pytest.raises(WeightsError, match=r"there is no \.xml or \.onnx in"):
        resolve(str(tmp_path / "empty"))


def test_weights_live_in_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert weights.default_folder() == tmp_path / "waywarden" / "weights"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/ada")
    assert weights.default_folder() == Path("/home/ada/.local/share/waywarden/weights")


def test_every_published_file_has_an_https_address_and_a_whole_hash() -> None:
    for network in weights.published()[:-1]:
        assert network.licence == "Apache-2.0"
        for file in network.files:
            assert file.url.startswith("https://")
            assert file.url.endswith(file.name)
            assert file.hashes
            assert all(len(digest) == hashlib.new(kind).digest_size * 2 for kind, digest in file.hashes.items())


def test_the_manifest_agrees_with_the_files_that_were_measured(shared: Path) -> None:
    by_name = {network.name: network for network in weights.published()}
    for name in ("crossroad-1016", "2001", "2004"):
        network = by_name[f"person-vehicle-bike-detection-{name}"]
        for file in network.files:
            content = (shared / "weights" / file.name).read_bytes()
            assert len(content) == file.size
            assert {kind: hashlib.new(kind, content).hexdigest() for kind in file.hashes} == dict(file.hashes)
            assert set(file.hashes) == {"sha384", "sha256"}
    for name in ("nanodetplus_m_416", "yolox_nano_416"):
        content = (shared / "weights" / f"{name}.onnx").read_bytes()
        assert by_name[name].files[0].copies == (hashlib.sha256(content).hexdigest(),)
