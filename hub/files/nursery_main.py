"""The program of a nursery: reads the libraries once, then forks a child for each job.

Started by nursery.py, its only link is the socket at its standard input. It opens no
file that somebody sent and reads nothing that a child wrote. What a child does with its
file is child.py; what is asked of it and believed of its answers is nursery.py.
"""

import contextlib
import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

# `-I` keeps the working folder and the environment out of the search path.
sys.path.append(str(Path(__file__).resolve().parent.parent.parent))

from hub.files import child, limits
from hub.files.confine import PR_SET_PDEATHSIG

LINK = 0
MAX_JOB_BYTES = 64 * 1024
# All that a step reads, so that no child reads it again.
LIBRARIES = ("pikepdf", "PIL.ImageCms", "PIL.ImageOps", "pypdfium2", "lxml.etree")
OUR_MODULES = ("pdf", "pdf_limits", "images", "office", "plain_text", "preview")

Job = dict[str, Any]
Work = Callable[[list[str]], int]


def main(work: Work = child.main) -> None:
    """Serves one job after the other until the other end of the link is closed.

    `work` is done in the child: it gets the job's arguments and puts up the walls.
    """
    _end_with_parent()
    # No number of an open file is above this: a child has closed all when it has
    # closed these.
    most = limits.CHILD_OPEN_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    _read_libraries()
    gc.collect()
    gc.freeze()  # a child that collects garbage copies no page of ours for it
    link = socket.socket(fileno=LINK)
    while True:
        line, files, _flags, _address = socket.recv_fds(link, MAX_JOB_BYTES, 2)
        if not line:
            return
        job = json.loads(line)
        nursery, pid = os.getpid(), os.fork()
        if pid == 0:
            _be_child(nursery, job, files, work)
        for file in files:
            os.close(file)
        ended = _end(pid, job["seconds"], link)
        with contextlib.suppress(OSError):  # the next look finds nobody there
            link.send(json.dumps(ended).encode())


def _read_libraries() -> None:
    """A missing one is found missing by the child that needs it, which can say so."""
    for name in (*LIBRARIES, *(f"hub.files.{module}" for module in OUR_MODULES)):
        with contextlib.suppress(ImportError):
            import_module(name)
    with contextlib.suppress(ImportError):
        import_module("PIL.Image").init()  # its decoders, else read at the first use


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _be_child(nursery: int, job: Job, files: list[int], work: Work) -> None:
    """Never returns: nothing of the nursery's own code runs on in a child."""
    code = 1
    try:
        _leave_nursery(job["folder"], files)
        _end_with_parent()
        if os.getppid() == nursery:  # else it was killed before we asked
            code = work(job["arguments"])
        sys.stdout.flush()
    except BaseException:  # the top of a process: whatever it was, it ends here
        traceback.print_exc()
    finally:
        os._exit(code)


def _leave_nursery(folder: str, files: list[int]) -> None:
    os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    for number, file in enumerate((null, *files)):
        os.dup2(file, number)
    os.closerange(3, limits.CHILD_OPEN_FILES)
    os.chdir(folder)


def _end(pid: int, seconds: float, link: socket.socket) -> Job:
    """Wait for the end, no longer than allowed, and leave no process behind."""
    watch = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(watch, select.POLLIN)
    poll.register(link, select.POLLIN)  # nobody is there any more
    ended = dict(poll.poll(seconds * 1000))
    os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):  # it had no session yet
        os.killpg(pid, signal.SIGKILL)  # its group, also when it ended itself
    _pid, status, usage = os.wait4(pid, 0)
    os.close(watch)
    return {
        "returncode": os.waitstatus_to_exitcode(status),
        "timed_out": watch not in ended,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
    }


if __name__ == "__main__":
    main()
