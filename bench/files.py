"""`make bench ARGS=files`: files from receipt to ready, against a plain clamdscan.

Belongs here: the ways that are compared, with one clamd for all of them, and the
table. The clamd knows a few local signatures only: with the official ones every way
takes longer. The files: file_samples.py. Other requests meanwhile: bombs.py.
"""

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import quantiles

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import OutputWrapper

from bench.file_samples import pdf, photo
from hub.actions.attachments import receive
from hub.demo import Demo
from hub.files.clamd import Clamd as Client
from hub.inspector import Inspector
from hub.management.progress import ProgressBar
from hub.models import Attachment
from tests.cast import create_small_demo
from tests.files.endings import endings
from tests.servers import Clamd, ServerError

WORKERS = 2
ROUNDS = 3  # of each way, in turn, so that a busy neighbour slows every way alike
ALONE = 30  # files sent one after the other
PATIENCE_SECONDS = 600.0

# Sends files; gives the seconds of all together and those until each was ready.
Way = Callable[[list[bytes]], tuple[float, list[float]]]


def run() -> None:
    demo = create_small_demo()
    try:
        with Clamd() as clamd, working(clamd) as workers:
            ways = _ways(demo, clamd, workers)
            _compare("PDFs of 200 KB", samples(pdf), 40, ways)
            _compare("photos of 3 MB", samples(photo), 10, ways)
    except ServerError as error:
        print(f"Files: not measured. {error}")


def samples(make: Callable[[random.Random], bytes]) -> Iterator[bytes]:
    """For ever, and never the same twice."""
    chance = random.Random(4)
    while True:
        yield make(chance)


@contextmanager
def working(clamd: Clamd) -> Iterator[Inspector]:
    """Workers as in `serve`: the same ones for all files."""
    scanner = Client(clamd.url, accept_unknown_age=True)
    workers = Inspector(WORKERS, lambda: scanner)
    workers.start()
    try:
        yield workers
    finally:
        workers.finish(PATIENCE_SECONDS)


def _ways(demo: Demo, clamd: Clamd, workers: Inspector) -> dict[str, Way]:
    """The last one is what the others are compared with."""
    ways: dict[str, Way] = {"hub": lambda files: by_hub(demo, workers, files)}
    program = shutil.which("clamdscan")
    if program is None:
        print(
            "No clamdscan found (apt-get install clamdscan): nothing to compare with."
        )
        return ways
    for how in ("--fdpass", "--stream"):
        ways[f"clamdscan {how}"] = lambda files, how=how: by_clamdscan(
            [program, how], clamd, files
        )
    return ways


def _compare(
    name: str, fresh: Iterator[bytes], count: int, ways: dict[str, Way]
) -> None:
    progress = ProgressBar(OutputWrapper(sys.stderr), name)
    total, done = (ROUNDS * count + ALONE) * len(ways), 0
    spent: dict[str, list[float]] = {way: [] for way in ways}
    ready: dict[str, list[float]] = {way: [] for way in ways}
    together: list[float] = []  # seconds until each of the hub's was ready
    for size in [count] * ROUNDS + [1] * ALONE:
        for way, go in ways.items():
            seconds, each = go(list(islice(fresh, size)))
            if size == 1:
                ready[way] += each
            else:
                spent[way].append(seconds / size)
                together += each if way == "hub" else []
            done += size
            progress(done, total)
    _print(f"{name}, {WORKERS} workers", spent, ready)
    print(f"  {f'hub, {count} sent at once':20} {'':17} {_percentiles(together)}")


def _print(
    name: str, spent: dict[str, list[float]], ready: dict[str, list[float]]
) -> None:
    print(f"\n{name}: files a second, times the last line; seconds to ready, alone")
    best = {way: min(seconds) for way, seconds in spent.items()}
    *_others, base = best.values()
    for way, seconds in best.items():
        figures = f"{1 / seconds:8.1f} {base / seconds:7.3f}x"
        print(f"  {way:20} {figures} {_percentiles(ready[way])}")


def _percentiles(seconds: list[float]) -> str:
    steps = quantiles(seconds, n=100, method="inclusive")
    return f"  p50 {steps[49]:6.3f}  p99 {steps[98]:6.3f}"


def by_hub(
    demo: Demo, workers: Inspector, files: list[bytes]
) -> tuple[float, list[float]]:
    """From the first byte received to the last file published."""
    sent = []
    with endings() as ended:
        began = time.perf_counter()
        for data in files:
            upload = SimpleUploadedFile("fichier.pdf", data)
            sent.append(receive(demo.people["camille"], demo.threads[0], upload).pk)
            workers.wake()
        assert ended(len(files), time.monotonic() + PATIENCE_SECONDS)
        spent = time.perf_counter() - began
    return spent, _seconds_to_ready(sent)


def _seconds_to_ready(sent: list[object]) -> list[float]:
    rows = Attachment.objects.filter(pk__in=sent, state="clean")
    times = rows.values_list("received_at", "decided_at")
    assert len(times) == len(sent), "not all files were published"
    return [(decided - received).total_seconds() for received, decided in times]


def by_clamdscan(
    command: list[str], clamd: Clamd, files: list[bytes]
) -> tuple[float, list[float]]:
    """One call for all of them; each is ready when the call ends."""
    config = clamd.path("clamdscan.conf")
    config.write_text(f"LocalSocket {clamd.socket}\n")
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        for number, data in enumerate(files):
            Path(folder, str(number)).write_bytes(data)
        options = ["--multiscan", "--no-summary", f"--config-file={config}", folder]
        began = time.perf_counter()
        done = subprocess.run(  # noqa: S603 (clamdscan, on files of our own)
            [*command, *options], capture_output=True, text=True, check=False
        )
        spent = time.perf_counter() - began
    assert done.returncode == 0, done.stdout + done.stderr
    return spent, [spent] * len(files)
