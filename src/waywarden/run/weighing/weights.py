"""Fetch the networks' weights from their publishers, see what is there, and find what ``--weights`` means.

``weights.toml`` beside this file says where each file comes from and what its hash must be. A download that breaks off
leaves a ``.part`` and goes on from there; a file whose hash is wrong is deleted.
"""

from __future__ import annotations

import difflib
import errno
import hashlib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException, HTTPResponse, InvalidURL
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from waywarden.sight import networks
from waywarden.terms.errors import WeightsError

OnProgress = Callable[[str, int, int | None], None]
"""Is told a file's name, the bytes that are there, and how many there will be (None: not known yet)."""

OWN = "street-2"
"""The weights of our own that come in the wheel."""
_CHUNK_BYTES = 1 << 16
_PATIENCE_S = 30.0
_RANGE_NOT_SATISFIABLE = 416
_PARTIAL = 206
_REDIRECTS = range(300, 400)
_GRAPHS = (".xml", ".onnx")


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """One file of a network. ``hashes`` maps names of ``hashlib`` to digests; ``copies`` are other known SHA-256."""

    name: str
    url: str
    size: int | None
    hashes: Mapping[str, str]
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """A network that can be fetched."""

    name: str
    publisher: str
    licence: str
    files: tuple[WeightsFile, ...]


class WeightsState(StrEnum):
    """Whether a network is in a folder."""

    HERE = "here"
    PART = "partly fetched"
    DAMAGED = "damaged: pull it again"
    MISSING = "not fetched"


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of ``waywarden weights list``."""

    network: Published
    state: WeightsState


def published() -> tuple[Published, ...]:
    """Return the manifest."""
    manifest = tomllib.loads(Path(__file__).with_name("weights.toml").read_text(encoding="utf-8"))
    return tuple(
        Published(entry["name"], entry["publisher"], entry["licence"], tuple(_file(f) for f in entry["file"]))
        for entry in manifest["network"]
    )


def default_folder() -> Path:
    """Return where weights are kept: ``$XDG_DATA_HOME/waywarden/weights``, usually below ``~/.local/share``."""
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "waywarden" / "weights"


def pull(
    name: str, folder: Path | None = None, *, on_progress: OnProgress | None = None, base_url: str | None = None
) -> tuple[Path, ...]:
    """Fetch the files of network ``name`` into ``folder``; what is there and whole is not fetched again.

    Parameters
    ----------
    name : str
        As ``published`` names it.
    folder : Path, optional
        ``default_folder`` if not given; it is made.
    on_progress : callable, optional
    base_url : str, optional
        A mirror that has the files by their names, instead of the publisher.

    Raises
    ------
    WeightsError
        One sentence: unknown name, no address, no network, no such file there, wrong hash, disk full.
    """
    network, folder = _published(name), folder or default_folder()
    if base_url is not None and not _is_web_address(base_url):
        raise WeightsError(f"--base-url is an http:// or https:// address without spaces, got '{base_url}': mend it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(_pull_file(file, folder, on_progress, base_url) for file in network.files)
    except OSError as error:
        raise _disk_error(error, folder) from error


def listed(folder: Path | None = None) -> tuple[Listed, ...]:
    """Return each network that can be fetched and whether it is in ``folder``, its hashes checked."""
    folder = folder or default_folder()
    return tuple(Listed(network, _state(network, folder)) for network in published())


def resolve(name_or_path: str, folder: Path | None = None) -> Path:
    """Return the graph file (``.xml`` with its ``.bin`` beside it, or ``.onnx``) that ``--weights`` means.

    Parameters
    ----------
    name_or_path : str
        A network's name, looked for in ``folder``; or a file; or a folder that holds one network.

    Raises
    ------
    WeightsError
        If there is none, or more than one.
    """
    path = Path(name_or_path).expanduser()
    if path.is_dir():
        return _graph_in(path)
    if path.exists() or path.suffix in _GRAPHS:
        return _graph(path)
    network, folder = _published(name_or_path), folder or default_folder()
    graph = folder / network.files[0].name
    if not graph.is_file():
        raise WeightsError(f"{network.name} is not in {folder}: run 'waywarden weights pull {network.name}'")
    return _graph(graph)


def own() -> Path:
    """Return the graph file of the weights that come with Waywarden; ``train`` made them."""
    return Path(networks.__file__).with_name(f"{OWN}.xml")


def chosen_detector(detector: str, weights: Path | None, *, sparing: bool = False) -> tuple[str, str]:
    """Return what the sealed process is to open, and the name that is kept with every record.

    Parameters
    ----------
    detector : str
        ``street``, our own weights, or ``motion``, which needs none.
    weights : Path, optional
        As ``resolve`` takes it; if given, it takes the place of ``detector``.
    sparing : bool
        The network is not shown every frame.

    Raises
    ------
    WeightsError
        No such weights, or ``detector`` is another word.
    """
    if weights is not None:
        graph = resolve(str(weights))
        return str(graph.resolve()), _method(graph.stem, sparing=sparing)
    if detector == "motion" and sparing:
        raise WeightsError("--sparing spares a network's looks, and 'motion' has none: leave one of the two out")
    if detector == "motion":
        return detector, "motion-2"
    if detector != "street":
        raise WeightsError(f"--detector is 'street' or 'motion', got '{detector}': for another network pass --weights")
    return str(own()), _method(OWN, sparing=sparing)


def _method(network: str, *, sparing: bool) -> str:
    """Return the name that is kept with every record: the network, and who sees whoever it has no name for."""
    return f"{network}+{'cascade-4' if sparing else 'motion-2'}"


def _published(name: str) -> Published:
    networks = {network.name: network for network in published()}
    if name not in networks:
        near = difflib.get_close_matches(name, networks, 1, 0.4) or sorted(networks)
        raise WeightsError(f"there is no file, folder or network {name}: did you mean {near[0]}?")
    return networks[name]


def _graph(path: Path) -> Path:
    if path.suffix not in _GRAPHS:
        raise WeightsError(f"weights are an OpenVINO .xml or an .onnx file, got {path}: pass such a file")
    if not path.is_file():
        raise WeightsError(f"there are no weights at {path}: 'waywarden weights list' says what there is")
    if path.suffix == ".xml" and not path.with_suffix(".bin").is_file():
        raise WeightsError(f"{path} wants {path.with_suffix('.bin').name} beside it: fetch both files again")
    return path


def _graph_in(folder: Path) -> Path:
    graphs = sorted(path for path in folder.iterdir() if path.suffix in _GRAPHS)
    if not graphs:
        raise WeightsError(f"there is no .xml or .onnx in {folder}: pass a folder that holds one network")
    if len(graphs) > 1:
        names = ", ".join(path.name for path in graphs[:8])
        raise WeightsError(f"{folder} holds {len(graphs)} networks ({names}): pass one of these files")
    return _graph(graphs[0])


def _file(entry: Mapping[str, Any]) -> WeightsFile:
    hashes = {kind: entry[kind] for kind in ("sha384", "sha256") if kind in entry}
    return WeightsFile(entry["name"], entry["url"], entry.get("size"), hashes, tuple(entry.get("copies", ())))


def _state(network: Published, folder: Path) -> WeightsState:
    paths = [folder / file.name for file in network.files]
    if not all(path.is_file() for path in paths):
        begun = any(path.is_file() or _part(path).is_file() for path in paths)
        return WeightsState.PART if begun else WeightsState.MISSING
    whole = all(_is_whole(path, file) for path, file in zip(paths, network.files, strict=True))
    return WeightsState.HERE if whole else WeightsState.DAMAGED


def _is_whole(path: Path, file: WeightsFile) -> bool:
    return _digest(path, "sha256") in file.copies or all(_digest(path, k) == v for k, v in file.hashes.items())


def _digest(path: Path, kind: str) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, kind).hexdigest()


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # a bracket that is not closed, a port that is no number
        return False
    return parts.scheme in {"http", "https"} and named and text.isascii() and text.isprintable() and " " not in text


def _pull_file(file: WeightsFile, folder: Path, on_progress: OnProgress | None, base_url: str | None) -> Path:
    path = folder / file.name
    if path.is_file() and _is_whole(path, file):
        return path
    url = f"{base_url.rstrip('/')}/{file.name}" if base_url else file.url
    part = _part(path)
    for taken in (path, part):
        if taken.is_dir():
            raise WeightsError(f"{taken} is a folder, where a file is to be kept: take it away and pull again")
    _fetch(url, part, file, on_progress)
    if not _is_whole(part, file):
        part.unlink()
        raise WeightsError(
            f"{url} is not the file that was published (its hash is wrong): it was deleted; pull it again"
        )
    part.replace(path)
    return path


def _fetch(url: str, part: Path, file: WeightsFile, on_progress: OnProgress | None) -> None:
    """Download ``url`` into ``part``, going on where it ended before."""
    there = part.stat().st_size if part.is_file() else 0
    request = Request(url, headers={"Range": f"bytes={there}-"} if there else {})  # noqa: S310 - our manifest's https
    try:
        with urlopen(request, timeout=_PATIENCE_S) as answer:  # noqa: S310
            _save(answer, part, there if answer.status == _PARTIAL else 0, file, on_progress)
    except HTTPError as error:
        error.close()
        if error.code in _REDIRECTS:
            raise WeightsError(
                f"{url} redirects in a circle, or to what is no web address ({error.code}): pull from a mirror"
            ) from error
        if error.code != _RANGE_NOT_SATISFIABLE:  # that one: all of it is there already, the hash will tell
            raise WeightsError(f"{url} answered {error.code} {error.reason}: try later, or from a mirror") from error
    except URLError as error:
        host = urlsplit(url).hostname
        raise WeightsError(
            f"{host} cannot be reached ({error.reason}): check the network, or copy {file.name} into {part.parent}"
        ) from error
    except (InvalidURL, ValueError) as error:
        raise WeightsError(f"{url} redirects to what is no web address ({error}): pull from a mirror") from error
    except (HTTPException, ConnectionError, TimeoutError) as error:
        raise WeightsError(f"the download of {file.name} broke off: pull again, and it goes on from there") from error


def _save(answer: HTTPResponse, part: Path, there: int, file: WeightsFile, on_progress: OnProgress | None) -> None:
    coming = answer.headers.get("Content-Length")
    if coming and not coming.isdecimal():
        raise WeightsError(f"{answer.url} states a length that is no number ({coming[:20]!r}): pull from a mirror")
    total = there + int(coming) if coming else file.size
    with part.open("r+b" if there else "wb") as saved:
        saved.seek(there)
        while chunk := answer.read(_CHUNK_BYTES):
            saved.write(chunk)
            there += len(chunk)
            if on_progress:
                on_progress(file.name, there, total)
    if total is not None and there < total:
        raise ConnectionError(f"{there} of {total} bytes came")


def _disk_error(error: OSError, folder: Path) -> WeightsError:
    if error.errno == errno.ENOSPC:
        return WeightsError(
            f"the disk that holds {folder} is full: free some space and pull again, it goes on from there"
        )
    return WeightsError(
        f"{folder} cannot be written ({error.strerror}): set XDG_DATA_HOME to a folder that can, or mend its rights"
    )
