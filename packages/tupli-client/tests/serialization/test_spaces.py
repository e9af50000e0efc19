"""A Gymnasium space becomes JSON and comes back equal."""

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from pydantic import TypeAdapter

from tupli_client.serialization import to_space, to_spec
from tupli_schemas.errors import InvalidDataError, UnsupportedSpaceError
from tupli_schemas.spaces import BoxSpec, DiscreteSpec, MultiBinarySpec, SpaceSpec, TupleSpec

JSON: TypeAdapter[SpaceSpec] = TypeAdapter(SpaceSpec)

SPACES: list[gymnasium.Space[Any]] = [
    spaces.Box(-1, 1, (2, 3)),
    spaces.Box(np.array([-np.inf, 0.1], np.float32), np.array([np.inf, 0.2], np.float32)),
    spaces.Box(-np.inf, np.inf, (), np.float64),
    spaces.Box(0, 255, (4, 4, 3), np.uint8),
    spaces.Box(-(2**63), 2**63 - 1, (2,), np.int64),
    spaces.Box(0, 1, (0,)),
    spaces.Discrete(5),
    spaces.Discrete(3, start=-1),
    spaces.MultiBinary(4),
    spaces.MultiBinary([2, 3]),
    spaces.MultiDiscrete([3, 4]),
    spaces.MultiDiscrete(np.array([[2, 3], [4, 5]]), start=np.array([[1, 0], [0, -1]])),
    spaces.Text(8, min_length=2, charset="abc"),
    spaces.Tuple((spaces.Discrete(2), spaces.Box(0, 1, (1,)))),
    spaces.Dict({"b": spaces.Discrete(2), "a": spaces.Dict({"x": spaces.MultiBinary(2)})}),
    *(gymnasium.make(name).observation_space for name in ("CartPole-v1", "Blackjack-v1", "Pendulum-v1")),
]


@pytest.mark.parametrize("space", SPACES, ids=repr)
def test_a_space_survives_json(space: gymnasium.Space[Any]) -> None:
    text = JSON.dump_json(to_spec(space))

    assert to_space(JSON.validate_json(text)) == space


@pytest.mark.parametrize("space", SPACES, ids=repr)
def test_so_does_its_dtype_and_the_order_of_its_parts(space: gymnasium.Space[Any]) -> None:
    result = to_space(to_spec(space))

    assert result.dtype == space.dtype
    assert repr(result) == repr(space)


def test_a_limit_that_is_the_same_everywhere_is_written_once() -> None:
    assert to_spec(spaces.Box(0, 255, (96, 96, 3), np.uint8)) == BoxSpec(
        low=0, high=255, shape=(96, 96, 3), dtype="uint8"
    )


@pytest.mark.parametrize("space", [spaces.Sequence(spaces.Discrete(2)), spaces.Graph(spaces.Discrete(2), None)])
def test_a_space_without_columns_says_which_have_some(space: gymnasium.Space[Any]) -> None:
    with pytest.raises(UnsupportedSpaceError, match="Use Box"):
        to_spec(space)


@pytest.mark.parametrize(
    "spec",
    [
        BoxSpec(low=0, high=1, shape=(10**6, 10**6), dtype="float64"),
        BoxSpec(low=(0, 1), high=1, shape=(3,), dtype="float64"),
        BoxSpec(low=0, high=1, shape=(1,), dtype="nonsense"),
        MultiBinarySpec(shape=(2**40,)),
        TupleSpec(spaces=(DiscreteSpec(n=1, dtype="float999"),)),
    ],
)
def test_a_specification_that_makes_no_sense_is_refused_and_fills_no_memory(spec: SpaceSpec) -> None:
    with pytest.raises(InvalidDataError):
        to_space(spec)
