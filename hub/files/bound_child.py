"""Becomes a program that ends with its parent: bound_child.py PARENT COMMAND...

A program of its own (started with -I -S, standard library only), because Python code
between fork and exec of a threaded process can dead-lock.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(parent: int, command: list[str]) -> None:
    """On Linux the kernel kills it when the thread that started it has ended."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before we asked
            sys.exit("the parent is gone")
    os.execv(command[0], command)  # noqa: S606 (an absolute path, no shell)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
