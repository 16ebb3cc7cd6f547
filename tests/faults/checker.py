"""What must hold after any fault, in the words of Jepsen: lost, duplicate, hole.

Compares what clients were told with what the record holds, read by a fresh process.
"""

import json
from collections import Counter
from dataclasses import dataclass

from tests.clients.server import ServedHub
from tests.clients.socket_client import Client

DUMP = """
import json
from hub.chain import first_break
from hub.models import Message, Thread
print("DUMP" + json.dumps({
    str(thread.pk): {
        "messages": [[m.seq, str(m.client_id)] for m in rows],
        "broken": first_break(rows),
        "head": thread.last_seq,
    }
    for thread in Thread.objects.all()
    for rows in [list(Message.objects.filter(thread=thread).order_by("seq"))]
}))
"""


@dataclass
class Verdict:
    """Counts of what must be zero, and of what was done."""

    acknowledged: int = 0
    lost: int = 0
    duplicates: int = 0
    holes: int = 0
    inversions: int = 0
    broken_chains: int = 0

    @property
    def clean(self) -> bool:
        return not (
            self.lost
            or self.duplicates
            or self.holes
            or self.inversions
            or self.broken_chains
        )


def record_of(hub: ServedHub) -> dict[str, dict[str, object]]:
    """Thread -> its messages in order, head and first break of the chain."""
    output = hub.manage("shell", "-v", "0", "-c", DUMP)
    [line] = [one for one in output.splitlines() if one.startswith("DUMP")]
    found: dict[str, dict[str, object]] = json.loads(line.removeprefix("DUMP"))
    return found


def judge(hub: ServedHub, clients: list[Client]) -> Verdict:
    record, verdict = record_of(hub), Verdict()
    stored: dict[tuple[str, int], str] = {}
    for thread, content in record.items():
        rows: list[tuple[int, str]] = [tuple(row) for row in content["messages"]]  # type: ignore[misc, attr-defined]
        stored |= {(thread, seq): message_id for seq, message_id in rows}
        verdict.duplicates += len(rows) - len({message_id for _, message_id in rows})
        verdict.holes += [seq for seq, _ in rows] != list(range(1, len(rows) + 1))
        verdict.holes += content["head"] != len(rows)
        verdict.broken_chains += content["broken"] is not None
    for client in clients:
        _judge_client(client, stored, verdict)
    return verdict


def _judge_client(
    client: Client, stored: dict[tuple[str, int], str], verdict: Verdict
) -> None:
    verdict.acknowledged += len(client.acknowledged)
    for message_id, place in client.acknowledged.items():
        verdict.lost += stored.get(place) != message_id
    for thread, order in client.sent_order.items():
        seqs = [client.acknowledged[i][1] for i in order if i in client.acknowledged]
        verdict.inversions += seqs != sorted(seqs)
        repeated = Counter(seqs)
        verdict.duplicates += sum(n - 1 for n in repeated.values())
        for seq, message_id in client.held[thread].items():
            verdict.lost += stored.get((thread, seq)) != message_id
