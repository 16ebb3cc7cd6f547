"""The walls of a child process, put up by itself before it opens any file.

Standard library only. What the child does inside is child.py; who starts and ends it is
nursery_main.py.
"""

import ctypes
import os
import platform
import resource
import signal
import struct

from hub.files import limits
from hub.files.confine_files import confine_files

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
SECCOMP_MODE_FILTER = 2
ALLOW, DENY, KILL = 0x7FFF0000, 0x00050001, 0x80000000  # DENY: EPERM
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER_OFFSET, ARCHITECTURE_OFFSET = 0, 4  # in the kernel's struct seccomp_data
X32 = 0x40000000  # the second set of numbers on x86_64

# A parser needs no socket, no other program, no other process, no other name space.
# io_uring is here because it opens sockets past the filter.
# fmt: off
DENIED = {
    "x86_64": (0xC000003E, (
        41, 42, 53,              # socket, connect, socketpair
        56, 57, 58, 435,         # clone, fork, vfork, clone3
        59, 322,                 # execve, execveat
        62, 101, 310, 311,       # kill, ptrace, process_vm_readv, process_vm_writev
        165, 272, 308,           # mount, unshare, setns
        248, 249, 250,           # add_key, request_key, keyctl
        321, 323, 425, 434, 438, # bpf, userfaultfd, io_uring_setup, pidfd_open, _getfd
    )),
    "aarch64": (0xC00000B7, (
        198, 203, 199,
        220, 435,
        221, 281,
        129, 117, 270, 271,
        40, 97, 268,
        217, 218, 219,
        280, 282, 425, 434, 438,
    )),
}
# fmt: on


class NotConfined(Exception):
    """A wall could not be put up: the child must not open the file."""


class Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def confine(*readable: str) -> list[str]:
    """Give up network, other programs, processes and most resources, for good.

    Of files only `readable`, programs and the working folder stay within reach. Returns
    the walls that stand: at least one of `namespace` and `seccomp` against the network,
    and `files` where the kernel has it. Raises `NotConfined` without the first two.
    """
    parent = os.getppid()
    _limit_resources()
    libc = ctypes.CDLL(None, use_errno=True)
    walls = []
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0:
        walls.append("namespace")
    _prctl(libc, PR_SET_NO_NEW_PRIVS, 1)
    # After unshare, which forgets it. A parent that is killed leaves no child behind.
    _prctl(libc, PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was killed before we asked again
        raise NotConfined("no parent")
    if _filter_calls(libc):
        walls.append("seccomp")
    if not walls:
        raise NotConfined("no wall against the network")
    if confine_files(libc, readable):
        walls.append("files")
    return walls


def _limit_resources() -> None:
    # The soft CPU limit ends the process by SIGXCPU; the hard one if that is ignored.
    seconds = limits.CHILD_CPU_SECONDS
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_AS, limits.CHILD_MEMORY_BYTES, limits.CHILD_MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, limits.CHILD_OUTPUT_BYTES, limits.CHILD_OUTPUT_BYTES),
        (resource.RLIMIT_NOFILE, limits.CHILD_OPEN_FILES, limits.CHILD_OPEN_FILES),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        _before, most = resource.getrlimit(kind)
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(kind, (soft, hard))


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise NotConfined(f"prctl {option}: {ctypes.get_errno()}")


def _filter_calls(libc: ctypes.CDLL) -> bool:
    """Have the kernel refuse the denied system calls; False where it has no filters."""
    if platform.machine() not in DENIED:
        return False
    code = _program(platform.machine())
    memory = ctypes.create_string_buffer(code)
    program = Program(len(code) // 8, ctypes.addressof(memory))
    done = libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
    return bool(done == 0)


def _program(machine: str) -> bytes:
    """Classic BPF: another architecture is killed, a denied number gets EPERM."""
    architecture, numbers = DENIED[machine]
    lines = [
        (LOAD, 0, 0, ARCHITECTURE_OFFSET),
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER_OFFSET),
        (AT_LEAST, len(numbers) + 1, 0, X32),
    ]
    for place, number in enumerate(numbers):
        lines.append((EQUAL, len(numbers) - place, 0, number))
    lines += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, DENY)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
