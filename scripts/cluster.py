"""Starts several processes behind a proxy: `python3 scripts/cluster.py`.

Belongs here: the hand-over from the bare Python to the environment's. Which processes
there are is in tests/cluster; PostgreSQL and Valkey come with requirements/dev.txt.
"""

import os
import sys

import bootstrap
import installation


def main(arguments: "list[str]") -> int:
    """Replace this process by the cluster's, so that signals reach it."""
    python = str(bootstrap.ready("dev"))
    os.chdir(installation.ROOT)
    os.execv(python, [python, "-m", "tests.cluster", *arguments])


if __name__ == "__main__":
    sys.exit(bootstrap.guarded(main))
