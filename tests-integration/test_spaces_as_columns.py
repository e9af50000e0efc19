"""Samples of real Gymnasium spaces, stacked into columns, written and read, are still those samples."""

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from any_episode import same
from tupli_schemas import codec
from tupli_schemas.columns import EpisodeData
from tupli_schemas.trees import leaves, stack, take

IMAGE = spaces.Box(0, 255, (8, 9, 3), np.uint8)
POSE = spaces.Box(-np.inf, np.inf, (3,), np.float64)

SPACES: dict[str, spaces.Space[Any]] = {
    "box": spaces.Box(-1, 1, (4,), np.float32),
    "box of nothing": spaces.Box(0, 1, (0,), np.float32),
    "image": IMAGE,
    "discrete": spaces.Discrete(5, start=-2),
    "multi-binary": spaces.MultiBinary([2, 3]),
    "multi-discrete": spaces.MultiDiscrete(np.array([[2, 3], [4, 5]])),
    "text": spaces.Text(12, charset="aäß日🙂 "),
    "dict": spaces.Dict({"camera": IMAGE, "goal": spaces.Text(3), "a/b": spaces.Discrete(2)}),
    "tuple": spaces.Tuple((POSE, spaces.Discrete(3))),
    "nest": spaces.Dict({"x": spaces.Tuple((spaces.Dict({"y": POSE, "t": spaces.Text(4)}), spaces.MultiBinary(2)))}),
}


@pytest.mark.parametrize("name", SPACES)
def test_samples_come_back_as_they_were(name: str) -> None:
    space = SPACES[name]
    space.seed(1)
    observations, actions = [space.sample() for _ in range(6)], [space.sample() for _ in range(5)]

    data = EpisodeData.from_arrays(
        observations=stack(observations), actions=stack(actions), rewards=[1.0] * 5, terminated=True, truncated=False
    )
    again = codec.decode(bytes(codec.encode(data)))

    assert again.equals(data)
    assert all(same(take(again.all_observations, row), observations[row]) for row in range(6))
    assert all(same(again[row].action, actions[row]) for row in range(5))
    assert all(space.contains(step.observation) for step in again)


@pytest.mark.parametrize("name", [name for name, space in SPACES.items() if space.dtype is not None and name != "text"])
def test_columns_have_the_dtype_and_shape_of_their_space(name: str) -> None:
    space = SPACES[name]

    ((_, column),) = leaves(stack([space.sample() for _ in range(3)]))

    assert isinstance(column, np.ndarray)
    assert (column.dtype, column.shape) == (space.dtype, (3, *(space.shape or ())))


def test_a_box_without_axes_comes_back_as_numpy_scalars() -> None:
    space = spaces.Box(-1, 1, (), np.float16, seed=1)
    samples = [space.sample() for _ in range(3)]

    assert same([take(stack(samples), row) for row in range(3)], [sample[()] for sample in samples])
