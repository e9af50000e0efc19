"""What is read is what was written: the same steps, bit for bit, from a file that any safetensors reader opens."""

import hashlib
import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from any_episode import NOISE, an_episode, any_episode, dtypes, same, same_steps, with_images
from tupli_schemas import codec
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import leaves


class TestRoundTrip:
    @given(data=any_episode())
    @settings(max_examples=300, deadline=None)
    def test_every_episode_comes_back_bit_for_bit(self, data: EpisodeData) -> None:
        again = codec.check(bytes(codec.encode(data)))

        assert again.equals(data)
        assert same_steps(again, data)

    @given(dtype=dtypes())
    @settings(max_examples=100, deadline=None)
    def test_large_columns_of_every_dtype_come_back_compressed_or_not(self, dtype: np.dtype[Any]) -> None:
        bits = NOISE.integers(0, 2, (5, 3000), np.uint8)
        noise = (
            NOISE.integers(0, 256, (5, 3000 * dtype.itemsize), np.uint8).view(dtype)
            if dtype.kind not in "bU"
            else bits.astype(dtype)
        )
        data = an_episode(observations={"zeros": np.zeros((5, 3000), dtype), "noise": noise})

        again = codec.decode(bytes(codec.encode(data)))

        assert again.equals(data)

    def test_views_with_strides_are_written_as_what_they_show(self) -> None:
        wide = NOISE.standard_normal((10, 6))
        data = an_episode(observations=wide[::2, 1:4], actions=wide.T[:4], infos={"x": wide[1:9:2, ::-1]})

        assert codec.decode(bytes(codec.encode(data))).equals(data)

    def test_slices_are_written_without_what_lies_around_them(self) -> None:
        whole = an_episode(
            1000, observations=[f"step {row}" for row in range(1001)], infos=[{"n": str(row)} for row in range(1000)]
        )
        part = whole.slice(500, 502)

        payload = codec.encode(part)

        assert payload.n_bytes < 2000
        assert codec.decode(bytes(payload)).equals(part)
        assert list(codec.decode(bytes(payload)).all_observations) == ["step 500", "step 501", "step 502"]

    def test_an_episode_of_a_million_steps_and_one_of_one_step(self) -> None:
        for steps in (1, 1_000_000):
            data = an_episode(steps, observations=np.zeros((steps + 1, 0), np.float32), actions=np.arange(steps))

            assert codec.decode(bytes(codec.encode(data))).equals(data)


class TestMemory:
    def test_encoding_refers_to_large_arrays(self) -> None:
        data = an_episode(2000)

        payload = codec.encode(data)

        (buffer,) = [buffer for buffer in payload.buffers if len(buffer) == data.nbytes - 2 * 2000 - 2 * 2000 * 8]
        assert isinstance(data.all_observations, np.ndarray)
        assert np.shares_memory(np.frombuffer(buffer, np.uint8), data.all_observations)

    def test_small_episodes_are_one_buffer(self) -> None:
        assert len(codec.encode(an_episode(20)).buffers) == 1

    def test_decoding_makes_read_only_views_that_are_aligned(self) -> None:
        data = an_episode(
            3, observations={str(dtype): np.ones((4, 3), dtype) for dtype in ("?", "i2", ">f8", "g", "U1", "S3", "D")}
        )
        buffer = np.frombuffer(bytes(codec.encode(data)), np.uint8)

        again = codec.decode(buffer.data)

        arrays = [leaf for _, leaf in leaves((again.all_observations, again.actions, again.rewards, again.terminated))]
        assert all(isinstance(array, np.ndarray) and np.shares_memory(array, buffer) for array in arrays)
        assert all(
            array.flags.aligned and not array.flags.writeable for array in arrays if isinstance(array, np.ndarray)
        )

    def test_a_writable_buffer_gives_read_only_arrays_too(self) -> None:
        again = codec.decode(bytearray(bytes(codec.encode(with_images()))))

        with pytest.raises(ValueError, match="read-only"):
            again.rewards[0] = 1
        with pytest.raises(ValueError, match="read-only"):
            again.all_observations["image"][0] = 1  # type: ignore[index,call-overload,assignment]

    def test_arrays_are_aligned_even_where_the_payload_is_not(self) -> None:
        data = an_episode(3)
        moved = memoryview(b"x" + bytes(codec.encode(data)))[1:]

        again = codec.decode(moved)

        assert again.equals(data)
        assert again.rewards.flags.aligned
        assert not again.rewards.flags.writeable

    def test_a_payload_is_read_from_a_mapped_file(self, tmp_path: Path) -> None:
        data = an_episode(1000)
        path = tmp_path / "episode.safetensors"
        path.write_bytes(bytes(codec.encode(data)))

        with path.open("rb") as file:
            again = codec.decode(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))

        assert again.equals(data)


class TestParts:
    def test_a_partial_decode_touches_only_what_it_is_asked_for(self) -> None:
        data = with_images()
        payload = bytearray(bytes(codec.encode(data)))
        start, stop = codec.read_header(payload).span("observations/image")
        payload[start:stop] = bytes(stop - start)

        part = codec.decode(payload, columns=("actions", "rewards"))

        assert same(part.actions, data.actions)
        assert same(part.rewards, data.rewards)
        assert part.all_observations == {}
        with pytest.raises(InvalidDataError, match="observations/image"):
            codec.decode(payload)

    def test_infos_come_only_when_they_are_asked_for(self) -> None:
        payload = bytes(codec.encode(an_episode(2, infos=[{"a": 1}, {}])))

        assert codec.decode(payload, columns=("observations",)).infos == {}
        assert codec.decode(payload, columns=("infos",))[0].info == {"a": 1}

    def test_a_part_that_does_not_exist_is_refused(self) -> None:
        with pytest.raises(InvalidDataError, match=r"no part called \['reward'\]"):
            codec.decode(bytes(codec.encode(an_episode())), columns=("reward",))

    def test_what_was_decoded_in_part_cannot_be_encoded_as_if_it_were_whole(self) -> None:
        part = codec.decode(bytes(codec.encode(an_episode())), columns=("actions",))

        with pytest.raises(InvalidDataError, match="there is no column of observations to encode"):
            codec.encode(part)

    def test_columns_can_be_fetched_one_by_one_with_the_header_alone(self) -> None:
        data = an_episode(100)
        payload = bytes(codec.encode(data))
        header = payload[: 8 + int.from_bytes(payload[:8], "little")]

        layout = codec.read_header(header, n_bytes=len(payload))
        start, stop = layout.span("rewards")

        column = layout.columns["rewards"]
        assert same(np.frombuffer(payload[start:stop], column.dtype).reshape(column.shape), data.rewards)
        assert layout.metadata.n_tuples == 100
        with pytest.raises(InvalidDataError, match="end at byte"):
            codec.read_header(header)

    @pytest.mark.parametrize("steps", [3, 20_000])
    def test_rewards_and_ends_are_read_from_their_own_bytes(self, steps: int) -> None:
        data = an_episode(steps, rewards=np.ones(steps))
        payload = bytes(codec.encode(data))
        layout = codec.read_header(payload)
        parts = {name: payload[slice(*layout.span(name))] for name in codec.ENDS}

        ends = codec.decode_ends(layout, parts)

        assert ends.return_ == steps
        assert same((ends.rewards, ends.terminated, ends.truncated), (data.rewards, data.terminated, data.truncated))
        with pytest.raises(InvalidDataError, match="bytes of terminated where there must be"):
            codec.decode_ends(layout, {**parts, "terminated": b""})


class TestLimits:
    def test_more_columns_than_a_header_holds_are_refused_by_the_writer(self) -> None:
        infos = [{f"key {number}": number for number in range(12_000)}]

        with pytest.raises(InvalidDataError, match="need a header of"):
            codec.encode(an_episode(1, infos=infos))

    def test_the_checksum_is_of_the_bytes_of_the_payload(self) -> None:
        payload = codec.encode(an_episode(5000))

        assert payload.checksum == "sha256:" + hashlib.sha256(bytes(payload)).hexdigest()
        assert payload.n_bytes == len(bytes(payload)) == sum(map(len, payload.buffers))

    def test_text_that_is_no_text_is_refused_before_it_is_written(self) -> None:
        broken = np.array([2], np.uint8).view(np.bool_)

        with pytest.raises(InvalidDataError, match="neither 0 nor 1"):
            codec.encode(an_episode(1, actions=broken))

    def test_a_text_column_comes_back_as_one(self) -> None:
        again = codec.decode(bytes(codec.encode(an_episode(1, observations=["a", "b"]))))

        assert isinstance(again.all_observations, TextColumn)
