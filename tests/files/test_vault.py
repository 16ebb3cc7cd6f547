"""Sealed bytes: read whole or in part; changed, cut, moved or swapped they fail."""

import io
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.files import vault
from hub.files.vault import FRAME_BYTES, TAG_BYTES, Damaged, KeyRing, UnknownKey

KEY, BLOB = vault.new_key(), uuid4()
SEALED_FRAME = FRAME_BYTES + TAG_BYTES
CONTENT = bytes(range(251)) * 1000  # four frames, the last one short
SIZES = [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 2 * FRAME_BYTES]


def sealed(content: bytes, key: bytes = KEY, blob: UUID = BLOB) -> bytes:
    target = io.BytesIO()
    vault.seal([content], target, key, blob)
    return target.getvalue()


def opened(
    data: bytes, size: int, start: int = 0, stop: int | None = None, **other: UUID
) -> bytes:
    blob = other.get("blob", BLOB)
    return b"".join(vault.unseal(io.BytesIO(data), KEY, blob, size, start, stop))


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_comes_back(size: int) -> None:
    content = CONTENT[:size]
    data = sealed(content)
    assert len(data) == vault.sealed_size(size)
    assert opened(data, size) == content
    if size > 1:
        assert content[:64] not in data


def test_chunks_of_any_size_are_the_same_content() -> None:
    def chunks() -> Iterator[bytes]:
        for begin in range(0, len(CONTENT), 7001):
            yield CONTENT[begin : begin + 7001]

    target = io.BytesIO()
    result = vault.seal(chunks(), target, KEY, BLOB)
    whole = vault.seal([CONTENT], io.BytesIO(), KEY, BLOB)
    assert (result, result.size) == (whole, len(CONTENT))
    assert opened(target.getvalue(), len(CONTENT)) == CONTENT


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(CONTENT)), st.integers(0, len(CONTENT)))
def test_any_part_is_exactly_that_part(one: int, other: int) -> None:
    start, stop = sorted((one, other))
    assert opened(DATA, len(CONTENT), start, stop) == CONTENT[start:stop]


def test_a_part_opens_only_the_frames_it_needs() -> None:
    broken = DATA[:SEALED_FRAME] + b"\0" * SEALED_FRAME + DATA[2 * SEALED_FRAME :]
    size = len(CONTENT)
    assert opened(broken, size, 0, 10) == CONTENT[:10]
    assert opened(broken, size, size - 10) == CONTENT[-10:]
    with pytest.raises(Damaged):
        opened(broken, size, FRAME_BYTES, FRAME_BYTES + 1)


DATA = sealed(CONTENT)
FRAMES = [DATA[i : i + SEALED_FRAME] for i in range(0, len(DATA), SEALED_FRAME)]
SHORT = FRAMES[:3]  # cut at the edge of a frame


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b"".join(SHORT), len(CONTENT)),
        (b"".join(SHORT), 3 * FRAME_BYTES),  # and the row says so too
        (DATA[:-1], len(CONTENT)),
        (DATA[:-1], len(CONTENT) - 1),
        (DATA + b"\0", len(CONTENT)),
        (DATA + FRAMES[0], len(CONTENT)),
        (b"".join([FRAMES[1], FRAMES[0], *FRAMES[2:]]), len(CONTENT)),
        (b"".join([FRAMES[0], FRAMES[0], *FRAMES[2:]]), len(CONTENT)),
        (b"".join(FRAMES[1:]), len(CONTENT) - FRAME_BYTES),
        (b"", 0),
    ],
)
def test_cut_grown_or_reordered_bytes_fail(data: bytes, size: int) -> None:
    with pytest.raises(Damaged):
        opened(data, size)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(DATA) * 8 - 1))
def test_any_flipped_bit_fails(bit: int) -> None:
    data = bytearray(DATA)
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Damaged):
        opened(bytes(data), len(CONTENT))


def test_another_blobs_bytes_fail_even_under_the_same_key() -> None:
    with pytest.raises(Damaged):
        opened(sealed(CONTENT, blob=uuid4()), len(CONTENT))


def test_keys_are_bound_to_their_blob_and_their_ring() -> None:
    old, new = vault.new_key(), vault.new_key()
    before, after = KeyRing([old]), KeyRing([new, old])
    wrapped = before.wrap(KEY, BLOB)
    assert KEY not in wrapped
    assert after.unwrap(wrapped, before.current, BLOB) == KEY
    with pytest.raises(Damaged):
        before.unwrap(wrapped, before.current, uuid4())
    with pytest.raises(Damaged):
        before.unwrap(wrapped[:-1], before.current, BLOB)
    again = after.wrap(KEY, BLOB)
    assert after.current != before.current
    assert KeyRing([new]).unwrap(again, after.current, BLOB) == KEY
    with pytest.raises(UnknownKey):
        KeyRing([new]).unwrap(wrapped, before.current, BLOB)


@pytest.mark.parametrize("text", ["", "x", "not base64!", "YWJj", "A" * 200])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        vault.read_key(text)
