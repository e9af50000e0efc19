"""The columnar episode: every step's observations, actions and rewards in one array each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import index as to_int
from typing import Any

import numpy as np

from tupli_schemas.arrays import Array, as_array
from tupli_schemas.consistency import EMPTY, check_episode, check_neighbours, count_steps
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.infos import InfoColumn, as_columns, columns_of, equal_infos, row_of
from tupli_schemas.trees import Tree, as_tree, equal, form, n_rows, nbytes, stack, take, tree_map, with_unknown_row
from tupli_schemas.tuples import RLTuple


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EpisodeData:
    """The steps of one episode as columns, in the dtypes and shapes of their spaces.

    Row i is (observation before action i, action i, reward i, terminated i, truncated i, info i). The observation after the last
    action is kept behind the others when it is known, so ``observations`` and ``next_observations`` are views of the same memory.
    Arrays are used as they are given, without a copy: do not change them afterwards.

    Attributes:
        all_observations: T + 1 rows, or T if the observation after the last action is unknown.
        actions: T rows.
        rewards: Shape (T,), any real dtype.
        terminated: Shape (T,), bool. Only the last row of an episode may be true.
        truncated: Shape (T,), bool, likewise.
        infos: A column for each key that occurs in an info.
        has_final_observation: Whether ``all_observations`` has T + 1 rows.
        is_partial: Whether this is a piece of an episode, which may begin or end in mid-episode.

    Raises:
        InvalidDataError: The columns do not fit together, or there are no steps.
    """

    all_observations: Tree
    actions: Tree
    rewards: Array
    terminated: Array
    truncated: Array
    infos: Mapping[str, InfoColumn] = field(default_factory=dict)
    has_final_observation: bool = True
    is_partial: bool = False

    def __post_init__(self) -> None:
        check_episode(self)

    @classmethod
    def from_arrays(
        cls,
        *,
        observations: Any,
        actions: Any,
        rewards: Any,
        terminated: Any,
        truncated: Any,
        infos: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> "EpisodeData":
        """An episode from columns that exist already.

        Args:
            observations: T + 1 rows, or T if nobody knows the observation after the last action. Arrays, lists of rows (text as
                ``str``), or dicts and tuples of them for Dict and Tuple spaces.
            actions: T rows, likewise.
            rewards: T numbers.
            terminated: A column of T bools, or one bool for the last step.
            truncated: Likewise.
            infos: A dict for each step, or a column for each key.

        Raises:
            InvalidDataError: The columns differ in length, or hold what cannot be stored exactly.
        """
        rewards = as_array(rewards, "rewards")
        steps = count_steps(rewards)
        observed = as_tree(observations, "observations")
        rows = n_rows(observed)
        if rows not in {steps, steps + 1}:
            raise InvalidDataError(
                f"there are {rows} observations for {steps} rewards; there must be as many, or one more"
            )
        return cls(
            all_observations=observed,
            actions=as_tree(actions, "actions"),
            rewards=rewards,
            terminated=_ends(terminated, steps, "terminated"),
            truncated=_ends(truncated, steps, "truncated"),
            infos=as_columns(infos, steps),
            has_final_observation=rows == steps + 1,
        )

    @classmethod
    def from_tuples(cls, tuples: Iterable[RLTuple]) -> "EpisodeData":
        """An episode from its steps; the observation after the last one is known if that tuple has a ``next_observation``.

        Raises:
            InvalidDataError: There are none, they do not fit together, or some are not neighbours: a tuple's ``next_observation``
                is not the observation of the tuple that follows.
        """
        steps = list(tuples)
        if not steps:
            raise InvalidDataError(EMPTY)
        observations = [step.observation for step in steps]
        final = [steps[-1].next_observation] if steps[-1].next_observation is not None else []
        data = cls(
            all_observations=stack(observations + final, name="observations"),
            actions=stack([step.action for step in steps], name="actions"),
            rewards=stack([step.reward for step in steps], name="rewards"),  # type: ignore[arg-type]
            terminated=np.array([step.terminated for step in steps], np.bool_),
            truncated=np.array([step.truncated for step in steps], np.bool_),
            infos=columns_of([step.info for step in steps]),
            has_final_observation=bool(final),
        )
        check_neighbours(steps, data.all_observations)
        return data

    def __len__(self) -> int:
        return len(self.rewards)

    def __getitem__(self, row: int) -> RLTuple:
        """One step, with the observation that followed it if that is known."""
        row = range(len(self))[to_int(row)]
        knows_next = row + 1 < len(self) or self.has_final_observation
        return RLTuple(
            observation=take(self.all_observations, row),
            action=take(self.actions, row),
            reward=self.rewards[row],
            terminated=bool(self.terminated[row]),
            truncated=bool(self.truncated[row]),
            info=row_of(self.infos, row),
            next_observation=take(self.all_observations, row + 1) if knows_next else None,
        )

    def __iter__(self) -> Iterator[RLTuple]:
        return (self[row] for row in range(len(self)))

    @property
    def observations(self) -> Tree:
        """The observation before each action: T rows, a view."""
        return take(self.all_observations, slice(0, len(self)))  # type: ignore[no-any-return]

    @property
    def next_observations(self) -> Tree:
        """The observation after each action: T rows, a view.

        If the last one is unknown, arrays are copies with the last row masked (``numpy.ma.MaskedArray``), and text ends in an empty
        string; see ``next_known``.
        """
        after = take(self.all_observations, slice(1, None))
        return after if self.has_final_observation else tree_map(with_unknown_row, after)  # type: ignore[no-any-return]

    @property
    def next_known(self) -> Array:
        """For each step, whether the observation after its action is known: bool, shape (T,)."""
        known = np.ones(len(self), np.bool_)
        known[-1] = self.has_final_observation
        return known

    @property
    def return_(self) -> float:
        """The undiscounted sum of the rewards, in float64."""
        with np.errstate(all="ignore"):  # infinite rewards are data, not a mistake
            return float(np.sum(self.rewards, dtype=np.float64))

    @property
    def nbytes(self) -> int:
        """The memory that the columns span, in bytes."""
        return nbytes(_columns(self)) + sum(column.nbytes for column in self.infos.values())

    def slice(self, start: int, stop: int) -> "EpisodeData":
        """Steps ``start`` to ``stop - 1``, sharing memory; the observation after the last of them stays known.

        Raises:
            IndexError: There are no such steps.
        """
        if not 0 <= start < stop <= len(self):
            raise IndexError(f"an episode of {len(self)} steps has no steps {start} to {stop}")
        knows_next = stop < len(self) or self.has_final_observation
        rows = slice(start, stop)
        return EpisodeData(
            all_observations=take(self.all_observations, slice(start, stop + knows_next)),
            actions=take(self.actions, rows),
            rewards=self.rewards[rows],
            terminated=self.terminated[rows],
            truncated=self.truncated[rows],
            infos={key: column.slice(start, stop) for key, column in self.infos.items()},
            has_final_observation=knows_next,
            is_partial=self.is_partial or stop - start < len(self),
        )

    def runs(self, mask: Array) -> Iterator["EpisodeData"]:
        """The longest pieces of consecutive steps for which ``mask`` (bool, shape (T,)) holds, in order, sharing memory."""
        if mask.shape != (len(self),) or mask.dtype != np.bool_:
            raise InvalidDataError(f"a mask of {len(self)} steps is bool of shape ({len(self)},), not {form(mask)}")
        edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
        return (self.slice(int(start), int(stop)) for start, stop in edges.reshape(-1, 2))

    def equals(self, other: "EpisodeData") -> bool:
        """Whether both hold the same steps, bit for bit and in the same dtypes; a NaN equals the same NaN."""
        return (
            self.has_final_observation == other.has_final_observation
            and self.is_partial == other.is_partial
            and equal(_columns(self), _columns(other))
            and equal_infos(self.infos, other.infos)
        )

    def __repr__(self) -> str:
        ends = [name for name in ("terminated", "truncated") if getattr(self, name)[-1]]
        words = [
            f"{len(self)} tuples" + " of a longer episode" * self.is_partial,
            f"return {self.return_:g}",
            " and ".join(ends) or "open end",
            f"observations {form(self.all_observations)}",
            f"actions {form(self.actions)}",
        ]
        return f"EpisodeData({', '.join(words)})"


def _ends(ends: Any, steps: int, name: str) -> Array:
    """A column of ends, given as one or as a bool for the last step."""
    if not isinstance(ends, bool | np.bool_):
        return as_array(ends, name)
    column = np.zeros(steps, np.bool_)
    column[-1:] = ends
    return column


def _columns(data: EpisodeData) -> Tree:
    return (data.all_observations, data.actions, data.rewards, data.terminated, data.truncated)
