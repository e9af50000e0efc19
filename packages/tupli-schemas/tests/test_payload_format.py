"""A payload is a valid safetensors file, compressed where that pays."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from safetensors import safe_open
from safetensors.numpy import load

from any_episode import NOISE, an_episode, any_episode, same, with_images
from tupli_schemas import codec
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError


class TestFormat:
    def test_another_reader_finds_the_columns_under_their_names(self) -> None:
        data = an_episode(
            3,
            observations={"camera": np.zeros((4, 2, 2), np.uint8), "pose": (np.ones((4, 3)), ["a", "b", "ü", ""])},
            infos=[{"speed": 1.5}, {}, {"speed": 2.5, "why": "x"}],
        )

        found = load(bytes(codec.encode(data)))

        assert sorted(found) == [
            "actions", "infos/speed", "infos/speed#has", "infos/why", "infos/why#has", "infos/why#off", "observations/camera",
            "observations/pose/0", "observations/pose/1", "observations/pose/1#off", "rewards", "terminated", "truncated",
        ]  # fmt: skip
        assert same(found["observations/pose/0"], np.ones((4, 3)))
        assert found["observations/pose/1"].tobytes() == "abü".encode()
        assert same(found["observations/pose/1#off"], np.array([0, 1, 2, 4, 4]))
        assert same(found["infos/speed#has"], np.array([True, False, True]))
        assert same(found["rewards"], data.rewards)

    @given(data=any_episode())
    @settings(max_examples=100, deadline=None)
    def test_every_payload_is_a_valid_safetensors_file(self, data: EpisodeData) -> None:
        payload = bytes(codec.encode(data))

        assert set(load(payload)) == set(codec.read_header(payload).columns)

    def test_the_metadata_says_what_safetensors_cannot(self, tmp_path: Path) -> None:
        path = tmp_path / "episode.safetensors"
        data = an_episode(
            2, observations=(np.zeros((3, 5000), np.int16), np.zeros((3, 1), ">f4")), infos=[{"n": 1}, {"n": 2}]
        )
        path.write_bytes(bytes(codec.encode(data.slice(0, 1))))

        with safe_open(path, "numpy") as file:
            said = json.loads(file.metadata()["tupli"])

        assert said == {
            "version": 1,
            "n_tuples": 1,
            "has_final_observation": True,
            "is_partial": True,
            "observations": ["array", "array"],
            "actions": "array",
            "infos": {"n": "python"},
            "dtypes": {"observations/1": ">f4"},
            "compressed": {"observations/0": {"dtype": "<i2", "shape": [2, 5000]}},
        }

    def test_extended_floats_say_which_kind_they_are(self) -> None:
        payload = bytes(codec.encode(an_episode(1, rewards=np.ones(1, np.longdouble))))
        bits = np.finfo(np.longdouble).nmant

        foreign = payload.replace(f"/{bits}".encode(), b"/99" if bits < 100 else b"/999")

        assert codec.decode(payload).rewards.dtype == np.longdouble
        with pytest.raises(InvalidDataError, match="is no dtype that this machine has"):
            codec.decode(foreign)

    def test_keys_of_every_sort_keep_their_columns_apart(self) -> None:
        keys = ["a/b", "a", "a#off", "a#has", "", "%2F", "a%2Fb", "0", "__metadata__", "ü"]
        data = an_episode(
            2,
            observations={key: np.full(3, row) for row, key in enumerate(keys)},
            infos=[dict.fromkeys(keys, "x"), dict.fromkeys(keys[:3], "y")],
        )

        assert codec.decode(bytes(codec.encode(data))).equals(data)


class TestCompression:
    def test_images_shrink_and_noise_stays_as_it_is(self) -> None:
        data = with_images()

        payload = codec.encode(data)
        columns = codec.read_header(bytes(payload)).columns

        assert columns["observations/image"].is_compressed
        assert not columns["actions"].is_compressed
        assert payload.n_bytes < data.nbytes / 50
        assert codec.decode(bytes(payload)).equals(data)

    def test_small_columns_are_never_compressed(self) -> None:
        columns = codec.read_header(
            bytes(codec.encode(an_episode(10, observations=np.zeros((11, 93), np.float32))))
        ).columns

        assert not any(column.is_compressed for column in columns.values())

    def test_what_shrinks_only_where_it_was_probed_stays_as_it_is(self) -> None:
        data = NOISE.integers(0, 256, 400_000, np.uint8)
        data[100_000:120_000] = data[280_000:300_000] = 0

        columns = codec.read_header(bytes(codec.encode(an_episode(1, actions=data[np.newaxis])))).columns

        assert not columns["actions"].is_compressed

    def test_beyond_what_readers_open_columns_stay_as_they_are(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(codec, "MAX_DECOMPRESSED_BYTES", 100_000)
        zeros = np.zeros((2, 60_000), np.uint8)

        payload = bytes(codec.encode(an_episode(1, observations=(zeros[:, :30_000], zeros))))

        columns = codec.read_header(payload).columns
        assert [columns[f"observations/{index}"].is_compressed for index in (0, 1)] == [True, False]
        codec.decode(payload, max_bytes=100_000)

    def test_many_threads_encode_at_once(self) -> None:
        data = with_images(5)
        expected = bytes(codec.encode(data))

        with ThreadPoolExecutor(8) as threads:
            payloads = list(threads.map(lambda _: bytes(codec.encode(data)), range(64)))

        assert all(payload == expected for payload in payloads)
        assert codec.decode(expected).equals(data)
