"""Becomes a server that dies with the tests: birth.py SIGNAL PARENT ACCOUNT COMMAND...

Belongs here: what must happen between fork and exec. It is a program of its own and
not a preexec_fn, because Python code in a forked child of a threaded process can
dead-lock, and only the standard library is there (started with -I -S).
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1  # From linux/prctl.h.


def main(signal: int, parent: int, account: int, command: list[str]) -> None:
    """Drop root if asked to, bind this process to its parent, become the command."""
    if account:
        os.setgroups([])
        os.setgid(account)
        os.setuid(account)
    if sys.platform == "linux":
        # After setuid, which would clear it; it survives the exec.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
        if os.getppid() != parent:  # It died before we asked to be told.
            sys.exit("the tests are gone")
    os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
