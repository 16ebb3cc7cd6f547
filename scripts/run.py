"""Starts the whole application from a bare checkout: `python3 scripts/run.py`.

Belongs here: the hand-over from the bare Python to the environment's. What starting
means (migrations, demonstration data, server) is `manage.py serve --prepare`.
"""

import os
import sys

import bootstrap
import installation


def main(arguments: "list[str]") -> int:
    """Replace this process by the server; the arguments are passed on to it."""
    python = str(bootstrap.ready("run"))
    os.chdir(installation.ROOT)
    # execv, not a child: Ctrl-C and SIGTERM must reach the server and nobody else.
    os.execv(python, [python, "manage.py", "serve", "--prepare", *arguments])


if __name__ == "__main__":
    sys.exit(bootstrap.guarded(main))
