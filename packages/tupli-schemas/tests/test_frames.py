"""A stream of frames: what was written is what is read, whatever the chunks, and it ends only between two."""

import io
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from any_episode import an_episode
from tupli_schemas import codec, frames
from tupli_schemas.errors import InvalidDataError, TooLargeError
from tupli_schemas.frames import EndEvent, FrameParser, HeaderEvent, Limits, PayloadEvent

Written = list[tuple[bytes, bytes]]

HEADERS = st.binary(max_size=50).map(lambda data: b'{"x":"' + data.hex().encode() + b'"}')
STREAMS = st.lists(st.tuples(HEADERS, st.binary(max_size=300)), max_size=6)


def stream_of(written: Written) -> bytes:
    stream = b""
    for header, payload in written:
        stream += b"".join(frames.write(header, [payload[:7], payload[7:]], position=len(stream)))
    return stream


class Dribble(io.RawIOBase):
    """A file that gives a few bytes at a time, as a socket may."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._data, self._sizes = memoryview(data), sizes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._sizes[len(self._data) % len(self._sizes)], len(self._data))
        buffer[:size], self._data = self._data[:size], self._data[size:]
        return size


class TestReading:
    @given(STREAMS, st.lists(st.integers(1, 100), min_size=1))
    def test_frames_come_back_however_the_bytes_arrive(self, written: Written, sizes: list[int]) -> None:
        stream = stream_of(written)

        assert [(frame.header, bytes(frame.payload)) for frame in frames.read(io.BytesIO(stream))] == written
        assert [(frame.header, bytes(frame.payload)) for frame in frames.read(Dribble(stream, sizes))] == written

    def test_large_and_small_payloads_mix(self) -> None:
        written = [(b"{}", bytes(size)) for size in (0, 1, 300_000, 17, 256 << 10, (256 << 10) - 1, 2_000_000, 5)]

        assert [
            (frame.header, bytes(frame.payload)) for frame in frames.read(io.BytesIO(stream_of(written)))
        ] == written

    def test_payloads_lie_aligned_in_memory_and_are_read_only(self) -> None:
        data = an_episode(1000)
        stream = b"".join(frames.write(b'{"odd": 1}', codec.encode(data).buffers)) * 3

        for frame in frames.read(io.BytesIO(stream)):
            again = codec.decode(frame.payload)

            assert again.equals(data)
            assert frame.payload.readonly
            assert np.frombuffer(frame.payload, np.uint8).ctypes.data % frames.ALIGNMENT == 0
            assert np.shares_memory(again.rewards, np.frombuffer(frame.payload, np.uint8))

    @given(STREAMS.filter(bool), st.data())
    def test_a_stream_that_ends_inside_a_frame_is_refused(self, written: Written, draw: st.DataObject) -> None:
        stream = stream_of(written)
        borders = {0, *(len(stream_of(written[:count])) for count in range(len(written) + 1))}
        end = draw.draw(st.integers(0, len(stream)).filter(lambda place: place not in borders))

        with pytest.raises(InvalidDataError, match="the stream ends inside a frame"):
            list(frames.read(io.BytesIO(stream[:end])))

    def test_claims_beyond_the_limits_are_refused_before_there_is_room_for_them(self) -> None:
        for prefix in (
            bytes([255] * 4 + [0] * 8),
            bytes([0] * 4 + [255] * 8),
            bytes([2, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0]),
        ):
            tracemalloc.start()
            with pytest.raises(TooLargeError, match=r"a frame claims a (header|payload) of"):
                list(frames.read(io.BytesIO(prefix + b"{}")))
            assert tracemalloc.get_traced_memory()[1] < 1 << 20
            tracemalloc.stop()

    def test_the_limits_can_be_chosen(self) -> None:
        stream = stream_of([(b'{"a":1}', bytes(100))])

        assert len(list(frames.read(io.BytesIO(stream), Limits(header_bytes=20, payload_bytes=100)))) == 1
        with pytest.raises(TooLargeError, match="payload of 100 bytes; at most 99"):
            list(frames.read(io.BytesIO(stream), Limits(header_bytes=20, payload_bytes=99)))
        with pytest.raises(TooLargeError, match="header of 20 bytes; at most 19"):
            list(frames.read(io.BytesIO(stream), Limits(header_bytes=19)))


class TestPlaces:
    @given(STREAMS)
    def test_every_payload_begins_at_a_multiple_of_sixteen(self, written: Written) -> None:
        stream, position = stream_of(written), 0

        for header, payload in written:
            frame, end = frames.frame_at(stream, position)

            assert (frame.header, bytes(frame.payload)) == (header, payload)
            assert (end - len(payload)) % frames.ALIGNMENT == 0
            position = end
        assert position == len(stream)

    def test_a_torn_tail_is_refused(self) -> None:
        stream = stream_of([(b"{}", b"abc"), (b"{}", b"def")])
        second = frames.frame_at(stream, 0)[1]

        for end in range(second, len(stream)):
            with pytest.raises(InvalidDataError, match="the stream ends inside a frame"):
                frames.frame_at(stream[:end], second)


class TestParser:
    @given(STREAMS, st.lists(st.integers(0, 100), min_size=1).filter(any))
    def test_events_tell_the_frames_whatever_the_chunks(self, written: Written, sizes: list[int]) -> None:
        stream, parser, events = stream_of(written), FrameParser(), []
        turn = 0
        while stream:
            size = sizes[turn % len(sizes)]
            turn += 1
            chunk, stream = stream[:size], stream[size:]
            events += [
                event if not isinstance(event, PayloadEvent) else bytes(event.data) for event in parser.feed(chunk)
            ]
        parser.close()

        assert [event.header for event in events if isinstance(event, HeaderEvent)] == [header for header, _ in written]
        assert [event.n_bytes for event in events if isinstance(event, HeaderEvent)] == [
            len(data) for _, data in written
        ]
        assert sum(isinstance(event, EndEvent) for event in events) == len(written)
        assert b"".join(event for event in events if isinstance(event, bytes)) == b"".join(data for _, data in written)

    def test_a_frame_without_payload_ends_at_once(self) -> None:
        events = FrameParser().feed(b"".join(frames.write(b"{}", [])))

        assert events == [HeaderEvent(b"{}", 0), EndEvent()]

    def test_pieces_of_payload_are_views_of_the_chunk(self) -> None:
        chunk = b"".join(frames.write(b"{}", [b"abc"]))

        (piece,) = [event.data for event in FrameParser().feed(chunk) if isinstance(event, PayloadEvent)]

        assert np.shares_memory(np.frombuffer(piece, np.uint8), np.frombuffer(chunk, np.uint8))

    def test_it_may_be_closed_only_between_frames(self) -> None:
        stream = stream_of([(b"{}", b"abc")])

        FrameParser().close()
        for end in range(1, len(stream)):
            parser = FrameParser()
            parser.feed(stream[:end])
            with pytest.raises(InvalidDataError, match="the stream ends inside a frame"):
                parser.close()

    def test_claims_beyond_the_limits_are_refused_at_the_prefix(self) -> None:
        with pytest.raises(TooLargeError, match="at most 5"):
            FrameParser(Limits(payload_bytes=5)).feed(b"".join(frames.write(b"{}", [b"abcdef"]))[:12])


def test_a_manifest_says_what_follows() -> None:
    manifest = frames.Manifest(n_episodes=2, n_tuples=30, n_bytes=4000)

    (frame,) = frames.read(io.BytesIO(b"".join(frames.write(manifest.model_dump_json().encode(), []))))

    assert frames.Manifest.model_validate_json(frame.header) == manifest
    assert not len(frame.payload)
