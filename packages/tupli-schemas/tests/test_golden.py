"""Payloads of earlier versions are still read, with the values that were once written."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from any_episode import same
from tupli_schemas import codec, frames
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.text_column import TextColumn

GOLDEN = Path(__file__).parent / "golden"
HAS_X86_FLOATS = np.finfo(np.longdouble).nmant == 63


def golden(name: str) -> EpisodeData:
    return codec.check((GOLDEN / f"{name}.safetensors").read_bytes())


def shown(column: Any) -> tuple[str, list[Any]]:
    """A column as its dtype and values."""
    assert isinstance(column, np.ndarray)
    return column.dtype.str, column.tolist()


def test_cartpole() -> None:
    data = golden("cartpole")

    assert shown(data.all_observations) == (
        "<f4",
        [[0.5, -0.25, 1, 2], [0.75, 0, -1, 3], [1, 0.125, 0, 4], [1.5, 0.25, 0, 5]],
    )
    assert shown(data.actions) == ("<i8", [0, 1, 1])
    assert shown(data.rewards) == ("<f8", [1.0, 1.0, 1.0])
    assert shown(data.terminated) == ("|b1", [False, False, True])
    assert shown(data.truncated) == ("|b1", [False, False, False])
    assert (data.has_final_observation, data.is_partial, dict(data.infos)) == (True, False, {})


def test_nested_spaces() -> None:
    data = golden("nested_spaces")
    observations: Any = data.all_observations
    actions: Any = data.actions

    assert list(observations) == ["camera", "pose", "a/b#c%"]
    assert shown(observations["camera"]) == ("|u1", [[[0, 1], [2, 3]], [[4, 5], [6, 7]], [[8, 9], [10, 11]]])
    assert shown(observations["pose"][0]) == ("<f8", [0.5, 1.5, 2.5])
    assert isinstance(observations["pose"][1]["name"], TextColumn)
    assert list(observations["pose"][1]["name"]) == ["start", "", "größe 🙂"]
    assert observations["a/b#c%"].shape == (3, 0)
    assert isinstance(actions, tuple)
    assert [shown(action) for action in actions] == [("|i1", [4, 5]), ("|i1", [[1, 0], [0, 1]])]
    assert data.truncated.tolist() == [False, True]


def test_every_dtype() -> None:
    columns: Any = golden("every_dtype").all_observations

    for name in ("|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", ">i4", ">f8"):
        assert shown(columns[name.removeprefix("|")]) == (name, [0, 1, 100])
    assert columns["float16"].tobytes().hex() == "00800100007c"
    assert columns["float32"].tobytes().hex() == "0000008001000000000080ff"
    assert columns["float64"].tobytes().hex() == "00000000000000800100000000000000000000000000f0ff"
    assert columns["nan float16"].tobytes().hex() == "007e00800100"
    assert columns["nan float32"].tobytes().hex() == "0100c07f0000008001000000"
    assert columns["nan float64"].tobytes().hex() == "010000000000f87f00000000000000800100000000000000"
    assert shown(columns["bool"]) == ("|b1", [True, False, True])
    assert shown(columns["complex64"]) == ("<c8", [1 + 2j, 0, -1j])
    assert shown(columns["complex128"]) == ("<c16", [1 + 2j, 0, -1j])
    assert columns["datetime"].dtype.str == "<M8[m]"
    assert [str(moment) for moment in columns["datetime"]] == ["2026-01-31T12:00", "NaT", "1969-12-31T23:59"]
    assert columns["timedelta"].dtype.str == "<m8[25ns]"
    assert columns["timedelta"].astype("i8").tolist() == [1, -1, 0]
    assert shown(columns["bytes"]) == ("|S3", [b"a", b"", b"abc"])
    assert shown(columns["text"]) == ("<U3", ["a", "", "äß🙂"])
    assert shown(columns[">text"]) == (">U3", ["a", "", "äß🙂"])


@pytest.mark.skipif(not HAS_X86_FLOATS, reason="this machine has no extended floats of x86")
def test_extended_floats() -> None:
    data = golden("extended_floats")

    assert shown(data.all_observations)[0] == "<f16"
    assert [float(value) for value in data.all_observations] == [1, 0.5, -2]  # type: ignore[arg-type]
    assert [complex(value) for value in data.actions] == [1j, 2]  # type: ignore[arg-type]


@pytest.mark.skipif(HAS_X86_FLOATS, reason="this machine has extended floats of x86")
def test_extended_floats_of_another_machine_are_refused() -> None:
    with pytest.raises(InvalidDataError, match="'<f16/63' is no dtype that this machine has"):
        golden("extended_floats")


def test_an_unknown_end() -> None:
    data = golden("unknown_end")

    assert not data.has_final_observation
    assert data[1].next_observation == 3.5
    assert data[2].next_observation is None
    assert not data.terminated.any()


def test_a_piece_of_an_episode() -> None:
    data = golden("piece")

    assert data.is_partial
    assert shown(data.all_observations) == ("<i8", [1, 2, 3])
    assert [step.info for step in data] == [{"n": 1}, {"n": 2}]
    assert not data.terminated.any()


def test_infos() -> None:
    first, second, third = (step.info for step in golden("infos"))

    assert same(
        first,
        {
            "speed": 1.5,
            "count": 1,
            "won": True,
            "np": np.float32(0.1),
            "vector": np.array([1, 2], np.int16),
            "text": "täxt",
            "nothing": None,
            "nested": {"a": (1, [2.5, {"b": b"\x00\xff"}]), "": float("inf")},
            "large": 2**70,
            "ragged": np.zeros((1, 2), np.uint8),
            "z": 1 + 2j,
            "keys": {1: "one", "$tuple": "no tuple"},
        },
    )
    assert same(
        second,
        {
            "speed": -0.0,
            "count": -(2**63),
            "np": np.float32("nan"),
            "vector": np.array([3, 4], np.int16),
            "ragged": np.float64(7),
        },
    )
    assert third == {}


def test_compressed() -> None:
    data = golden("compressed")
    images: Any = data.all_observations

    assert (images.dtype.str, images.shape) == ("|u1", (3, 64, 64, 3))
    assert not images[0].any()
    assert images[1].sum() == 200 * 10 * 10 * 3
    assert images[1, 10:20, 10:20].min() == 200
    assert (images[2] == 7).all()
    assert shown(data.actions) == (">f8", [[0.5] * 1000] * 2)
    assert (GOLDEN / "compressed.safetensors").stat().st_size < 5000


def test_a_stream() -> None:
    with (GOLDEN / "stream.frames").open("rb") as file:
        manifest, first, second = frames.read(file)

    assert frames.Manifest.model_validate_json(manifest.header).n_tuples == 6
    assert (first.header, second.header) == (b'{"name":"cartpole"}', b'{"name":"unknown_end"}')
    assert codec.decode(first.payload).equals(golden("cartpole"))
    assert codec.decode(second.payload).equals(golden("unknown_end"))
