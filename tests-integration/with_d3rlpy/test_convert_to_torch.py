"""Torch tensors: the dtypes of the data, and no copy of them."""

from typing import Any

import numpy as np
import pytest
import torch

from tupli_client.convert import Steps, tensors, to_numpy
from tupli_client.convert.parsers import TorchTupleParser
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError


def an_episode(observations: Any) -> EpisodeData:
    return EpisodeData.from_arrays(
        observations=observations,
        actions=np.array([1, 0]),
        rewards=np.array([0.5, 1.5], np.float32),
        terminated=True,
        truncated=False,
    )


def test_the_columns_are_tensors_in_the_dtypes_of_the_data() -> None:
    steps: Any = tensors(to_numpy([an_episode(np.arange(6, dtype=np.float64).reshape(3, 2))]))

    assert steps._fields == Steps._fields
    assert steps.observations.tolist() == [[0, 1], [2, 3]]
    assert [column.dtype for column in steps] == [torch.float64, torch.int64, torch.float32, torch.bool, torch.bool]
    assert steps.terminals.tolist() == [False, True]


def test_tensors_share_the_memory_of_the_arrays() -> None:
    arrays = to_numpy([an_episode(np.zeros((3, 2)))])

    shared: Any = TorchTupleParser.parse_lists(*arrays)
    shared.rewards[0] = 9

    assert arrays.rewards[0] == 9


def test_trees_stay_trees_and_text_becomes_strings() -> None:
    big_endian = np.arange(3, dtype=">f4")
    steps: Any = tensors(
        to_numpy([an_episode({"word": ["a", "b", "c"], "pair": (big_endian, np.zeros((3, 2), np.uint8))})])
    )

    assert steps.observations["word"] == ["a", "b"]
    assert steps.observations["pair"][0].tolist() == [0, 1]
    assert steps.observations["pair"][1].dtype == torch.uint8


def test_a_dtype_that_torch_lacks_is_named() -> None:
    with pytest.raises(InvalidDataError, match="no dtype for observations, which are datetime64"):
        tensors(to_numpy([an_episode(np.zeros(3, "M8[s]"))]))
