"""What a dataset asks for: filters on benchmarks, on episodes and on tuples."""

from dataclasses import dataclass
from typing import Any

from tupli_client.selections.episode import TupleFilter
from tupli_client.where import explain, where
from tupli_schemas.datasets import Dataset
from tupli_schemas.errors import InvalidFilterError
from tupli_schemas.filter_bounds import MAX_VALUES
from tupli_schemas.filters import EVERYTHING, BaseFilter, FilterAND, FilterIN, FilterOR


@dataclass(frozen=True, slots=True)
class Query:
    """A filter for each level; episodes belong to the benchmarks that are found, and tuples to the episodes.

    Attributes:
        frozen: The one frozen dataset whose episodes alone are asked for.
    """

    benchmarks: BaseFilter = EVERYTHING
    episodes: BaseFilter = EVERYTHING
    tuples: TupleFilter | None = None
    frozen: Dataset | None = None

    @property
    def membership(self) -> BaseFilter:
        """The filter that the episodes of the frozen dataset satisfy."""
        if self.frozen is None:
            return EVERYTHING
        ids = [member.id for member in self.frozen.members]
        return FilterOR(filters=[FilterIN("id", ids[at : at + MAX_VALUES]) for at in range(0, len(ids), MAX_VALUES)])

    def implies(self, other: "Query") -> bool:
        """Whether every episode that this finds is plainly one that ``other`` finds too."""
        return (
            (other.frozen is None or other.frozen == self.frozen)
            and _implies(self.benchmarks, other.benchmarks)
            and _implies(self.episodes, other.episodes)
        )

    def described(self) -> dict[str, str]:
        """The filters that there are, as text, by what they filter."""
        filters = {"benchmarks": self.benchmarks, "episodes": self.episodes, "tuples": self.tuples}
        return {level: description(one) for level, one in filters.items() if one is not None and one != EVERYTHING}


def _implies(narrow: BaseFilter, wide: BaseFilter) -> bool:
    parts = narrow.filters if isinstance(narrow, FilterAND) else (narrow,)
    wanted = wide.filters if isinstance(wide, FilterAND) else (wide,)
    return narrow == wide or all(part in parts for part in wanted)


def both(one: BaseFilter, other: BaseFilter) -> BaseFilter:
    """What satisfies both filters."""
    return other if one == EVERYTHING else one if other == EVERYTHING else one & other


def description(one: TupleFilter) -> str:
    """A filter as text; functions by their names."""
    return explain(one) if isinstance(one, BaseFilter) else f"the function {getattr(one, '__name__', repr(one))}"


def as_filter(one: Any) -> BaseFilter:
    """A filter from a filter or its text.

    Raises:
        InvalidFilterError: It is neither.
    """
    if isinstance(one, str):
        return where(one)
    if not isinstance(one, BaseFilter):
        raise InvalidFilterError(
            f"a filter is a filter or its text, not {type(one).__name__}", hint="for example \"month == 'June'\""
        )
    return one


def as_tuple_filter(one: Any) -> TupleFilter:
    """A filter on tuples from a filter, its text, or a function of one tuple.

    Raises:
        InvalidFilterError: It is none of these.
    """
    return one if callable(one) else as_filter(one)
