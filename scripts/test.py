"""Checks everything from a bare checkout: `python3 scripts/test.py [--only PART]`.

Belongs here: which checks exist and in which order they run. How a test finds its
PostgreSQL or its browser is the tests' own business (tests/servers/).
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bootstrap
from installation import ROOT, say

PARTS = ("lint", "embedded", "machine")
APT_INSTALL = "apt-get install -y --no-install-recommends"
# Debian's package: where it puts what we need of it, the command to look for where
# that is not, and the tests that will be reported as not run without it.
PROGRAMS = {
    "chromium": (Path("/usr/bin/chromium"), "chromium", "browser"),
    "clamav-daemon": (Path("/usr/sbin/clamd"), "clamd", "virus"),
    "clamav-testfiles": (Path("/usr/share/clamav-testfiles"), "", "virus"),
}


# One process per core; a file's tests stay together, for what they share. In the order
# of their names: by number of tests, the longest ones would come last, and alone.
WORKERS = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")


class Step:
    """One named command, with what it needs in its environment."""

    def __init__(self, name: str, command: "list[str]", shape: str = "") -> None:
        self.name = name
        self.command = command
        self.variables = {"TEST_SHAPE": shape} if shape else {}

    def run(self) -> int:
        """Return the exit code; the output goes straight to the terminal."""
        say(f"\n== {self.name}")
        began = time.monotonic()
        variables = {**os.environ, **self.variables}
        # Each worker of each shape imports all tests: let one compile for the next.
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        code = subprocess.run(
            self.command, check=False, cwd=ROOT, env=variables
        ).returncode
        say(f"== {self.name}: {outcome(code)} in {time.monotonic() - began:.1f} s")
        return code


def main(arguments: "list[str]") -> int:
    """Run the chosen parts in order and stop at the first failure."""
    own, for_pytest = split_at_dashes(arguments)
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0] if __doc__ else None,
        epilog="Arguments after -- are given to pytest.",
    )
    parser.add_argument("--only", choices=PARTS, help="run this part alone")
    only = parser.parse_args(own).only
    parts = [only] if only else list(PARTS)
    python = bootstrap.ready("dev")
    if parts != ["lint"]:
        provide_programs()
    return run_all([step for part in parts for step in steps(part, python, for_pytest)])


def split_at_dashes(arguments: "list[str]") -> "tuple[list[str], list[str]]":
    """Separate what is ours from what follows `--` and is pytest's."""
    if "--" not in arguments:
        return arguments, []
    middle = arguments.index("--")
    return arguments[:middle], arguments[middle + 1 :]


def provide_programs() -> None:
    """Install what is missing when we may; else say which tests will not have run."""
    missing = missing_packages()
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"Installing {names} for the tests (first time only) ...")
        trouble = apt_install(missing)
    else:
        trouble = f"install with `sudo {APT_INSTALL} {names}`"
    if trouble:
        tests = " and ".join(sorted({PROGRAMS[package][2] for package in missing}))
        say(
            f"Missing: {names}. The {tests} tests will be reported as not run; "
            + trouble
        )


def missing_packages() -> "list[str]":
    return [
        package
        for package, (place, command, _tests) in PROGRAMS.items()
        if not (place.exists() or (command and shutil.which(command)))
    ]


def apt_install(packages: "list[str]") -> str:
    """Return nothing when it worked, else where the log of the failure is."""
    descriptor, log = tempfile.mkstemp(prefix="apt-", suffix=".log")
    with os.fdopen(descriptor, "w") as output:
        code = subprocess.run(
            ["sh", "-c", f"apt-get update && {APT_INSTALL} {' '.join(packages)}"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        ).returncode
    if code:
        return f"apt-get failed, its log is {log}"
    Path(log).unlink()
    return ""


def steps(part: str, python: Path, for_pytest: "list[str]") -> "list[Step]":
    """Return the commands of one part; the fast ones come first."""
    if part != "lint":
        pytest = [str(python), "-m", "pytest", *WORKERS, *for_pytest]
        return [Step(f"pytest ({part} shape)", pytest, shape=part)]

    def tool(name: str, *arguments: str) -> Step:
        command = [str(python.parent / name), *arguments]
        return Step(" ".join([name, *arguments]), command)

    return [
        tool("ruff", "format", "--check", "."),
        tool("ruff", "check", "."),
        tool("mypy"),
        tool("lint-imports"),
        tool("python", "scripts/translations.py", "check"),
    ]


def run_all(wanted: "list[Step]") -> int:
    """Run in order; the last line printed says in one sentence how it ended."""
    began = time.monotonic()
    for number, step in enumerate(wanted):
        code = step.run()
        if code:
            seconds = time.monotonic() - began
            left = len(wanted) - number - 1
            say(
                f"\nFAILED: {step.name} ({outcome(code)}) after {seconds:.1f} s; "
                f"{number} passed before it, {left} not run."
            )
            return code if code > 0 else 128 - code
    seconds = time.monotonic() - began
    say(f"\nAll checks passed ({len(wanted)}) in {seconds:.1f} s.")
    return 0


def outcome(code: int) -> str:
    if code < 0:
        return f"killed by signal {-code}"
    return f"exit code {code}" if code else "passed"


if __name__ == "__main__":
    sys.exit(bootstrap.guarded(main))
