"""A client that leaves while it is being asked whose session it has.

Run by test_body_limits.py in a process of its own: hub.server makes an event loop when
it is imported. Prints what became of two clients, as JSON.
"""

import json
import os
import sys
from typing import Any
from unittest.mock import Mock

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()

from twisted.internet.defer import Deferred  # noqa: E402 (all after setup())
from twisted.internet.error import ConnectionDone  # noqa: E402
from twisted.python.failure import Failure  # noqa: E402

from hub import server  # noqa: E402
from hub.uploads import FORM_BYTES  # noqa: E402


def outcome(path: str, *, leaves: bool, known: bool) -> dict[str, Any]:
    """The room it holds after the answer, whether it is read again, and any error."""
    asked: Deferred[Any] = Deferred()
    server.deferToThread = lambda *_: asked  # type: ignore[assignment]
    channel = Mock(_path=path.encode())
    request = server.BoundedRequest(channel)
    request.gotLength(FORM_BYTES)
    if leaves:
        request.connectionLost(Failure(ConnectionDone()))
    asked.callback(known)
    errors: list[str] = []
    asked.addErrback(lambda failure: errors.append(repr(failure.value)))
    held = server.BoundedRequest.in_flight
    if not leaves:
        request.connectionLost(Failure(ConnectionDone()))
    return {
        "held": held,
        "left_over": server.BoundedRequest.in_flight,
        "read_again": channel.transport.resumeProducing.called,
        "errors": errors,
    }


if __name__ == "__main__":
    cases = [
        outcome(sys.argv[1], leaves=leaves, known=known)
        for leaves, known in ((False, True), (True, True), (True, False))
    ]
    print(json.dumps(cases))
