"""Installs what `make bench ARGS="realtime --peers"` compares the hub with.

Belongs here: ejabberd from Debian's packages and Synapse in an environment of its own,
under var/. Neither is a dependency of the hub; nothing is started.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SYNAPSE = ROOT / "var" / "peers" / "synapse"
PACKAGES = ["ejabberd", "erlang-p1-pgsql"]
REQUIREMENTS = ["matrix-synapse>=1.163,<2", "psycopg2-binary>=2.9,<3"]
# A package that starts its service would take ports, and part of the measured core.
NOT_STARTED = ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"]


def main() -> int:
    """0 when both are there; what is missing is said and does not stop the other."""
    steps = {"ejabberd": install_ejabberd, "Synapse": install_synapse}
    there = 0
    for name, install in steps.items():
        try:
            install()
            there += 1
            print(f"{name} is installed.")
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name} could not be installed: {error}", file=sys.stderr)
    return 0 if there == len(steps) else 1


def install_ejabberd() -> None:
    if Path("/usr/sbin/ejabberdctl").exists():
        return
    if os.geteuid() or not shutil.which("apt-get"):
        raise OSError("it needs root and apt-get (apt-get install ejabberd)")
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    subprocess.run([*NOT_STARTED, *install, *PACKAGES], check=True)


def install_synapse() -> None:
    python = SYNAPSE / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(SYNAPSE)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    subprocess.run([*pip, *REQUIREMENTS], check=True)


if __name__ == "__main__":
    sys.exit(main())
