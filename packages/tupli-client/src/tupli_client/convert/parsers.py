"""Parsers: what turns the columns of a dataset into the arrays of a library, for ``TupliDataset.convert_to_tensors``."""

from abc import ABC, abstractmethod
from typing import Any

from tupli_client.convert.arrays import Steps
from tupli_client.convert.torch_tensors import tensors
from tupli_schemas.trees import as_tree


class BaseTupleParser(ABC):
    """Subclass this to get a dataset in the arrays of your own library."""

    @classmethod
    @abstractmethod
    def parse_lists(cls, obs: Any, act: Any, rew: Any, term: Any, trunc: Any) -> tuple[Any, ...]:
        """Make what ``convert_to_tensors`` returns.

        Args:
            obs: Observations, one row per step: arrays, ``TextColumn``s, and dicts and tuples of them.
            act: Actions, likewise.
            rew: Rewards.
            term: For each step whether the episode terminated there.
            trunc: For each step whether the episode, or the run of selected steps, ended there otherwise.
        """


class NumpyTupleParser(BaseTupleParser):
    """Numpy arrays in the dtypes of the data."""

    @classmethod
    def parse_lists(cls, obs: Any, act: Any, rew: Any, term: Any, trunc: Any) -> Steps:
        names = zip(Steps._fields, (obs, act, rew, term, trunc), strict=True)
        return Steps(*(as_tree(values, name) for name, values in names))  # type: ignore[arg-type]


class TorchTupleParser(BaseTupleParser):
    """Torch tensors in the dtypes of the data; text becomes lists of ``str``. Needs torch."""

    @classmethod
    def parse_lists(cls, obs: Any, act: Any, rew: Any, term: Any, trunc: Any) -> Steps:
        return tensors(NumpyTupleParser.parse_lists(obs, act, rew, term, trunc))
