"""Writes the golden files: payloads that every later version must still read. Run once for a new format version, never to please a test.

python packages/tupli-schemas/tests/make_golden.py packages/tupli-schemas/tests/golden
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from tupli_schemas import codec, frames
from tupli_schemas.columns import EpisodeData

SPECIAL = {
    "float16": "007e 0080 0100 007c",  # NaN, -0.0, the smallest subnormal, infinity; little-endian
    "float32": "0100c07f 00000080 01000000 000080ff",  # a NaN with a payload
    "float64": "010000000000f87f 0000000000000080 0100000000000000 000000000000f0ff",
}


def episode(steps: int, **columns: Any) -> EpisodeData:
    given: dict[str, Any] = {
        "observations": np.arange(steps + 1),
        "actions": np.arange(steps),
        "rewards": np.ones(steps),
        "terminated": True,
        "truncated": False,
    }
    return EpisodeData.from_arrays(**(given | columns))


def cartpole() -> EpisodeData:
    return episode(
        3,
        observations=np.array([[0.5, -0.25, 1, 2], [0.75, 0, -1, 3], [1, 0.125, 0, 4], [1.5, 0.25, 0, 5]], np.float32),
        actions=np.array([0, 1, 1]),
    )


def nested_spaces() -> EpisodeData:
    return episode(
        2,
        observations={
            "camera": np.arange(12, dtype=np.uint8).reshape(3, 2, 2),
            "pose": (np.array([0.5, 1.5, 2.5]), {"name": ["start", "", "größe 🙂"]}),
            "a/b#c%": np.zeros((3, 0), np.float32),
        },
        actions=(np.array([4, 5], np.int8), np.array([[1, 0], [0, 1]], np.int8)),
        terminated=False,
        truncated=True,
    )


def every_dtype() -> EpisodeData:
    whole = {
        name: np.array([0, 1, 100], name)
        for name in ("i1", "u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", ">i4", ">f8")
    }
    floats = {name: np.frombuffer(bytes.fromhex(bits), name)[1:] for name, bits in SPECIAL.items()}
    nans = {f"nan {name}": np.frombuffer(bytes.fromhex(bits), name)[:3] for name, bits in SPECIAL.items()}
    others = {
        "bool": np.array([True, False, True]),
        "complex64": np.array([1 + 2j, 0, -1j], np.complex64),
        "complex128": np.array([1 + 2j, 0, -1j]),
        "datetime": np.array(["2026-01-31T12:00", "NaT", "1969-12-31T23:59"], "M8[m]"),
        "timedelta": np.array([1, -1, 0], "m8[25ns]"),
        "bytes": np.array([b"a", b"", b"abc"]),
        "text": np.array(["a", "", "äß🙂"]),
        ">text": np.array(["a", "", "äß🙂"], ">U3"),
    }
    return episode(2, observations=whole | floats | nans | others)


def extended_floats() -> EpisodeData:
    return episode(2, observations=np.array([1, 0.5, -2], np.longdouble), actions=np.array([1j, 2], np.clongdouble))


def unknown_end() -> EpisodeData:
    return episode(3, observations=np.array([1.5, 2.5, 3.5]), terminated=False)


def piece() -> EpisodeData:
    return episode(5, infos=[{"n": number} for number in range(5)]).slice(1, 3)


def infos() -> EpisodeData:
    first = {
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
    }
    second = {
        "speed": -0.0,
        "count": -(2**63),
        "np": np.float32("nan"),
        "vector": np.array([3, 4], np.int16),
        "ragged": np.float64(7),
    }
    return episode(3, infos=[first, second, {}])


def compressed() -> EpisodeData:
    images = np.zeros((3, 64, 64, 3), np.uint8)
    images[1, 10:20, 10:20] = 200
    images[2] = 7
    return episode(2, observations=images, actions=np.full((2, 1000), 0.5, ">f8"))


EPISODES = (cartpole, nested_spaces, every_dtype, extended_floats, unknown_end, piece, infos, compressed)


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    stream = b"".join(frames.write(frames.Manifest(n_episodes=2, n_tuples=6, n_bytes=0).model_dump_json().encode(), []))
    for make in EPISODES:
        payload = codec.encode(make())
        (folder / f"{make.__name__}.safetensors").write_bytes(bytes(payload))
        if make in {cartpole, unknown_end}:
            header = f'{{"name":"{make.__name__}"}}'.encode()
            stream += b"".join(frames.write(header, payload.buffers, position=len(stream)))
    (folder / "stream.frames").write_bytes(stream)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
