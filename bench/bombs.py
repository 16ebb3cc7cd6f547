"""What bombs cost everybody else: pages of a served hub before and while it has them."""

import tempfile
from pathlib import Path

from tests.files.beside_bombs import look


def run() -> None:
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        seen = look(Path(folder))
    requests = sum(len(answers) for answers in seen.busy.values())
    print(
        f"\nother requests while {len(seen.reasons)} bombs are refused "
        f"({seen.seconds:.0f} s, at most {max(seen.peaks_mib):.0f} MiB a child, "
        f"{requests} requests one after the other): median ms, and times calm"
    )
    for name, (calm, busy) in seen.slower().items():
        print(f"  {name:12} {calm * 1000:7.1f} {busy * 1000:7.1f} {busy / calm:6.1f}x")
