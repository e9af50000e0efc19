"""Compressed columns cannot make a reader use more memory than it allows, nor read anything but what was written."""

import sys
import tracemalloc

import numpy as np
import pytest

from any_episode import an_episode, with_images
from any_episode.forgery import Forgery
from tupli_schemas import codec
from tupli_schemas.errors import InvalidDataError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZEROS = bytes(64 << 20)
SMALL = zstd.compress(bytes(5000))


def with_frame(frame: bytes, claimed: int) -> bytes:
    """A payload whose actions are this frame, said to hold so many bytes."""
    actions = np.zeros((1, 5000), np.uint8)
    forgery = Forgery.of(bytes(codec.encode(an_episode(1, observations=np.zeros((2, 0)), actions=actions))))
    start = forgery.header["actions"]["data_offsets"][0]
    forgery.data = forgery.data[:start] + frame
    forgery.header["actions"] |= {"shape": [len(frame)], "data_offsets": [start, start + len(frame)]}
    forgery.claim("metadata.compressed.actions.shape", [1, claimed])
    return forgery.bytes()


def without_size(data: bytes) -> bytes:
    compressor = zstd.ZstdCompressor(level=1)
    return compressor.compress(data) + compressor.flush()


def with_size(data: bytes, size: int) -> bytes:
    """A frame that lies about how much it holds."""
    frame = zstd.compress(data, level=1)
    descriptor = frame[4]
    assert descriptor >> 6 == 2, "the size stands in four bytes, behind the descriptor and, perhaps, the window"
    place = 5 if descriptor & 0x20 else 6
    return frame[:place] + size.to_bytes(4, "little") + frame[place + 4 :]


FRAMES = {
    "a bomb": (zstd.compress(ZEROS, level=1), 64 << 20, "expand to more than 1048576 bytes"),
    "more than is claimed": (zstd.compress(ZEROS, level=1), 5000, "holds 67108864 bytes where there must be 5000"),
    "no size": (without_size(ZEROS), 5000, "does not say how many bytes it holds"),
    "a bomb that lies": (with_size(ZEROS, 500_000), 500_000, "holds more than|is damaged"),
    "less than it says": (with_size(bytes(300_000), 1_000_000), 1_000_000, "is damaged|ends after"),
    "something behind it": (SMALL + b"more", 5000, "goes on after its end"),
    "another frame behind it": (SMALL * 2, 5000, "goes on after its end"),
    "much behind it": (SMALL + bytes(2 << 20), 5000, "goes on after its end"),
    "a cut frame": (SMALL[:-1], 5000, "ends after|is damaged"),
    "no frame": (b"", 5000, "is damaged"),
    "a frame to be skipped": (b"\x50\x2a\x4d\x18\0\0\0\0", 5000, "holds 0 bytes"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_bombs_and_broken_frames_are_refused_in_little_memory(name: str) -> None:
    frame, claimed, problem = FRAMES[name]
    payload = with_frame(frame, claimed)
    tracemalloc.start()

    with pytest.raises(InvalidDataError, match=problem):
        codec.decode(payload, max_bytes=1 << 20)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


def test_the_size_that_is_claimed_is_not_filled_before_it_is_there() -> None:
    payload = with_frame(with_size(bytes(300_000), 2**31), 2**31)

    with pytest.raises(InvalidDataError, match=r"is damaged|ends after"):
        codec.decode(payload, max_bytes=2**32)


def test_a_frame_may_not_ask_for_a_huge_window() -> None:
    data = np.random.default_rng(0).integers(0, 2, 40 << 20, np.uint8).tobytes()
    options: dict[int, int] = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.compression_level: 1}

    with pytest.raises(InvalidDataError, match="is damaged"):
        codec.decode(with_frame(zstd.compress(data, options=options), len(data)))


def test_the_limits_are_those_of_the_reader() -> None:
    payload = bytes(codec.encode(with_images()))

    assert len(codec.decode(payload, max_bytes=30 << 20)) == 20
    with pytest.raises(InvalidDataError, match="expand to more than 2000000 bytes"):
        codec.decode(payload, max_bytes=2_000_000)
    with pytest.raises(InvalidDataError, match="claims a header of"):
        codec.decode(payload, max_header_bytes=100)
