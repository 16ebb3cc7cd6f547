"""Bytes at rest: sealed in frames under a key of their own, that key wrapped.

AES-256-GCM throughout. What a blob is for and who may open it: hub.actions. Where
sealed bytes lie: hub.files.storage.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
FRAME_BYTES = 64 * 1024  # of clear content; a reader opens whole frames only
TAG_BYTES = 16
NONCE_BYTES = 12


class Damaged(Exception):
    """The bytes are not what was sealed: changed, cut, moved, swapped or missing."""


class UnknownKey(Exception):
    """Wrapped under an environment key that this process does not have."""


class KeyRing:
    """The environment's keys: new ones are wrapped under the first, any may unwrap."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        self._keys = {key_id(key): key for key in keys}
        self.current = next(iter(self._keys))

    def knows(self, name: str) -> bool:
        return name in self._keys

    def wrap(self, key: bytes, blob: UUID) -> bytes:
        """The file's key, sealed for this blob under the key `current` names."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._keys[self.current]).encrypt(nonce, key, blob.bytes)

    def unwrap(self, wrapped: bytes, name: str, blob: UUID) -> bytes:
        """Raises UnknownKey, or Damaged when it was wrapped for another blob."""
        if name not in self._keys:
            raise UnknownKey(name)
        nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return AESGCM(self._keys[name]).decrypt(nonce, sealed, blob.bytes)
        except (InvalidTag, ValueError):
            raise Damaged(str(blob)) from None


def key_id(key: bytes) -> str:
    """16 hexadecimal digits that name a key without telling it."""
    return hashlib.sha256(b"hub.files.key\n" + key).hexdigest()[:16]


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def read_key(text: str) -> bytes:
    """A key as it stands in the environment: base64 of 32 bytes. Raises ValueError."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise ValueError("is not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"is not base64 of {KEY_BYTES} bytes")
    return key


@dataclass(frozen=True)
class Sealed:
    """What was sealed: size in bytes and SHA-256 (hexadecimal) of the clear content."""

    size: int
    sha256: str


def seal(chunks: Iterable[bytes], target: BinaryIO, key: bytes, blob: UUID) -> Sealed:
    """Writes the chunks as frames. `key` must be new: nonces count from zero."""
    cipher, digest, size, index = AESGCM(key), hashlib.sha256(), 0, 0
    held = bytearray()
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        held += chunk
        while len(held) > FRAME_BYTES:  # never the last one: more is held
            target.write(_seal(cipher, bytes(held[:FRAME_BYTES]), index, False, blob))
            del held[:FRAME_BYTES]
            index += 1
    target.write(_seal(cipher, bytes(held), index, True, blob))
    return Sealed(size, digest.hexdigest())


def sealed_size(size: int) -> int:
    """Bytes in storage for `size` bytes of clear content."""
    return size + frames_of(size) * TAG_BYTES


def frames_of(size: int) -> int:
    return max(1, -(-size // FRAME_BYTES))


def unseal(
    source: BinaryIO,
    key: bytes,
    blob: UUID,
    size: int,
    start: int = 0,
    stop: int | None = None,
) -> Iterator[bytes]:
    """The clear bytes from `start` up to `stop`, opening only the frames they need.

    `size` is of the whole clear content. Raises Damaged at the first frame that is
    not exactly what was sealed at its place in this blob; nothing of it is given out.
    """
    stop = size if stop is None else min(stop, size)
    cipher, last = AESGCM(key), frames_of(size) - 1
    first = start // FRAME_BYTES
    source.seek(first * (FRAME_BYTES + TAG_BYTES))
    for index in range(first, max(first, -(-stop // FRAME_BYTES) - 1) + 1):
        clear = _open(cipher, source, index, index == last, blob, size)
        begin = index * FRAME_BYTES
        yield clear[max(0, start - begin) : max(0, stop - begin)]


def _seal(cipher: AESGCM, clear: bytes, index: int, last: bool, blob: UUID) -> bytes:
    return cipher.encrypt(_nonce(index), clear, _place(index, last, blob))


def _open(
    cipher: AESGCM, source: BinaryIO, index: int, last: bool, blob: UUID, size: int
) -> bytes:
    length = size - index * FRAME_BYTES if last else FRAME_BYTES
    sealed = source.read(length + TAG_BYTES)
    # What follows the last frame was not sealed by us.
    if len(sealed) != length + TAG_BYTES or (last and source.read(1)):
        raise Damaged(str(blob))
    try:
        return cipher.decrypt(_nonce(index), sealed, _place(index, last, blob))
    except InvalidTag:
        raise Damaged(str(blob)) from None


def _nonce(index: int) -> bytes:
    return index.to_bytes(NONCE_BYTES, "big")


def _place(index: int, last: bool, blob: UUID) -> bytes:
    """Associated data: a frame is only itself in its place, in its blob."""
    return blob.bytes + index.to_bytes(8, "big") + bytes([last])
