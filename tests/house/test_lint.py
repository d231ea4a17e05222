"""The fifth lock: lint. What hides from the import contracts, and what would write a picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from house.hidden import all_hidden
from house.planting import copy_of_the_tree, plant, ruff_says

RUFF: list[tuple[str, str, str]] = [
    ("a module imported by its name as a text", "import importlib\n\nx = importlib.import_module('av')", "TID251"),
    ("the same, renamed", "from importlib import import_module as load\n\nx = load('av')", "TID251"),
    ("a loader", "import importlib.util\n\nx = importlib.util.find_spec('av')", "TID251"),
    ("pkgutil", "import pkgutil\n\nx = pkgutil.resolve_name('waywarden.sight')", "TID251"),
    ("runpy", "import runpy\n\nx = runpy.run_module('waywarden.sight')", "TID251"),
    ("exec", "exec('import av')", "S102"),
    ("eval", "x = eval('1')", "S307"),
    ("pickle", "import pickle\n\nx = pickle.dumps(1)", "TID251"),
    ("OpenCV writes a picture", "import cv2\n\ncv2.imwrite('x.png', 0)", "TID251"),
    ("OpenCV writes a video", "import cv2\n\nx = cv2.VideoWriter('x.mp4', 0, 25.0, (1, 1))", "TID251"),
    ("imageio writes", "import imageio\n\nimageio.imwrite('x.png', 0)", "TID251"),
    ("PIL writes", "from PIL import Image\n\nImage.Image.save(0, 'x.png')", "TID251"),
    ("numpy writes", "import numpy as np\n\nnp.save('x.npy', 0)", "TID251"),
    ("numpy writes, renamed", "from numpy import savez as keep\n\nkeep('x.npz', 0)", "TID251"),
    ("numpy maps a file", "import numpy as np\n\nx = np.memmap('x.bin')", "TID251"),
    ("a file opened in a pure room", "x = open('x.txt')", "PTH123"),
    ("a relative import", "from .frame import Frame", "TID252"),
    ("an import for all", "from waywarden.sight.frame import *", "F403"),
    ("a clock without a zone", "import datetime\n\nx = datetime.datetime.now()", "DTZ005"),
    ("a swallowed error", "try:\n    x = 1\nexcept Exception:\n    pass", "BLE001"),
    ("a note for later", "x = 1  # TO" + "DO: mend", "FIX002"),
]


@pytest.mark.parametrize(("text", "code"), [row[1:] for row in RUFF], ids=[row[0] for row in RUFF])
def test_ruff_catches(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "src" / "waywarden" / "sight" / "planted.py"
    path.parent.mkdir(parents=True)
    path.write_text(f'"""Planted."""\n\n{text}\n', "utf-8")
    assert code in ruff_says(path)


def test_ruff_leaves_a_harmless_module_alone(tmp_path: Path) -> None:
    path = tmp_path / "src" / "waywarden" / "sight" / "planted.py"
    path.parent.mkdir(parents=True)
    (path.parent / "__init__.py").write_text("", "utf-8")
    path.write_text('"""Planted."""\n\nimport numpy as np\n\nZERO = np.zeros(1, dtype=np.uint8)\n', "utf-8")
    assert ruff_says(path) == set()


HIDDEN: list[tuple[str, str, str, str]] = [
    (
        "PIL saves by a method",
        "sight/planted.py",
        "def leak(picture):\n    picture.save('x.png')\n",
        "picture.save writes",
    ),
    ("an array saves itself", "sight/planted.py", "def leak(array):\n    array.tofile('x')\n", "array.tofile writes"),
    ("a path writes bytes", "sight/planted.py", "def leak(p, b):\n    p.write_bytes(b)\n", "p.write_bytes writes"),
    ("a container is muxed", "sight/planted.py", "def leak(out, p):\n    out.mux(p)\n", "out.mux writes"),
    (
        "a picture is encoded before it was redacted",
        "sight/planted.py",
        "import av\ndef leak():\n    return av.CodecContext.create('mjpeg', 'w')\n",
        "encoded by the redactor alone",
    ),
    (
        "a film is encoded by a job",
        "run/planted.py",
        "def leak(film):\n    return film.add_stream('mpeg4')\n",
        "encoded by the redactor alone",
    ),
    (
        "a clock in traffic",
        "traffic/planted.py",
        "import datetime as dt\nNOW = dt.datetime.now(dt.UTC)",
        "in a pure room",
    ),
    ("chance in geo", "geo/planted.py", "import numpy as np\nX = np.random.default_rng()", "in a pure room"),
    ("a file in exchange", "exchange/planted.py", "def leak():\n    return open('x')\n", "bytes in, bytes out"),
    ("an import by name", "web/planted.py", "X = __import__('waywarden.sight')", "the contracts cannot see"),
    ("an import by the loader", "web/planted.py", "X = __loader__.load_module('os')", "the contracts cannot see"),
    ("modules taken from the table", "web/planted.py", "import sys\nX = sys.modules['av']", "round the contracts"),
    ("a forged key", "web/planted.py", "from waywarden.terms.redaction_key import REDACTION_KEY", "the key of the"),
    ("a borrowed key", "run/planted.py", "from waywarden.terms import redaction_key", "the key of the"),
]


def test_nothing_is_hidden_in_the_tree_as_it_is() -> None:
    assert all_hidden() == []


@pytest.mark.parametrize(("name", "text", "said"), [row[1:] for row in HIDDEN], ids=[row[0] for row in HIDDEN])
def test_what_is_hidden_is_found(tmp_path: Path, name: str, text: str, said: str) -> None:
    source = copy_of_the_tree(tmp_path)
    plant(source, {name: text})
    faults = all_hidden(source)
    assert len(faults) == 1
    assert said in faults[0]


def test_asking_for_chance_is_not_making_it(tmp_path: Path) -> None:
    source = copy_of_the_tree(tmp_path)
    plant(source, {"traffic/planted.py": "import numpy as np\ndef walk(rng: np.random.Generator) -> None: ...\n"})
    assert all_hidden(source) == []
