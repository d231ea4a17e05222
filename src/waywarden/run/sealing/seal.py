"""The seal: a process asks the kernel to forbid it, for good, to write files, start programs and open connections.

Three layers, each of which holds alone, and none of which the sealed process can lift (root can raise an rlimit
again, which is why it is the second layer and not the first):

1. **Landlock** (Linux 5.13 and later): no file or folder may be written, created, cut short, removed, renamed or
   linked anywhere, no program may be started; from ABI 4 no TCP connection but to the camera's own port, from ABI 6 no
   abstract unix socket and no signal to other processes. It holds for root and for C++ alike.
2. **rlimits**: ``RLIMIT_FSIZE`` and ``RLIMIT_CORE`` 0, and the process is marked not dumpable, because a core
   dump that is piped to a crash reporter ignores ``RLIMIT_CORE``.
3. **A system-call filter** (seccomp; x86-64 and aarch64): what Landlock leaves open, namely extended attributes,
   System V shared memory, message queues, the kernel's keyrings (another process can read them later), ``io_uring``
   and ``ptrace``; no socket at all where the source is a file, and only TCP and UDP over IPv4 and IPv6 where it is a
   network camera: Landlock knows the ports of TCP alone, not those of Multipath TCP. Nobody is listened to, because
   without ``bind``, which Landlock refuses, ``listen`` takes a free port; and nothing is sent with TCP Fast Open,
   which connects past Landlock.

Landlock binds the thread that asks and those that it starts later, so ``seal`` refuses to run where there is already a
second thread: seal first, then start the inference runtime and the decoder.

What is not covered: with a network camera, UDP stays open (names are looked up with it, and RTP may come by it); a
file's mode and times can be changed, not its bytes. What a sealed process sends up its pipe is ``wire``'s business.

Sources: Linux kernel documentation, ``userspace-api/landlock`` and ``userspace-api/seccomp_filter``; core(5).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from waywarden.terms.errors import SealError

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_ABI = 1
_RULE_NET_PORT = 2

# Access rights as linux/landlock.h numbers them. Reading files (bit 2) and folders (bit 3) is left out: it stays free.
_FILES = 0b1_1111_1111_0011
_FILES_SINCE: Mapping[int, int] = MappingProxyType({2: 1 << 13, 3: 1 << 14, 5: 1 << 15})  # refer, truncate, ioctl_dev
_TCP_BIND, _TCP_CONNECT = 1, 2
_SCOPES = 0b11  # abstract unix sockets, signals

_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 4, 38, 22
_SECCOMP_MODE_FILTER = 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
_X32_CALLS = 0x40000000


@dataclass(frozen=True, slots=True)
class _Machine:
    """What the filter needs to know of a processor: its audit number, and the numbers of the calls to refuse."""

    audit: int
    socket: int
    sends: tuple[int, ...]
    refused: tuple[int, ...]


# Sends: sendto, sendmsg, sendmmsg, as _FLAGS_AT has them. Refused: setxattr, lsetxattr, fsetxattr, setxattrat; shmget,
# msgget, mq_open; add_key, request_key, keyctl; listen, accept, accept4; ptrace, process_vm_writev, io_uring_setup.
_MACHINES: Mapping[str, _Machine] = MappingProxyType(
    {
        "x86_64": _Machine(
            0xC000003E,
            41,
            (44, 46, 307),
            (188, 189, 190, 463, 29, 68, 240, 248, 249, 250, 50, 43, 288, 101, 311, 425),
        ),
        "aarch64": _Machine(
            0xC00000B7,
            198,
            (206, 211, 269),
            (5, 6, 7, 463, 194, 186, 180, 217, 218, 219, 201, 202, 242, 117, 271, 425),
        ),
    }
)

# Classic BPF: the codes of its instructions, and where struct seccomp_data holds what (the low words of arguments).
_LOAD, _AND, _EQUAL, _AT_LEAST, _ANY_BIT, _ANSWER = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCH_AT, _FAMILY_AT, _TYPE_AT, _PROTOCOL_AT = 0, 4, 16, 24, 32
_FLAGS_AT = (40, 32, 40)
_TYPE_BITS = 0xF  # above them: not to block, to close on exec
_Step = tuple[int, int, int, int]
_REFUSED: _Step = (_ANSWER, 0, 0, _REFUSE)
_ALLOWED: _Step = (_ANSWER, 0, 0, _ALLOW)


@dataclass(frozen=True, slots=True)
class Seal:
    """Which layers hold. ``landlock_abi`` is None where the kernel has no Landlock; ``ports`` are the camera's own."""

    landlock_abi: int | None
    rlimits: bool
    call_filter: bool
    ports: tuple[int, ...] = ()

    def describe(self) -> str:
        """Return the one line that the command line prints at start."""
        held = []
        if self.landlock_abi is not None:
            held.append(f"Landlock (ABI {self.landlock_abi}: {self._landlock_forbids()})")
        if self.rlimits:
            held.append("rlimits (no file may grow, no core dump)")
        if self.call_filter:
            held.append("a system-call filter (" + ("IP sockets only)" if self.ports else "no sockets)"))
        line = "pictures are sealed in by " + _listed(held)
        if self.landlock_abi is None:
            line += "; NOT by Landlock, which this kernel does not have (empty files can be created, files removed)"
        return line

    def _landlock_forbids(self) -> str:
        abi = self.landlock_abi or 0
        files = "no file written" if abi >= 3 else "no file written, but one can be cut short"
        if abi < 4:
            return files
        allowed = " but to port " + " or ".join(map(str, self.ports)) if self.ports else ""
        return f"{files}, no connection{allowed}"


def seal(*, ports: Sequence[int] = (), landlock: bool = True, rlimits: bool = True, call_filter: bool = True) -> Seal:
    """Seal the calling process and everything that it starts, for good, and say which layers hold.

    Parameters
    ----------
    ports : sequence of int
        TCP ports to which connections stay allowed: those of the network camera; empty for a recording.
    landlock, rlimits, call_filter : bool
        False leaves that layer out, as on a kernel that lacks it; for tests.

    Raises
    ------
    SealError
        If the process has a second thread, if the kernel refuses a layer that it has, or if neither Landlock nor
        rlimits hold.
    """
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise SealError(f"sealing wants a process with one thread, this has {threads}: seal before any pool is started")
    libc = ctypes.CDLL(None, use_errno=True)
    if rlimits:
        _limit(libc)
    abi = _landlock(libc, ports) if landlock else None
    filtered = call_filter and _filter_calls(libc, bool(ports))
    if abi is None and not rlimits:
        raise SealError("nothing seals this process: neither Landlock nor rlimits hold; use a kernel that has Landlock")
    return Seal(abi, rlimits, filtered, tuple(ports))


def _limit(libc: ctypes.CDLL) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _must(libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "mark the process not dumpable")


def _landlock(libc: ctypes.CDLL, ports: Sequence[int]) -> int | None:
    """Apply Landlock as far as the kernel's ABI goes; return that ABI, or None where there is no Landlock."""
    abi = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_ABI))
    if abi < 1:
        return None
    files = _FILES | sum(right for since, right in _FILES_SINCE.items() if abi >= since)
    # struct landlock_ruleset_attr grew with the ABI: files; TCP from 4; scopes from 6.
    rights = [files] + [_TCP_BIND | _TCP_CONNECT] * (abi >= 4) + [_SCOPES] * (abi >= 6)
    attributes = struct.pack(f"={len(rights)}Q", *rights)
    rules = _must(libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0), "make Landlock rules")
    try:
        for port in ports if abi >= 4 else ():
            rule = struct.pack("=QQ", _TCP_CONNECT, port)
            _must(libc.syscall(_ADD_RULE, rules, _RULE_NET_PORT, rule, 0), f"allow port {port}")
        _must(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "give up new privileges")
        _must(libc.syscall(_RESTRICT_SELF, rules, 0), "apply Landlock")
    finally:
        os.close(rules)
    return int(abi)


def _filter_calls(libc: ctypes.CDLL, network: bool) -> bool:  # noqa: FBT001
    """Apply the system-call filter; False where this processor or kernel has none."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    program = _program(machine, network)
    _must(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "give up new privileges")
    filter_bytes = ctypes.create_string_buffer(program)
    # struct sock_fprog: a 16-bit length, padding to a pointer's alignment, the pointer.
    fprog = struct.pack("@HP", len(program) // 8, ctypes.addressof(filter_bytes))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, fprog, 0, 0) == 0)


def _program(machine: _Machine, network: bool) -> bytes:  # noqa: FBT001
    """Return classic BPF: each instruction is (code, jump if true, jump if false, constant)."""
    steps: list[_Step] = [
        (_LOAD, 0, 0, _ARCH_AT),  # a call of another architecture has other numbers
        (_EQUAL, 1, 0, machine.audit),
        _REFUSED,
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _X32_CALLS),
        _REFUSED,
    ]
    for number in machine.refused if network else (*machine.refused, machine.socket):
        steps += [(_EQUAL, 0, 1, number), _REFUSED]
    if network:
        family, kind = (socket.AF_INET, socket.AF_INET6), (socket.SOCK_STREAM, socket.SOCK_DGRAM)
        steps += _where(
            machine.socket,
            [
                *_one_of(family, (_LOAD, 0, 0, _FAMILY_AT)),
                *_one_of(kind, (_LOAD, 0, 0, _TYPE_AT), (_AND, 0, 0, _TYPE_BITS)),
                *_one_of((0, socket.IPPROTO_TCP, socket.IPPROTO_UDP), (_LOAD, 0, 0, _PROTOCOL_AT)),
            ],
        )
        for number, flags_at in zip(machine.sends, _FLAGS_AT, strict=True):
            fast = [(_LOAD, 0, 0, flags_at), (_ANY_BIT, 0, 1, socket.MSG_FASTOPEN), _REFUSED]
            steps += _where(number, fast)
    steps.append(_ALLOWED)
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _where(number: int, checks: Sequence[_Step]) -> list[_Step]:
    """Allow the call ``number`` unless ``checks`` refuse it; go on with any other."""
    return [(_EQUAL, 0, len(checks) + 1, number), *checks, _ALLOWED]


def _one_of(values: Sequence[int], *loaded: _Step) -> list[_Step]:
    """Refuse what is loaded unless it is one of ``values``."""
    return [*loaded, *((_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)), _REFUSED]


def _must(result: int, wanted: str) -> int:
    """Return ``result`` of a system call, or raise SealError saying what it was to do."""
    if result < 0:
        reason = os.strerror(ctypes.get_errno())
        raise SealError(f"the kernel would not {wanted} ({reason}): the process stays unsealed and will not be used")
    return int(result)


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
