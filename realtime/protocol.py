"""The frames of PROTOCOL.md, their limits and close codes. No behaviour here."""

import json
import math
import struct
from enum import IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic import ValidationError as FrameError
from pydantic_core import from_json, to_json

from hub.files.limits import MAX_FILE_BYTES, MAX_FILES_PER_MESSAGE

SUBPROTOCOL = "hub.v1"
MAX_FRAME_BYTES = 64 * 1024  # PROTOCOL section 4: six times the longest body
HELLO_SECONDS = 10.0  # a page says hello in its first tick
MAX_BAD_FRAMES = 10  # within BAD_FRAME_SECONDS, then 4400: not a page of ours
BAD_FRAME_SECONDS = 60.0
MAX_SEQ = 2**31 - 1
MOST_IN_HISTORY = 200
FRAMES_PER_SECOND, FRAMES_BURST = 20, 40  # of one socket
POSTS_PER_MINUTE = 60  # of one person, through all their sockets of a process
MOST_SOCKETS = 10  # of one person, in a process
WINDOW_FRAMES, WINDOW_BYTES = 64, 256 * 1024  # sent to a socket and not taken by it
MOST_WITH_FILES = 100  # in one `hello`: each costs a query; a page shows one thread


class Close(IntEnum):
    """Why the server ends a socket (PROTOCOL section 1)."""

    FAILED = 1011
    RESTART = 1012
    TRY_AGAIN = 1013
    NOT_THE_PROTOCOL = 4400
    SESSION_ENDED = 4401
    RIGHTS_LOST = 4403
    NO_HELLO = 4408
    TOO_MUCH = 4429


Seq = Annotated[int, Field(ge=0, le=MAX_SEQ)]


class Frame(BaseModel):
    """Strict types; unknown fields are ignored so that clients can be newer."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Hello(Frame):
    type: Literal["hello"]
    threads: Annotated[dict[UUID, Seq], Field(max_length=10_000)] = {}
    # Of threads that show files: the last count of changes (Attachment.change) held.
    files: Annotated[dict[UUID, Seq], Field(max_length=MOST_WITH_FILES)] = {}


class Post(Frame):
    type: Literal["post"]
    id: UUID
    thread: UUID
    body: str
    kind: Literal["ordinary"] = "ordinary"
    needs_ack: bool = False
    urgent: str = ""
    for_case_file: bool = False
    corrects: Seq | None = None
    attachments: Annotated[list[UUID], Field(max_length=MAX_FILES_PER_MESSAGE)] = []


class Read(Frame):
    type: Literal["read"]
    thread: UUID
    seq: Seq


class Acknowledge(Frame):
    type: Literal["acknowledge"]
    thread: UUID
    seq: Seq


class Typing(Frame):
    type: Literal["typing"]
    thread: UUID


class History(Frame):
    type: Literal["history"]
    thread: UUID
    before: Seq | None = None
    after: Seq | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_IN_HISTORY)] = 50


class Ping(Frame):
    type: Literal["ping"]


ClientFrame = Hello | Post | Read | Acknowledge | Typing | History | Ping
FRAME_TYPES = {
    *("hello", "post", "read", "acknowledge"),
    *("typing", "history", "ping"),
}

_adapter: TypeAdapter[ClientFrame] = TypeAdapter(
    Annotated[ClientFrame, Field(discriminator="type")]
)
_frames = _adapter.validator  # without the adapter's own options, which cost as much


def decode(text: str) -> ClientFrame:
    """One client frame. Raises ValueError for anything else, whatever it is."""
    try:
        frame: ClientFrame = _frames.validate_json(text)
        given = from_json(text, allow_inf_nan=False, cache_strings="keys")
        if not given.keys() <= type(frame).model_fields.keys():
            # In a field that is ignored a number such as 1e999 has passed so far.
            json.loads(text, parse_constant=_finite, parse_float=_finite)
    except (FrameError, ValueError, RecursionError) as error:
        raise ValueError("not a frame") from error
    return frame


def _finite(number: str) -> float:
    """A JSON number, or ValueError for NaN, Infinity and what overflows to it."""
    if not math.isfinite(value := float(number)):
        raise ValueError("not a finite number")
    return value


def encode(type_: str, **fields: Any) -> str:
    """One server frame, as short as JSON allows."""
    return to_json({"type": type_, **fields}).decode()


class Ready:
    """A server frame, encoded once for all the sockets of this process."""

    __slots__ = ("_wire", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        """With the header of a whole, unmasked text frame (RFC 6455 section 5.2)."""
        if self._wire is None:
            self._wire = _framed(self.text.encode())
        return self._wire


def _framed(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        header = struct.pack("!BB", 0x81, size)
    elif size < 2**16:
        header = struct.pack("!BBH", 0x81, 126, size)
    else:
        header = struct.pack("!BBQ", 0x81, 127, size)
    return header + payload


def limits() -> dict[str, int]:
    """What `welcome` tells a client about section 4's limits."""
    return {
        "frame_bytes": MAX_FRAME_BYTES,
        "body": 10_000,
        "history": MOST_IN_HISTORY,
        "frames_per_second": FRAMES_PER_SECOND,
        "frames_burst": FRAMES_BURST,
        "posts_per_minute": POSTS_PER_MINUTE,
        "sockets": MOST_SOCKETS,
        "waiting_frames": WINDOW_FRAMES,
        "waiting_bytes": WINDOW_BYTES,
        "file_bytes": MAX_FILE_BYTES,
        "files": MAX_FILES_PER_MESSAGE,
    }
