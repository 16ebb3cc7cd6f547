"""`make cluster`: the whole topology on this machine, until Ctrl-C.

Belongs here: PostgreSQL and Valkey from wheels, one cluster on them, signals, and what
the person at the terminal reads. Its data is for a trial and goes with it.
"""

import os
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path

from tests.cluster.cluster import Cluster, Prepared
from tests.servers import Postgres, ServerError, Valkey

USAGE = """
{url}
2 web processes behind a proxy, 1 worker for mail, 1 for files, PostgreSQL, Valkey.
  logs             {logs}
  end one by force kill -9 {pid}   (it is started again)
  rolling restart  kill -HUP {own}
Ctrl-C ends everything, and removes its data.
"""


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="hub-cluster-data-"))
    try:
        with Postgres(own=True) as postgres, Valkey(own=True) as valkey:
            print("Preparing the database ...", flush=True)
            prepared = Prepared(postgres.url, valkey.url)
            given = {k: os.environ[k] for k in ("SCANNER",) if k in os.environ}
            cluster = prepared.cluster(folder, port=_port(), **given)
            with cluster:
                _say(cluster)
                _until_told(cluster)
                print("Ending ...", flush=True)
                cluster.stop()
            prepared.close()
    except (ServerError, RuntimeError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _port() -> int:
    return int(os.environ.get("PORT", "8000"))


def _say(cluster: Cluster) -> None:
    child = cluster.webs[0].child
    assert child
    pid, own = child.pid, os.getpid()
    print(USAGE.format(url=cluster.url, logs=cluster.logs, pid=pid, own=own))
    print(cluster.manage("demo", "--links"), flush=True)


def _until_told(cluster: Cluster) -> None:
    """Keeps it running; SIGHUP restarts the web processes one by one."""
    told, turn = threading.Event(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    signal.signal(signal.SIGHUP, lambda *_: turn.set())
    threading.Thread(target=cluster.keep_running, daemon=True).start()
    while not told.wait(0.2):
        if turn.is_set():
            turn.clear()
            print("Restarting one by one ...", flush=True)
            cluster.restart_in_turn()
            print("Restarted.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
