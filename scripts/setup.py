"""Makes .venv ready for development: `python3 scripts/setup.py [--quiet]`.

Belongs here: nothing but that one sentence; the work is in bootstrap.py. Unrelated to
the setup.py of setuptools: this project is not installed as a package.
"""

import sys

import bootstrap


def main(arguments: "list[str]") -> int:
    """Install requirements/dev.txt when it has changed since the last time."""
    bootstrap.ready("dev")
    if "--quiet" not in arguments:
        print("Ready: .venv holds what requirements/dev.txt asks for.")
    return 0


if __name__ == "__main__":
    sys.exit(bootstrap.guarded(main))
