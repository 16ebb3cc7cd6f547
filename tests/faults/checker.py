"""What must hold after any fault, in the words of Jepsen: lost, duplicate, ghost.

Compares what clients were told with what the record holds, read by a fresh process.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypedDict

from tests.clients.server import ServedHub
from tests.clients.teller import Copy, Teller

DUMP = """
import json
from hub.chain import first_break
from hub.models import Message, Thread
print("DUMP" + json.dumps({
    str(thread.pk): {
        "messages": [
            [m.seq, str(m.client_id), m.body, m.hash, m.door] for m in rows
        ],
        "broken": first_break(rows),
        "head": thread.last_seq,
    }
    for thread in Thread.objects.all()
    for rows in [list(Message.objects.filter(thread=thread).order_by("seq"))]
}))
"""


class Stored(TypedDict):
    """One thread of the record: [seq, id, body, hash, door] in order of seq."""

    messages: list[tuple[int, str, str, str, str]]
    broken: int | None
    head: int


Record = dict[str, Stored]


@dataclass
class Verdict:
    """What was done, and counts of what must be zero (the rest of the fields)."""

    acknowledged: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    lost: int = 0  # acknowledged, and not stored there as it was sent
    duplicates: int = 0  # one id at two places, or two ids at one
    ghosts: int = 0  # stored although finally refused, or never sent by anybody
    holes: int = 0  # threads that are not 1..head
    aborted_reads: int = 0  # a reader was told what the record does not hold at all
    divergence: int = 0  # a reader was told another content than the record's
    behind: int = 0  # messages that a reader does not hold in the end
    inversions: int = 0  # threads in which a client's own order was changed
    broken_chains: int = 0

    @property
    def clean(self) -> bool:
        counts = asdict(self)
        return not any(counts[name] for name in counts.keys() - DONE)


DONE = {"acknowledged", "refusals"}
DOORS = {"socket", "api", "page", "link"}  # through which our clients write


def record_of(hub: ServedHub) -> Record:
    """Thread -> its messages in order, head and first break of the chain."""
    output = hub.manage("shell", "-v", "0", "-c", DUMP)
    [line] = [one for one in output.splitlines() if one.startswith("DUMP")]
    found: Record = json.loads(line.removeprefix("DUMP"))
    return found


def judge(hub: ServedHub, clients: Sequence[Teller]) -> Verdict:
    """Reads the record now and holds everything the clients know against it."""
    return compare(record_of(hub), clients)


def compare(
    record: Record, clients: Sequence[Teller], readers: Sequence[Teller] | None = None
) -> Verdict:
    """The rules alone; tests/faults/test_checker.py shows that each one bites.

    `readers`, by default everyone, must hold every message of the record.
    """
    verdict = Verdict()
    _judge_record(record, verdict)
    _judge_ghosts(record, clients, verdict)
    for client in clients:
        _judge_promises(client, record, verdict)
        _judge_reading(client, record, verdict)
    for reader in clients if readers is None else readers:
        for thread, held in reader.held.items():
            missing = set(range(1, record[thread]["head"] + 1)) - held.keys()
            verdict.behind += len(missing)
    return verdict


def is_whole(database: Path) -> bool:
    """SQLite's own opinion of the file."""
    with closing(sqlite3.connect(database)) as connection:
        [answer] = connection.execute("PRAGMA integrity_check").fetchall()
    return answer == ("ok",)


def _judge_record(record: Record, verdict: Verdict) -> None:
    ids: Counter[str] = Counter()
    for thread in record.values():
        seqs = [row[0] for row in thread["messages"]]
        verdict.holes += seqs != list(range(1, thread["head"] + 1))
        verdict.broken_chains += thread["broken"] is not None
        ids.update(row[1] for row in thread["messages"])
    verdict.duplicates += ids.total() - len(ids)


def _judge_ghosts(record: Record, clients: Sequence[Teller], verdict: Verdict) -> None:
    """The same id may be refused with one content and stored with another."""
    sent = {(i, *said) for client in clients for i, said in client.sent.items()}
    refused = {(i, *client.sent[i]) for client in clients for i in client.refused}
    ours = {said[0] for said in sent}
    for thread, content in record.items():
        for _seq, message_id, body, _hash, door in content["messages"]:
            # The demonstration speaks through the page as well.
            is_ours = message_id in ours or door in DOORS - {"page"}
            said = (message_id, thread, body)
            verdict.ghosts += (is_ours and said not in sent) or said in refused


def _judge_promises(client: Teller, record: Record, verdict: Verdict) -> None:
    verdict.acknowledged += len(client.acknowledged.keys() | client.accepted)
    verdict.refusals.update(client.refusals)
    stored = _copies(record)
    for message_id, place in client.acknowledged.items():
        copy = stored.get(place)
        sent = (place[0], copy.body) if copy else None
        kept = copy and copy.id == message_id and client.sent[message_id] == sent
        verdict.lost += not kept
    everything = {(c.id, where[0], c.body) for where, c in stored.items()}
    for message_id in client.accepted:
        verdict.lost += (message_id, *client.sent[message_id]) not in everything
    places = Counter(client.acknowledged.values())
    verdict.duplicates += places.total() - len(places) + len(client.contradicted)
    for thread in client.held:
        kept_order = [i for i in client.sent if i not in client.resent]
        told = [client.acknowledged.get(i, ("", 0)) for i in kept_order]
        seqs = [seq for where, seq in told if where == thread]
        verdict.inversions += seqs != sorted(seqs)


def _judge_reading(client: Teller, record: Record, verdict: Verdict) -> None:
    stored = _copies(record)
    ids = {copy.id for copy in stored.values()}
    held = [
        (t, seq, c) for t, copies in client.held.items() for seq, c in copies.items()
    ]
    for thread, seq, copy in held + client.dropped:
        verdict.aborted_reads += copy.id not in ids
        verdict.divergence += copy.id in ids and stored.get((thread, seq)) != copy


def _copies(record: Record) -> dict[tuple[str, int], Copy]:
    return {
        (thread, seq): Copy(message_id, body, hash_)
        for thread, content in record.items()
        for seq, message_id, body, hash_, _door in content["messages"]
    }
