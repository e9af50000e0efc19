"""Some steps of a dataset, for one update of a learner."""

from collections.abc import Callable, Sequence
from typing import Any, overload

from tupli_client.convert.arrays import Steps
from tupli_schemas.arrays import Array
from tupli_schemas.trees import take
from tupli_schemas.tuples import RLTuple


class Batch(Sequence[RLTuple]):
    """A sequence of ``RLTuple``s, each made when it is asked for; ``columns`` gives the same steps as five arrays."""

    def __init__(self, tuples: Sequence[RLTuple], index: Array, all_steps: Callable[[], Steps]) -> None:
        self._tuples = tuples
        self._index = index
        self._all_steps = all_steps

    def __len__(self) -> int:
        return len(self._index)

    @overload
    def __getitem__(self, index: int) -> RLTuple: ...
    @overload
    def __getitem__(self, index: slice) -> list[RLTuple]: ...
    def __getitem__(self, index: Any) -> RLTuple | list[RLTuple]:
        if isinstance(index, slice):
            return [self._tuples[row] for row in self._index[index]]
        return self._tuples[int(self._index[index])]

    @property
    def columns(self) -> Steps:
        """Observations, actions, rewards, terminals and timeouts, one row for each step of the batch."""
        return Steps(*(take(column, self._index) for column in self._all_steps()))

    def __repr__(self) -> str:
        return f"<batch of {len(self)} tuples>"
