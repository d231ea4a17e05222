"""The seal, each layer alone and together, against leaks in Python and in C++."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from waywarden.run.sealing.seal import Seal

REPO = Path(__file__).resolve().parents[2]
SEALS = {
    "Landlock alone": ["landlock"],
    "rlimits alone": ["rlimits"],
    "both": ["landlock", "rlimits"],
    "all three": ["landlock", "rlimits", "call_filter"],
}


def environment(**more: str) -> dict[str, str]:
    path = os.pathsep.join([str(REPO / "src"), str(REPO / "tests" / "house")])
    return {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", **more}


def sealed_python(code: str, *, seal: str = "seal()", before: str = "", **more: str) -> str:
    """Run ``code`` in a process that seals itself first; return what it printed (to a pipe)."""
    program = f"{before}\nfrom waywarden.run.sealing.seal import seal\nsealed = {seal}\n{textwrap.dedent(code)}"
    command = [sys.executable, "-P", "-c", program]
    done = subprocess.run(command, env=environment(**more), capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "there.txt").write_text("there")
    return tmp_path


def leak(folder: Path, layers: list[str]) -> str:
    command = [sys.executable, "-P", str(REPO / "tests" / "house" / "leaky.py"), *layers]
    done = subprocess.run(command, env=environment(LEAK_INTO=str(folder)), capture_output=True, text=True, check=False)
    assert "leaked in" in done.stdout, done.stderr
    return done.stdout


def leaked_bytes(folder: Path) -> dict[str, int]:
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    sizes["there.txt"] -= len("there")
    return {name: size for name, size in sizes.items() if size}


def test_unsealed_every_leak_succeeds(folder: Path) -> None:
    leak(folder, [])
    assert set(leaked_bytes(folder)) == {
        "open.raw",
        "save.npy",
        "pathlib.raw",
        "descriptor.raw",
        "there.txt",
        "imwrite.png",
        "encoder.mkv",
        "child.raw",
    }


@pytest.mark.parametrize("layers", SEALS.values(), ids=SEALS.keys())
def test_sealed_not_a_byte_leaks(folder: Path, layers: list[str]) -> None:
    leak(folder, layers)
    assert leaked_bytes(folder) == {}
    if "landlock" in layers:
        assert [path.name for path in folder.iterdir()] == ["there.txt"]


def test_landlock_holds_for_root_and_for_the_file_system_as_a_whole(folder: Path) -> None:
    tries = {
        "remove": "os.remove(f'{d}/there.txt')",
        "cut short": "os.truncate(f'{d}/there.txt', 0)",
        "overwrite": "open(f'{d}/there.txt', 'r+b')",
        "rename": "os.rename(f'{d}/there.txt', f'{d}/other')",
        "link": "os.link(f'{d}/there.txt', f'{d}/other')",
        "symlink": "os.symlink(f'{d}/there.txt', f'{d}/other')",
        "mkdir": "os.mkdir(f'{d}/other')",
        "mkfifo": "os.mkfifo(f'{d}/other')",
        "unix socket": "socket.socket(socket.AF_UNIX).bind(f'{d}/other')",
        "shared memory": "open('/dev/shm/waywarden-test', 'wb')",
        "terminal": "open('/dev/null', 'wb')",
        "program": "os.execv('/bin/sh', ['sh', '-c', f'echo pixels > {d}/other'])",
        "mount": "libc.mount(b'none', d.encode(), b'tmpfs', 0, None) == 0 or sys.exit",
    }
    code = ["import os, socket, sys, ctypes", f"d = {str(folder)!r}", "libc = ctypes.CDLL(None)"]
    for name, attempt in tries.items():
        if name == "mount":
            code.append(
                f"print('mount', 'DONE' if libc.mount(b'n', {str(folder).encode()!r}, b'tmpfs', 0, 0) == 0 else 'no')"
            )
        else:
            code += [
                "try:",
                f"    {attempt}",
                f"    print({name!r}, 'DONE')",
                "except OSError as e:",
                f"    print({name!r}, 'no')",
            ]
    printed = sealed_python("\n".join(code), seal="seal(rlimits=False, call_filter=False)")
    assert printed.splitlines() == [f"{name} no" for name in tries], printed
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("there.txt", "there")]


def test_reading_stays_free(folder: Path) -> None:
    assert sealed_python(f"print(open({str(folder / 'there.txt')!r}).read())").strip() == "there"


@pytest.mark.parametrize("layers", ["seal(rlimits=False)", "seal(landlock=False)"])
def test_forked_children_and_later_threads_inherit_the_seal(folder: Path, layers: str) -> None:
    printed = sealed_python(
        f"""
        import os, threading
        def write(name):
            try:
                with open({str(folder)!r} + "/" + name, "wb") as file:
                    file.write(b"pixels")
                print(name, "wrote", flush=True)
            except OSError:
                print(name, "refused", flush=True)
        thread = threading.Thread(target=write, args=("thread",))
        thread.start(); thread.join()
        if os.fork() == 0:
            write("child")
            os._exit(0)
        os.wait()
        """,
        seal=layers,
    )
    assert printed.splitlines() == ["thread refused", "child refused"]
    assert leaked_bytes(folder) == {}


def test_a_program_that_is_started_inherits_the_rlimits(folder: Path) -> None:
    """Under Landlock no program can be started at all; see above."""
    target = folder / "there.txt"
    sealed_python(
        f"import os; os.execv('/bin/sh', ['sh', '-c', 'echo pixels >> {target}'])",
        seal="seal(landlock=False, call_filter=False)",
    )
    assert target.read_text() == "there"


def test_only_the_capability_sys_resource_raises_rlimits_again(folder: Path) -> None:
    """The reason why rlimits are the second layer: where root has it, this states a weakness, not a wish."""
    status = Path("/proc/self/status").read_text()
    effective = int(next(line for line in status.splitlines() if line.startswith("CapEff")).split()[1], 16)
    raise_and_write = f"""
        import resource
        infinity = resource.RLIM_INFINITY
        resource.setrlimit(resource.RLIMIT_FSIZE, (infinity, infinity))
        open({str(folder / "there.txt")!r}, "wb").write(b"pixels")
        """
    sealed_python(raise_and_write, seal="seal(call_filter=False)")
    assert (folder / "there.txt").read_text() == "there"
    sealed_python(raise_and_write, seal="seal(landlock=False, call_filter=False)")
    assert (folder / "there.txt").read_text() == ("pixels" if effective >> 24 & 1 else "there")


CONNECT = """
import socket
for port in ({ours}, {other}):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        print("connected")
    except OSError as error:
        print(type(error).__name__)
"""


@pytest.mark.parametrize("filtered", [True, False])
def test_a_connection_to_the_cameras_own_port_alone(filtered: bool) -> None:  # noqa: FBT001
    with socket.create_server(("127.0.0.1", 0)) as camera, socket.create_server(("127.0.0.1", 0)) as other:
        ours, others = camera.getsockname()[1], other.getsockname()[1]
        code = CONNECT.format(ours=ours, other=others)
        assert sealed_python(code, seal=f"seal(ports=[{ours}], call_filter={filtered})").split() == [
            "connected",
            "PermissionError",
        ]
        assert sealed_python(code, seal=f"seal(call_filter={filtered})").split() == ["PermissionError"] * 2
        unsealed = "Seal(None, False, False)"
        assert (
            sealed_python(code, seal=unsealed, before="from waywarden.run.sealing.seal import Seal").split()
            == ["connected"] * 2
        )


def test_no_listening_even_on_the_cameras_port() -> None:
    code = "import socket; socket.create_server(('127.0.0.1', 0))"
    assert "PermissionError" in sealed_python(code, seal="seal(ports=[554])")


@pytest.mark.parametrize("family", ["AF_UNIX", "AF_NETLINK", "AF_PACKET"])
def test_the_filter_refuses_other_sockets_where_the_source_is_a_camera(family: str) -> None:
    code = f"import socket; socket.socket(socket.{family}, socket.SOCK_DGRAM)"
    assert "PermissionError" in sealed_python(code, seal="seal(ports=[554])")


@pytest.mark.parametrize(
    "kind",
    [
        "SOCK_STREAM, 262",  # Multipath TCP, of whose ports Landlock knows nothing
        "SOCK_STREAM | socket.SOCK_CLOEXEC, 262",
        "SOCK_DGRAM, 136",  # UDP-Lite
        "SOCK_RAW, 253",
        "SOCK_SEQPACKET, 0",
    ],
)
def test_the_filter_refuses_all_but_tcp_and_udp(kind: str) -> None:
    code = f"import socket; socket.socket(socket.AF_INET, socket.{kind})"
    assert "PermissionError" in sealed_python(code, seal="seal(ports=[554])")


def test_tcp_and_udp_stay_open_to_a_camera() -> None:
    code = """
        import socket
        for family in (socket.AF_INET, socket.AF_INET6):
            for kind, protocol in ((socket.SOCK_STREAM, 6), (socket.SOCK_DGRAM, 17)):
                socket.socket(family, kind).close()
                socket.socket(family, kind | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, protocol).close()
        print(socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"name", ("127.0.0.1", 9)))
        """
    assert sealed_python(code, seal="seal(ports=[554])").split() == ["4"]


def test_the_filter_refuses_to_listen_without_binding() -> None:
    """Landlock refuses ``bind``; without it ``listen`` takes a free port."""
    code = "import socket; socket.socket().listen(1)"
    assert "PermissionError" in sealed_python(code, seal="seal(ports=[554])")
    assert sealed_python(code, seal="seal(ports=[554], call_filter=False)") == ""


@pytest.mark.parametrize(
    "send", ["sendto(b'pixels', 0x20000000, camera)", "sendmsg([b'pixels'], [], 0x20000000, camera)"]
)
def test_the_filter_refuses_to_connect_by_sending(send: str) -> None:
    """TCP Fast Open (``MSG_FASTOPEN``) connects without ``connect``, which is what Landlock looks at."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        code = f"import socket; camera = {other.getsockname()}; print(socket.socket().{send})"
        assert "PermissionError" in sealed_python(code, seal="seal(ports=[554], landlock=False)")
        assert sealed_python(code, seal="seal(landlock=False, call_filter=False)").strip() == "6"


KEYS = {"x86_64": (248, 249, 250), "aarch64": (217, 218, 219)}


@pytest.mark.parametrize(("sealed", "said"), [("seal()", "-1 13"), ("seal(call_filter=False)", "")])
def test_the_filter_refuses_the_kernels_keyrings(sealed: str, said: str) -> None:
    """What is stored there with ``add_key``, 20,000 bytes a key, any other process of the user may read."""
    add, request, control = KEYS[platform.machine()]
    code = f"""
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        own = ctypes.c_int(-2)  # the process's own keyring, which goes with it
        print(libc.syscall({add}, b"user", b"frame", b"P", ctypes.c_size_t(1), own), ctypes.get_errno())
        print(libc.syscall({request}, b"user", b"frame", None, own), ctypes.get_errno())
        print(libc.syscall({control}, 0, own, 1), ctypes.get_errno())
        """
    printed = sealed_python(code, seal=sealed).splitlines()
    assert len(printed) == 3
    if said:
        assert printed == [said] * 3
    else:
        assert "-1 13" not in printed


def test_the_filter_refuses_what_landlock_leaves_open(folder: Path) -> None:
    code = f"""
        import ctypes, os, socket
        libc = ctypes.CDLL(None, use_errno=True)
        try:
            os.setxattr({str(folder / "there.txt")!r}, "user.pixels", b"pixels")
            print("setxattr DONE")
        except OSError as error:
            print("setxattr", error.errno)
        print("shmget", libc.shmget(0, 4096, 0o1600))
        print("io_uring", libc.syscall(425, 8, ctypes.create_string_buffer(120)))
        try:
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            print("udp DONE")
        except OSError:
            print("udp no")
        """
    assert sealed_python(code).splitlines() == ["setxattr 13", "shmget -1", "io_uring -1", "udp no"]


def test_a_second_thread_is_not_left_outside() -> None:
    before = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
    printed = sealed_python("print('sealed')", before=before)
    assert "SealError: sealing wants a process with one thread, this has 2" in printed


def test_a_crash_leaves_no_core() -> None:
    dumpable = "ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)"
    code = f"import ctypes, resource; print(resource.getrlimit(resource.RLIMIT_CORE), {dumpable})"
    assert sealed_python(code, seal="seal(landlock=False)").strip() == "(0, 0) 0"


def test_it_says_which_layers_hold() -> None:
    both = sealed_python("print(sealed.describe())")
    assert both.startswith("pictures are sealed in by Landlock (ABI ")
    assert "no file written, no connection), rlimits (no file may grow, no core dump)" in both
    assert both.count("\n") == 1
    alone = sealed_python("print(sealed.describe())", seal="seal(landlock=False, call_filter=False)")
    assert alone.strip() == (
        "pictures are sealed in by rlimits (no file may grow, no core dump); "
        "NOT by Landlock, which this kernel does not have (empty files can be created, files removed)"
    )


def test_it_says_what_an_old_kernel_cannot() -> None:
    assert "no file written, no connection but to port 554" in Seal(4, True, False, (554,)).describe()
    assert "no file written)" in Seal(3, True, False).describe()
    assert "one can be cut short" in Seal(2, True, False).describe()


def test_nothing_left_to_seal_with_is_an_error() -> None:
    assert "SealError: nothing seals" in sealed_python("", seal="seal(landlock=False, rlimits=False)")


LISTEN = """
seen = []
def hook(name, args):
    if name in {{"socket.connect", "socket.getaddrinfo", "os.mkdir"}}:
        seen.append(name)
    if name == "open" and isinstance(args[2], int) and args[2] & 3 and "__pycache__" not in str(args[0]):
        seen.append(args[0])
import sys, threading
sys.addaudithook(hook)
{imports}
print(threading.active_count(), seen)
"""


def test_the_inference_runtime_opens_no_connection_and_writes_nothing(tmp_path: Path) -> None:
    """``import openvino`` by itself reports to its maker and writes into the home folder; ours does neither."""
    ours = LISTEN.format(imports="from waywarden.sight.networks.runtime import ov; ov.Core()")
    assert sealed_python(ours, seal="None", HOME=str(tmp_path), CI="").strip() == "1 []"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("first", ["", "import openvino"], ids=["ours first", "openvino first"])
def test_the_converter_of_networks_is_imported_by_who_asks_for_it_alone(first: str) -> None:
    code = f"""
    {first}
    import sys
    before = "openvino.tools.ovc" in sys.modules
    from waywarden.sight.networks.runtime import ov
    print(before, "openvino.tools.ovc" in sys.modules, "convert_model" in vars(ov))
    from openvino.tools.ovc import convert_model
    print(callable(convert_model), any(name.startswith("openvino_telemetry.") for name in sys.modules))
    """
    there = bool(first)
    assert sealed_python(code, seal="None").splitlines() == [f"{there} {there} {there}", "True False"]


def test_telemetry_would_be_noticed(tmp_path: Path) -> None:
    """The control of the test above: with a telemetry package in place, plain ``import openvino`` calls it."""
    package = tmp_path / "openvino_telemetry"
    (package / "backend").mkdir(parents=True)
    (package / "backend" / "__init__.py").write_text("")
    (package / "backend" / "backend_ga4.py").write_text("")
    (package / "__init__.py").write_text(
        "import os\nclass Telemetry:\n    def __init__(self, *a, **k):\n        os.mkdir('ga')\n"
        "    def __getattr__(self, name):\n        return lambda *a, **k: None\n"
    )
    imports = f"sys.path.insert(0, {str(tmp_path)!r})\nimport openvino"
    assert "os.mkdir" in sealed_python(LISTEN.format(imports=imports), HOME=str(tmp_path), CI="")


def test_the_inference_runtime_and_the_decoder_work_when_sealed(shared: Path) -> None:
    weights = shared / "weights" / "person-vehicle-bike-detection-crossroad-1016.xml"
    clip = min((shared / "data" / "tfl").glob("*.mp4"))
    printed = sealed_python(
        f"""
        compiled = ov.Core().compile_model({str(weights)!r}, "CPU", {{"INFERENCE_NUM_THREADS": 2}})
        print(next(iter(compiled(np.zeros((1, 3, 512, 512), np.float32)).values())).shape)
        with av.open({str(clip)!r}) as video:
            video.streams.video[0].thread_type = "AUTO"
            print(sum(1 for _ in video.decode(video=0)) > 200)
        """,
        before="import numpy as np, av\nfrom waywarden.sight.networks.runtime import ov",
    )
    assert printed.splitlines() == ["(1, 1, 200, 7)", "True"]
