from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from waywarden.run.serve import listen, serve, site_address
from waywarden.terms.errors import ServeError
from waywarden.terms.places import Camera, City
from waywarden.web.drawing import Drawing

CITY = City("X", "UTC", (Camera("a", "A", ()),), {"car": "car"})
SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.web.made_up import MemoryStore, made_up_city
from waywarden.run.serve import serve
serve(made_up_city(), MemoryStore(), address=("127.0.0.1", 0), ready=lambda site: print(site, flush=True))
print("stopped", flush=True)
"""


def test_a_port_in_use_is_one_sentence_that_names_it(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"^port {port} on 127.0.0.1 is in use: .*--port$"):
            serve(CITY, None, address=("127.0.0.1", port))  # type: ignore[arg-type]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("host", "port", "said"),
    [
        ("192.0.2.1", 0, "no such address"),
        ("not a host", 0, "no such address"),
        ("127.0.0.1", 70000, "there is no port 70000"),
        ("127.0.0.1", -1, "there is no port -1"),
    ],
)
def test_an_address_that_cannot_be_had_is_one_sentence(host: str, port: int, said: str) -> None:
    with pytest.raises(ServeError, match=said) as error:
        listen(host, port)
    assert "\n" not in str(error.value)


def test_the_drawing_page_is_never_served_to_others() -> None:
    drawing = Drawing("t", lambda _: b"", lambda _: CITY.cameras[0], lambda *_: None, lambda _: (1, 1))
    with pytest.raises(ServeError, match="this machine alone"):
        serve(CITY, None, address=("0.0.0.0", 0), local=drawing)  # type: ignore[arg-type]


def test_addresses_are_written_as_browsers_want_them() -> None:
    assert site_address("::1", 80) == "http://[::1]:80/"
    assert site_address("0.0.0.0", 80) == "http://127.0.0.1:80/"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(stop: signal.Signals) -> None:
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-c", SCRIPT, str(root)], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        site = running.stdout.readline().strip()
        for _ in range(50):
            try:
                with urlopen(site + "api/v1/health") as answer:
                    assert answer.status == 200
                break
            except ConnectionError:
                time.sleep(0.1)
        running.send_signal(stop)
        said = running.stdout.read()
        assert running.wait(20) == 0
    assert said == "stopped\n"
