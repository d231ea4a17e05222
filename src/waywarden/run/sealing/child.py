"""A sealed child process: its start, its pipes, its last words, its end. What it does is ``inside`` or ``several``."""

from __future__ import annotations

import contextlib
import os
import pickle  # noqa: TID251 - the job goes in this way, from us to our child; nothing comes out
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import IO, BinaryIO, Self, cast

from waywarden.run.sealing.seal import Seal
from waywarden.run.sealing.wire import clipped
from waywarden.terms.errors import SealError

MOST_LAST_WORDS = 20
_LONGEST_LINE_BYTES = 1000
_GRACE_S = 5.0
CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS})
"""What ends a process by its own fault; SIGKILL is somebody else's doing."""

OnSeal = Callable[[Seal], None]


@dataclass(frozen=True, slots=True)
class Handle:
    """Who looks at a camera: a process and, where others are watched in it too, the thread; and how to end and ask it.

    ``kill`` ends the process. ``look_more`` asks for more frequent looks, or with False for fewer. Both may be called
    from any thread, and do nothing once it is gone.
    """

    pid: int
    thread: int | None
    kill: Callable[[], None]
    look_more: Callable[[bool], None]


OnProcess = Callable[[Handle], None]
"""Is told who looks, once that is known."""


class Child:
    """The child process, its pipes and its last words; ``with`` it.

    Parameters
    ----------
    program : str
        The module that it runs; its one argument is the number of the pipe to write messages to.
    whose : str
        For its errors: "camera a".
    job : object
        What it is told first, by stdin, pickled.
    """

    def __init__(self, program: str, whose: str, job: object) -> None:
        self._program, self._whose, self._job = program, whose, job
        self._last_words: deque[str] = deque(maxlen=MOST_LAST_WORDS)
        self._telling = threading.Lock()

    def __enter__(self) -> Self:
        ours, theirs = os.pipe()
        self.wire: BinaryIO = os.fdopen(ours, "rb")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
                [sys.executable, "-P", "-m", self._program, str(theirs)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs,),
                env=_environment(),
                process_group=0,  # a Ctrl-C is for us; we end the child
            )
        except BaseException:
            self.wire.close()
            raise
        finally:
            os.close(theirs)
        self._stdin = cast("IO[bytes]", self._process.stdin)
        self._stdout = cast("IO[bytes]", self._process.stdout)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.tell(self._job)  # if it died at once, death says how
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self.wire.close()
        with contextlib.suppress(BrokenPipeError):
            self._stdin.close()
        self._listener.join()

    @property
    def pid(self) -> int:
        """The child's number."""
        return self._process.pid

    def kill(self) -> None:
        """End it; nothing where it is gone."""
        self._process.kill()

    def tell(self, order: object) -> None:
        """Send an order by stdin, pickled; nothing where it is gone."""
        with self._telling, contextlib.suppress(OSError, ValueError):  # gone, or our end closed
            pickle.dump(order, self._stdin)
            self._stdin.flush()

    def death(self) -> SealError:
        """Wait until it is dead, and return how it died, as an error."""
        code = self._ended()
        words = next((line for line in reversed(self._last_words) if line), "it said nothing")
        return SealError(f"the sealed process of {self._whose} {_manner(code)}: {words}")

    @property
    def crashed(self) -> bool:
        """Whether it is dead by its own fault."""
        code = self._process.poll()
        return code is not None and (code > 0 or -code in CRASHES)

    def _ended(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_S)
        code = self._process.poll()
        self._process.kill()
        self._listener.join(_GRACE_S)
        return code

    def _listen(self) -> None:
        """Keep the last few lines that the child prints, each short: nobody gets a picture out by printing it."""
        with self._stdout as printed:
            while line := printed.readline(_LONGEST_LINE_BYTES):
                self._last_words.append(clipped(line.decode("utf-8", "replace")))


def _manner(code: int | None) -> str:
    if code is None:
        return "fell silent"
    if code >= 0:
        return f"ended early with code {code}"
    name = signal.Signals(-code).name
    return f"was ended by {name}" + (" (was there too little memory?)" if name == "SIGKILL" else "")


def _environment() -> dict[str, str]:
    """Return the child's environment: it imports from where we do, and numpy starts no threads before the seal.

    Two arenas of memory, not one for each thread: with sixteen cameras in a process that is what keeps it small.
    """
    path = os.pathsep.join(folder for folder in sys.path if folder)
    one = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    return {**os.environ, "PYTHONPATH": path, **one}
