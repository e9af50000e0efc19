"""Parsers: the five columns in the arrays of a library."""

from pathlib import Path
from typing import Any

import numpy as np

from logged_storage import a_logged_storage
from tupli_client.convert import Steps
from tupli_client.convert.parsers import BaseTupleParser, NumpyTupleParser
from tupli_client.dataset import TupliDataset


def test_the_numpy_parser_takes_lists_and_arrays() -> None:
    steps = NumpyTupleParser.parse_lists([[1.0], [2.0]], [0, 1], [0.5, 1.5], [False, True], [False, False])

    assert isinstance(steps, Steps)
    assert np.asarray(steps.observations).tolist() == [[1.0], [2.0]]
    assert np.asarray(steps.actions).dtype == np.int64


def test_a_parser_of_ones_own_gets_the_five_columns(tmp_path: Path) -> None:
    class Lengths(BaseTupleParser):
        @classmethod
        def parse_lists(cls, obs: Any, act: Any, rew: Any, term: Any, trunc: Any) -> tuple[int, ...]:
            return tuple(map(len, (obs, act, rew, term, trunc)))

    dataset = TupliDataset(a_logged_storage(tmp_path))

    assert dataset.convert_to_tensors(parser=Lengths) == (27,) * 5
    assert isinstance(dataset.convert_to_tensors(), Steps)
